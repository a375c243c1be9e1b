import type { Priority } from '../../../server/domain/rule.ts';

/** Side of the square that the shapes are drawn in; y grows downwards. */
export const shapeSize = 24;

/**
 * The sign of each priority as SVG path data, so that none is told by its colour alone [ISA-101.01,
 * 5]: an octagon, a triangle, a diamond, a disc. `cut` is the sign in it, filled by the even-odd rule.
 */
export const priorityShapes: Readonly<
  Record<Priority, { readonly outline: string; readonly cut: string }>
> = {
  sos: {
    outline: 'M7.5 1.5h9l6 6v9l-6 6h-9l-6-6v-9z',
    cut: 'M10.4 5.5h3.2l-.6 8.2h-2zM10.4 15.6h3.2v3h-3.2z',
  },
  high: {
    outline: 'M12 1.5 23 21.5H1z',
    cut: 'M10.8 8.5h2.4l-.5 6.6h-1.4zM10.8 16.6h2.4v2.4h-2.4z',
  },
  medium: { outline: 'M12 1 23 12 12 23 1 12z', cut: 'M7 10.8h10v2.4H7z' },
  low: { outline: 'M12 3a9 9 0 1 0 .01 0z', cut: 'M12 8.5a3.5 3.5 0 1 0 .01 0z' },
};
