import { fieldsOf, textOf } from '../api/jsonFields.ts';

/** What a tracker or gateway signs in with, as the server says it this once. */
export type MadeSecret = {
  readonly id: string;
  /** Undefined: it keeps the one that it has. */
  readonly secret: string | undefined;
  /** Links that set a phone up; undefined for a gateway, and where no address is known. */
  readonly phone: PhoneLinks | undefined;
};

export type PhoneLinks = {
  /** For OwnTracks; undefined where there is no MQTT to connect to. */
  readonly ownTracksUrl: string | undefined;
  /** What is typed into Traccar Client. */
  readonly osmandUrl: string;
  /** For Traccar Client, as a QR code. */
  readonly traccarUrl: string;
};

/** Reads the answer of whatever makes a secret for a tracker. */
export function readTrackerSecret(json: unknown): MadeSecret | undefined {
  const fields = fieldsOf(json);
  return read(fieldsOf(fields['tracker']), fields, readPhone(fields['phone']));
}

/** Reads the answer of whatever makes a secret for a gateway. */
export function readGatewaySecret(json: unknown): MadeSecret | undefined {
  const fields = fieldsOf(json);
  return read(fieldsOf(fields['gateway']), fields, undefined);
}

type Fields = ReturnType<typeof fieldsOf>;

function read(owner: Fields, fields: Fields, phone: PhoneLinks | undefined) {
  const id = textOf(owner['id']);
  return id === undefined ? undefined : { id, secret: textOf(fields['secret']), phone };
}

function readPhone(json: unknown): PhoneLinks | undefined {
  const fields = fieldsOf(json);
  const osmandUrl = textOf(fields['osmandUrl']);
  const traccarUrl = textOf(fields['traccarUrl']);
  if (osmandUrl === undefined || traccarUrl === undefined) return undefined;
  return { ownTracksUrl: textOf(fields['ownTracksUrl']), osmandUrl, traccarUrl };
}
