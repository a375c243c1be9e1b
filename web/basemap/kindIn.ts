import type { ExpressionSpecification } from 'maplibre-gl';

/** A style filter: features whose `kind` is one of these. */
export function kindIn(...kinds: readonly string[]): ExpressionSpecification {
  return ['in', ['get', 'kind'], ['literal', [...kinds]]];
}
