import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What a client certificate says. */
export type ClientCertificate = {
  /** Its common name, if our CA signed it. */
  readonly name: string | undefined;
  /** From when on it is valid, epoch ms; undefined without a name. */
  readonly validFromMs: number | undefined;
  /** Why it does not count, if one was shown. */
  readonly fault: string | undefined;
};

const noName = { name: undefined, validFromMs: undefined };
const none: ClientCertificate = { ...noName, fault: undefined };

/** The client certificate of a connection, where there is one and one was asked for. */
export function clientCertificateOf(socket: Socket): ClientCertificate {
  if (!(socket instanceof TLSSocket)) return none;
  const { subject, valid_from: validFrom } = socket.getPeerCertificate();
  if (subject === undefined) return none;
  if (!socket.authorized) {
    // undefined where none was asked for; a text although it is declared an Error
    const fault: unknown = socket.authorizationError ?? 'nobody asked for it';
    return { ...noName, fault: String(fault) };
  }
  const name: unknown = subject.CN;
  // a certificate may have several common names, which say nothing
  if (typeof name === 'string') {
    return { name, validFromMs: Date.parse(validFrom), fault: undefined };
  }
  return { ...noName, fault: 'it has not one common name' };
}
