/** A text as PostgreSQL takes it: neither NUL nor half a surrogate pair, and what people type may hold either. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\u{fffd}').toWellFormed();
}

/** Plain data as JSON that PostgreSQL takes, and gives back as they are. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'string' ? storableText(member) : member,
  );
}
