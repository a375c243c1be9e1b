import { BlockList, isIP } from 'node:net';
import type { Result } from '../domain/result.ts';

/**
 * Addresses to which nothing is sent: link-local ones (RFC 3927; RFC 4291, 2.5.6), under which clouds
 * hand out the credentials of a machine, also as they look mapped and translated into IPv6 (RFC 4291,
 * 2.5.5.2; RFC 6052, 2.1). Private networks are where control rooms are, so they are allowed.
 */
const refused = new BlockList();
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addSubnet('::ffff:169.254.0.0', 112, 'ipv6');
refused.addSubnet('64:ff9b::169.254.0.0', 112, 'ipv6');

const maxUrlLength = 500;

/** True for an address to which nothing is sent. */
export function isRefusedAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain);
  return family !== 0 && refused.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

/** Checks an address that somebody typed; the addresses behind a name are checked at each sending. */
export function checkTargetUrl(text: string): Result<string, 'bad_url'> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return bad('a webhook has an address that begins with https:// or http://');
  }
  if (url.username !== '' || url.password !== '') {
    return bad(
      'an address holds no user and password: everybody who manages webhooks would see them',
    );
  }
  if (url.href.length > maxUrlLength)
    return bad(`an address has at most ${maxUrlLength} characters`);
  if (isRefusedAddress(hostOfUrl(url))) {
    return bad(`${url.hostname} is a link-local address, to which nothing is sent`);
  }
  url.hash = '';
  return { ok: true, value: url.href };
}

/** The host of a URL, without the brackets of IPv6. */
export function hostOfUrl({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function bad(detail: string): Result<never, 'bad_url'> {
  return { ok: false, reason: 'bad_url', detail };
}
