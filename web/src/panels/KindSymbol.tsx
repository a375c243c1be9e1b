import type { UnitKind } from '../../../server/domain/unit.ts';
import { shapeSize, unitShapes } from '../map/unitShapes.ts';

/** The pictogram of a kind of unit, in the colour of the text around it. Decoration: say the kind in words beside it. */
export function KindSymbol({ kind, sizePx = 16 }: { kind: UnitKind; sizePx?: number }) {
  return (
    <svg
      aria-hidden="true"
      className="kind-symbol"
      width={sizePx}
      height={sizePx}
      viewBox={`0 0 ${shapeSize} ${shapeSize}`}
    >
      <path d={unitShapes[kind]} fill="currentColor" fillRule="evenodd" />
    </svg>
  );
}
