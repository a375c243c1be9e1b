/** What XML takes of Unicode [XML 1.0, 2.2]; a lone half of a surrogate pair is none of it. */
const notXml = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as it may stand in an element or an attribute; what XML cannot hold becomes U+FFFD. */
export function xmlText(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(notXml, '\u{fffd}')
      .replace(/[&<>"']/g, (sign) => entities[sign] ?? sign)
      // a parser would make a line feed of it [XML 1.0, 2.11]
      .replaceAll('\r', '&#13;')
  );
}

/** An element with text in it. */
export function element(name: string, text: string): string {
  return `<${name}>${xmlText(text)}</${name}>`;
}
