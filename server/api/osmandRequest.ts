/** What a request is, as far as the request itself says. */
export type DoorRequest = {
  /** Whose message; undefined: whoever the credentials are of. */
  readonly trackerId: string | undefined;
  /** What goes into the journal; never with a secret in it. */
  readonly payload: Uint8Array;
};

/**
 * Reads whose message a request of the OsmAnd protocol is, as Traccar Client sends it: up to version
 * 8 everything in the query, by POST without a body, from 9 on JSON with `device_id` in the body;
 * others send a form. Some send a line break, `{}` or anything else along with a query: what is said
 * in either place counts.
 *
 * @param query what follows the `?`, as it came
 */
export function readOsmand(query: string, body: Buffer): DoorRequest {
  const params = new URLSearchParams(query);
  const text = body.toString();
  const asked = withoutSecret(query);
  const isAsked = saysAnything(params);
  if (/^\s*[{[]/.test(text)) {
    const trackerId = idOfJson(text) ?? idIn(params);
    if (!isAsked) return { trackerId, payload: body };
    const isBroken = objectIn(text) === undefined;
    if (!saysJson(text) || (isBroken && isSos(params))) {
      return { trackerId, payload: Buffer.from(asked) };
    }
    return { trackerId, payload: withSosOf(params, text) ?? body };
  }
  const form = new URLSearchParams(text);
  const trackerId = idIn(form) ?? idIn(params);
  if (body.length === 0 || (isAsked && !saysAnything(form))) {
    return { trackerId, payload: Buffer.from(asked) };
  }
  // of what both name, the first is read; and an SOS in either is one
  const parts = [isSos(params) ? 'alarm=sos' : '', withoutSecret(text), asked];
  return { trackerId, payload: Buffer.from(parts.filter(Boolean).join('&')) };
}

/** What a place or an SOS is said by. */
const tellingNames = ['lat', 'lon', 'location', 'alarm'] as const;

function saysAnything(params: URLSearchParams): boolean {
  return tellingNames.some((name) => params.has(name));
}

/** True for JSON that says a place or an SOS, and for what cannot be read and may be one. */
function saysJson(text: string): boolean {
  const json = objectIn(text);
  return json === undefined ? /sos/i.test(text) : 'location' in json || 'alarm' in json;
}

/** The message with the SOS of the query in place of what it says itself; undefined where that has none. */
function withSosOf(params: URLSearchParams, text: string): Buffer | undefined {
  if (!isSos(params)) return undefined;
  const json = objectIn(text, (name, value) => (name === 'alarm' ? undefined : value));
  return json && Buffer.from(JSON.stringify({ ...json, alarm: 'sos' }));
}

function isSos(params: URLSearchParams): boolean {
  return params.get('alarm')?.trim().toLowerCase() === 'sos';
}

function idIn(params: URLSearchParams): string | undefined {
  return params.get('id') ?? params.get('deviceid') ?? params.get('device_id') ?? undefined;
}

function idOfJson(text: string): string | undefined {
  const id = objectIn(text)?.['device_id'];
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

/** The object that a JSON text is; undefined: it is another thing. What is wrong with it the decoder tells. */
function objectIn(
  text: string,
  reviver?: (name: string, value: unknown) => unknown,
): Readonly<Record<string, unknown>> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text, reviver);
  } catch {
    // whose it is the credentials or the query may say
    return undefined;
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return { ...json };
}

/** The query as it came but for the secret: what is stored is read by more people than may know it. */
function withoutSecret(query: string): string {
  return query
    .split('&')
    .filter((pair) => !new URLSearchParams(pair).has('secret'))
    .join('&');
}
