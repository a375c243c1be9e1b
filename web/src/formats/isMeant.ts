/** True when one of these words has in it what somebody typed to search, in capitals or not. */
export function isMeant(words: readonly string[], typed: string): boolean {
  const wanted = typed.trim().toLowerCase();
  return words.some((word) => word.toLowerCase().includes(wanted));
}
