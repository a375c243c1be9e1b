import { randomBytes, type webcrypto } from 'node:crypto';
import { dayMs } from '../domain/durations.ts';
import { certificateEarlyMs } from '../domain/principal.ts';

/** A certificate and its private key, both PEM. */
export type KeyPair = { readonly certificate: string; readonly key: string };

/** A key pair and until when it is valid, UTC epoch milliseconds. */
export type IssuedPair = KeyPair & { readonly validToMs: number };

/** A private CA is trusted by hand, so it lasts. */
const caDays = 3_650;
/**
 * Apple's systems refuse server certificates that are valid for longer than 825 days, also those of
 * private CAs (support.apple.com/103769); it was the limit of the CA/Browser Forum's Baseline
 * Requirements, 6.3.2, whose shorter ones of today hold for public CAs only.
 */
const issuedDays = 825;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Key usages for TLS (RFC 5280, 4.2.1.12). */
const forServers = '1.3.6.1.5.5.7.3.1';
const forClients = '1.3.6.1.5.5.7.3.2';

/** Makes a private CA: what it signs is trusted by whoever trusts its certificate. */
export async function makeCa(nowMs: number): Promise<IssuedPair> {
  const x509 = await loadX509();
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { KeyUsageFlags } = x509;
  const { notBefore, notAfter } = validity(nowMs, caDays);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // a name of its own, so that what another one signed is not taken for its work
    name: [{ CN: [`Posko CA ${randomBytes(4).toString('hex')}`] }],
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = await keyPem(x509, keys.privateKey);
  return { certificate: pem(certificate), key, validToMs: notAfter.getTime() };
}

/** Makes a certificate for a server that is reached under these names and addresses. */
export function makeServerCertificate(
  ca: KeyPair,
  names: readonly string[],
  addresses: readonly string[],
  nowMs: number,
): Promise<IssuedPair> {
  const alternatives = [
    ...names.map((value) => ({ type: 'dns', value }) as const),
    ...addresses.map((value) => ({ type: 'ip', value }) as const),
  ];
  const [first] = alternatives;
  if (first === undefined) throw new Error('A server certificate needs a name or an address.');
  return issue(ca, { commonName: first.value, alternatives, usage: forServers }, nowMs);
}

/** Makes a certificate by which a tracker or gateway shows who it is, in the place of its secret. */
export function makeClientCertificate(ca: KeyPair, id: string, nowMs: number): Promise<IssuedPair> {
  return issue(ca, { commonName: id, alternatives: [], usage: forClients }, nowMs);
}

type Subject = {
  readonly commonName: string;
  readonly alternatives: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[];
  readonly usage: string;
};

async function issue(
  ca: KeyPair,
  { commonName, alternatives, usage }: Subject,
  nowMs: number,
): Promise<IssuedPair> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(ca.certificate);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { notBefore, notAfter } = validity(nowMs, issuedDays, issuer.notAfter);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [commonName] }],
    issuer: issuer.subjectName,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: await readKey(x509, ca.key),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(alternatives.length === 0
        ? []
        : [new x509.SubjectAlternativeNameExtension([...alternatives])]),
    ],
  });
  const key = await keyPem(x509, keys.privateKey);
  return { certificate: pem(certificate), key, validToMs: notAfter.getTime() };
}

/** Whole seconds, as certificates have them; not beyond the CA's own end. */
function validity(nowMs: number, days: number, latest?: Date) {
  const fromMs = Math.floor((nowMs - certificateEarlyMs) / 1_000) * 1_000;
  // both ends count (RFC 5280, 4.1.2.5)
  const toMs = fromMs + days * dayMs - 1_000;
  return {
    notBefore: new Date(fromMs),
    notAfter: new Date(Math.min(toMs, latest?.getTime() ?? toMs)),
  };
}

type X509 = typeof import('@peculiar/x509');

/** Loaded when needed: it takes a while, and other commands do without. */
async function loadX509(): Promise<X509> {
  // it wants this to be there first
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

function pem(certificate: { toString(format: 'pem'): string }): string {
  return `${certificate.toString('pem')}\n`;
}

async function keyPem(x509: X509, key: webcrypto.CryptoKey): Promise<string> {
  const bytes = await crypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(bytes, 'PRIVATE KEY')}\n`;
}

async function readKey(x509: X509, text: string): Promise<webcrypto.CryptoKey> {
  const [bytes] = x509.PemConverter.decode(text);
  if (bytes === undefined) throw new Error('The key of the CA is no PEM file.');
  return crypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']);
}
