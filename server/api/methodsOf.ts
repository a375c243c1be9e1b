import type { RouteWithAccess } from './requireAccess.ts';

/** The methods that there are at an address, whatever its query; none where it is no route's. */
export function methodsOf(routes: readonly RouteWithAccess[], address: string): readonly string[] {
  const asked = (address.split('?', 1)[0] ?? '').split('/');
  const methods = routes
    .filter(({ url }) => isOf(url.split('/'), asked))
    .flatMap(({ method }) => method.split(','));
  return [...new Set(methods)].sort();
}

/** True when each part is the pattern's, or stands for one: `:id`, `:id.geojson`. */
function isOf(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, index) => {
      const asked = parts[index] ?? '';
      return part.startsWith(':') ? asked !== '' : part === asked;
    })
  );
}
