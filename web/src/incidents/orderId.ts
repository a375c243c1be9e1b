/**
 * Names one thing that a person wants done, so that the same sent twice is done once: 32 hexadecimal
 * digits. `crypto.randomUUID` is not there over plain HTTP.
 */
export function newOrderId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
