/**
 * True for the names of this machine that nobody elsewhere can reach: `localhost`, 127.0.0.0/8
 * (RFC 1122, 3.2.1.3) and `::1` (RFC 4291, 2.5.3), with or without brackets.
 */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** A host as URLs write it: IPv6 addresses in brackets (RFC 3986, 3.2.2). */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The host of a `Host` header without its port: `[::1]:8080` is `[::1]`. */
export function hostOf(header: string): string {
  return header.replace(/:\d+$/, '');
}

/** An IPv4 address as IPv6 sockets show it (RFC 4291, 2.5.5.2), as IPv4; any other as it is. */
export function unmapped(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
