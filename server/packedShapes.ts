import { type Filling, fillNumbers, type NumberColumn } from './columns.ts';
import type { LonLat, Shape } from './domain/fence.ts';

/**
 * Shapes of all kinds. Numbers of each, by its kind: lon, lat and radius; key of the unit and radius;
 * half-width. What has edges has its points elsewhere, after those of the shapes before it:
 *
 *     counts  polygon: polygons, then for each its rings, then for each of these its points
 *             corridor: points
 *     points  lon, lat of each
 */
export type ShapeColumn = {
  readonly kinds: Uint8Array;
  /** Three to a row. */
  readonly numbers: NumberColumn;
  readonly counts: Uint32Array;
  readonly points: Float64Array;
};

const kinds = [
  'circle',
  'polygon',
  'corridor',
  'moving',
] as const satisfies readonly Shape['kind'][];
const numbersOfRow = 3;

/** Fills a column with shapes. */
export function fillShapes(): Filling<Shape, ShapeColumn> {
  const kindOfRow: number[] = [];
  const numbers = fillNumbers();
  const counts: number[] = [];
  const points = growingNumbers();
  const addNumbers = (a = Number.NaN, b = Number.NaN, c = Number.NaN): void => {
    for (const each of [a, b, c]) numbers.add(each);
  };
  const addPoints = (line: readonly LonLat[]): void => {
    counts.push(line.length);
    for (const [lon, lat] of line) points.add(lon, lat);
  };
  return {
    add: (shape) => {
      kindOfRow.push(kinds.indexOf(shape.kind));
      switch (shape.kind) {
        case 'circle':
          addNumbers(shape.center[0], shape.center[1], shape.radiusM);
          break;
        case 'moving':
          addNumbers(shape.unitKey, shape.radiusM);
          break;
        case 'corridor':
          addNumbers(shape.halfWidthM);
          addPoints(shape.line);
          break;
        case 'polygon': {
          const { polygons } = shape;
          addNumbers();
          counts.push(polygons.length);
          for (const rings of polygons) {
            counts.push(rings.length);
            for (const ring of rings) addPoints(ring);
          }
          break;
        }
      }
    },
    column: () => ({
      kinds: new Uint8Array(kindOfRow),
      numbers: numbers.column(),
      counts: new Uint32Array(counts),
      points: points.taken(),
    }),
  };
}

/**
 * Reads a column of shapes, each row once and in order. The points of those with edges are made to
 * places whenever somebody asks for them: who has the index hardly ever does.
 */
export function shapesOf({
  kinds: kindOfRow,
  numbers,
  counts,
  points,
}: ShapeColumn): (row: number) => Shape {
  let countsAt = 0;
  let pointsAt = 0;
  const numberOf = (row: number, which: number): number =>
    numbers[numbersOfRow * row + which] ?? Number.NaN;
  const lineAt = (from: number, length: number): LonLat[] =>
    Array.from({ length }, (_, i) => [points[from + 2 * i] ?? 0, points[from + 2 * i + 1] ?? 0]);
  const nextCount = (): number => counts[countsAt++] ?? 0;

  return (row): Shape => {
    const kind = kinds[kindOfRow[row] ?? -1];
    if (kind === undefined) throw new RangeError(`the column of shapes has no row ${row}`);
    switch (kind) {
      case 'circle': {
        const center: LonLat = [numberOf(row, 0), numberOf(row, 1)];
        return { kind, center, radiusM: numberOf(row, 2) };
      }
      case 'moving':
        return { kind, unitKey: numberOf(row, 0), radiusM: numberOf(row, 1) };
      case 'corridor': {
        const [from, length] = [pointsAt, nextCount()];
        pointsAt += 2 * length;
        const halfWidthM = numberOf(row, 0);
        return {
          ...{ kind, halfWidthM },
          get line() {
            return lineAt(from, length);
          },
        };
      }
      case 'polygon': {
        const from = pointsAt;
        const lengths = Array.from({ length: nextCount() }, () =>
          Array.from({ length: nextCount() }, nextCount),
        );
        pointsAt += 2 * lengths.flat().reduce((sum, length) => sum + length, 0);
        return {
          kind,
          get polygons() {
            let at = from;
            return lengths.map((rings) =>
              rings.map((length) => {
                const ring = lineAt(at, length);
                at += 2 * length;
                return ring;
              }),
            );
          },
        };
      }
    }
  };
}

/** Numbers without knowing how many there will be. */
function growingNumbers() {
  let numbers = new Float64Array(1_024);
  let length = 0;
  return {
    add: (one: number, other: number): void => {
      if (length + 2 > numbers.length) {
        const larger = new Float64Array(2 * numbers.length);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[length++] = one;
      numbers[length++] = other;
    },
    taken: (): Float64Array => numbers.slice(0, length),
  };
}
