import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { errorCode } from './domain/systemError.ts';

/** Files of a certificate and its key, PEM. */
export type CertificateFiles = { readonly certFile: string; readonly keyFile: string };

/** A certificate that can be used, or which file is at fault and what is wrong with it. */
export type CertificatePair =
  | { readonly ok: true; readonly certificate: X509Certificate }
  | { readonly ok: false; readonly file: 'cert' | 'key'; readonly problem: string };

/** Reads a certificate and its key, and checks that they are a pair. When it counts is no matter of this. */
export function readCertificatePair({ certFile, keyFile }: CertificateFiles): CertificatePair {
  const cert = read(certFile, 'a certificate', (pem) => new X509Certificate(pem));
  if (!cert.ok) return { ok: false, file: 'cert', problem: cert.problem };
  const key = read(keyFile, 'a private key without a passphrase', createPrivateKey);
  if (!key.ok) return { ok: false, file: 'key', problem: key.problem };
  if (cert.value.checkPrivateKey(key.value)) return { ok: true, certificate: cert.value };
  return { ok: false, file: 'key', problem: `is ${keyFile}, which is not the key of ${certFile}` };
}

function read<Value>(
  file: string,
  what: string,
  parse: (pem: Buffer) => Value,
): { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: string } {
  try {
    return { ok: true, value: parse(readFileSync(file)) };
  } catch (error) {
    const code = errorCode(error);
    // of the file system; those of the cryptography say nothing to anybody
    const why =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? 'which is not there'
        : code?.startsWith('E') === true && !code.startsWith('ERR_')
          ? `which cannot be read (${code})`
          : `which does not hold ${what} in PEM form`;
    return { ok: false, problem: `is ${file}, ${why}` };
  }
}
