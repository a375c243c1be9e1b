import type { X509Certificate } from 'node:crypto';
import { readCertificatePair } from '../certificatePair.ts';
import type { HttpConfig } from '../config.ts';
import { dayMs } from '../domain/durations.ts';
import { type Finding, ok, problem, warning } from './doctorFinding.ts';

const check = 'certificate';
/** Time enough to get a new one from whoever makes them by hand. */
const soonMs = 30 * dayMs;

/** The certificate of the page: that it can be used, how long still, and under which names. */
export function checkCertificate({ tls, names }: HttpConfig, nowMs: number): readonly Finding[] {
  if (tls === undefined) return [];
  const pair = readCertificatePair(tls);
  if (!pair.ok) {
    const detail = `the ${pair.file === 'cert' ? 'certificate' : 'key'} ${pair.problem}`;
    return [
      problem(check, detail, 'set POSKO_TLS_CERT and POSKO_TLS_KEY to the files of one pair'),
    ];
  }
  return [checkTime(pair.certificate, tls.certFile, nowMs), ...checkNames(pair.certificate, names)];
}

function checkTime(certificate: X509Certificate, file: string, nowMs: number): Finding {
  const [fromMs, toMs] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
  const end = new Date(toMs).toISOString();
  const renew = 'put a new one in its place, and start Posko again';
  if (nowMs >= toMs) {
    return problem(check, `${file} ended at ${end}: browsers let nobody in`, renew);
  }
  if (nowMs < fromMs) {
    const detail = `${file} counts from ${new Date(fromMs).toISOString()} only`;
    return warning(check, detail, "look at this machine's clock, or wait until then");
  }
  const detail = `${file} counts until ${end}`;
  if (toMs - nowMs > soonMs) return ok(check, detail);
  const days = Math.floor((toMs - nowMs) / dayMs);
  return warning(check, `${detail}, for ${days} days more`, renew);
}

/** Browsers ask for the names in the certificate, and Posko answers under those of POSKO_HTTP_NAMES. */
function checkNames(certificate: X509Certificate, names: readonly string[]): readonly Finding[] {
  const certified = namesOf(certificate);
  // browsers read no name from the subject
  const bare = names.filter((name) => !certificate.checkHost(name, { subject: 'never' }));
  const refused = certified.filter((name) => !isAnswered(name, names));
  const findings: Finding[] = [];
  if (bare.length > 0) {
    const detail = `it is not for ${bare.join(', ')} of POSKO_HTTP_NAMES, but for ${certified.join(', ') || 'no name'}: browsers warn there`;
    findings.push(warning(check, detail, 'get one for these names too'));
  }
  if (refused.length > 0) {
    const detail = `it is for ${refused.join(', ')}, under which Posko does not answer`;
    findings.push(warning(check, detail, 'add that to POSKO_HTTP_NAMES if people use it'));
  }
  return findings;
}

/** Its DNS names, lower case: `DNS:posko.example.id, DNS:*.example.id, IP Address:10.0.0.5`. */
function namesOf({ subjectAltName = '' }: X509Certificate): readonly string[] {
  return [...subjectAltName.matchAll(/DNS:([^,\s"]+)/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name.toLowerCase()],
  );
}

/** What a `*` stands for nobody knows, so one of the names is enough. */
function isAnswered(certified: string, names: readonly string[]): boolean {
  if (!certified.startsWith('*.')) return certified === 'localhost' || names.includes(certified);
  return names.some((name) => name.slice(name.indexOf('.')) === certified.slice(1));
}
