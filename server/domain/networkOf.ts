import { unmapped } from './loopback.ts';

/**
 * Under what the attempts from an address are counted: an IPv4 address, or the /64 of an IPv6 one,
 * since whoever has one address of that has all of them (RFC 6177, 2).
 */
export function networkOf(address: string): string {
  const plain = unmapped(address).replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
