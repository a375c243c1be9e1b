const browsers = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const;

const systems = [
  [/\bAndroid\b/, 'Android'],
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
] as const;

/** `Firefox, Windows`, or the name of a program that is no browser: enough to know one's own devices apart. Undefined when it says nothing. */
export function deviceText(userAgent: string): string | undefined {
  const names = [browsers, systems].flatMap((kinds) => {
    const found = kinds.find(([pattern]) => pattern.test(userAgent));
    return found === undefined ? [] : [found[1]];
  });
  // product tokens (RFC 9110, 10.1.5): the first one names the program
  return names.length === 0 ? /^[\w.-]{1,40}/.exec(userAgent)?.[0] : names.join(', ');
}
