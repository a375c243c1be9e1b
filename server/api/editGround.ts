import { type Static, Type } from 'typebox';
import type { FixedShape } from '../domain/fence.ts';
import { groundFields } from '../domain/placeDetails.ts';
import type { CheckedShape } from '../tracking/fences/checkShape.ts';
import {
  areaM2,
  bufferShape,
  simplifyShape,
  subtractShape,
  unionShapes,
} from '../tracking/fences/editShape.ts';
import { checkedShape, fixed, type Ground, groundOf, readGround } from './ground.ts';
import { ProblemError } from './problem.ts';

/** Edited at once. */
const maxPoints = 5_000;
const maxMetres = 20_000;

/** An edit of ground as somebody sends it. */
export const groundEditSchema = Type.Object(
  {
    /** `check` answers a shape as it would be kept. */
    edit: Type.Enum(['check', 'union', 'difference', 'buffer', 'simplify']),
    /** Two for `union` and `difference` (the first without the second), else one. */
    shapes: Type.Array(Type.Object(groundFields, { additionalProperties: false }), {
      minItems: 1,
      maxItems: 2,
    }),
    /** Of `buffer`: outward, or inward where negative. */
    byM: Type.Optional(Type.Number({ minimum: -maxMetres, maximum: maxMetres })),
    /** Of `simplify`: no further than this from where the edge was. */
    toleranceM: Type.Optional(Type.Number({ minimum: 0, maximum: maxMetres })),
  },
  { additionalProperties: false },
);
export type GroundEdit = Static<typeof groundEditSchema>;

/** What became of it. */
export type EditedGround = Ground & { readonly areaM2: number };

/**
 * Edits ground. May take minutes: a wide buffer of a jagged edge has to be put together from as many
 * pieces as that has points.
 *
 * @throws ProblemError where there is nothing to edit, or nothing came of it
 */
export function editGround(wanted: GroundEdit): EditedGround {
  const { edit, shapes: given } = wanted;
  const isOfTwo = edit === 'union' || edit === 'difference';
  if (given.length !== (isOfTwo ? 2 : 1)) {
    throw new ProblemError(
      'bad_request',
      `"${edit}" takes ${isOfTwo ? 'two shapes' : 'one shape'}`,
    );
  }
  const shapes = given.map(readGround);
  const points = shapes.reduce((sum, shape) => sum + pointsOf(shape), 0);
  if (points > maxPoints) {
    const detail = `shapes with at most ${maxPoints} points are edited at once, got ${points}`;
    throw new ProblemError('bad_request', detail);
  }
  const [one, other = one] = shapes;
  if (one === undefined || other === undefined) throw new ProblemError('bad_request');
  const edited = fixed(checkedShape(editShape(wanted, one, other)));
  return { ...groundOf(edited), areaM2: areaM2(edited) };
}

function editShape(
  { edit, byM, toleranceM }: GroundEdit,
  one: FixedShape,
  other: FixedShape,
): CheckedShape {
  switch (edit) {
    case 'check':
      return { ok: true, value: one };
    case 'union':
      return unionShapes(one, other);
    case 'difference':
      return subtractShape(one, other);
    case 'buffer':
      if (byM === undefined) throw new ProblemError('bad_request', '"buffer" needs byM');
      return bufferShape(one, byM);
    case 'simplify':
      if (toleranceM === undefined) {
        throw new ProblemError('bad_request', '"simplify" needs toleranceM');
      }
      return simplifyShape(one, toleranceM);
  }
}

function pointsOf(shape: FixedShape): number {
  switch (shape.kind) {
    case 'circle':
      return 1;
    case 'corridor':
      return shape.line.length;
    case 'polygon':
      return shape.polygons.flat(2).length;
  }
}
