/** A link that signs in, as the server or an administrator hands it out. */
export type EntranceLink = {
  /** Makes the first administrator; signs a visitor in; signs a wall screen in. */
  readonly kind: 'setup' | 'link' | 'display';
  readonly token: string;
};

const form = /^#(setup|link|display)=([A-Za-z0-9_-]{1,256})$/;

/** Reads the part of an address after `#`, which browsers never send to a server; undefined for anything else. */
export function readEntranceLink(hash: string): EntranceLink | undefined {
  const [, kind, token] = form.exec(hash) ?? [];
  if (token === undefined) return undefined;
  if (kind !== 'setup' && kind !== 'link' && kind !== 'display') return undefined;
  return { kind, token };
}

/** The link that a wall screen is opened with. */
export function displayLink(origin: string, token: string): string {
  return `${origin}/#display=${token}`;
}
