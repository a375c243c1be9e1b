import type { UnitKind } from '../../../server/domain/unit.ts';

/** Side of the square that the shapes are drawn in; y grows downwards. */
export const shapeSize = 24;

/**
 * The pictogram of each kind as SVG path data, filled by the even-odd rule so that windows and
 * wheels can be cut out. Seen from the side, facing right, coarse enough to be told apart at 14 pixels.
 */
export const unitShapes: Readonly<Record<UnitKind, string>> = {
  handheld: 'M8 2h2v5h6v15H8zM10 9.5v4h4v-4z',
  motorcycle:
    'M5.5 12a4 4 0 1 0 .01 0zM5.5 14.6a1.4 1.4 0 1 1-.01 0zM18.5 12a4 4 0 1 0 .01 0zM18.5 14.6a1.4 1.4 0 1 1-.01 0zM6 9.5h6l2.5-2-.8-2H11v-2h4.2l3.6 8h-2.2l-1.2-2.2-3.6 5.7H9z',
  patrol_car:
    'M9.5 4h5v2h-5zM6.5 7h10l2.8 4.5H22V17h-2.2a2.8 2.8 0 0 1-5.4 0H9.6a2.8 2.8 0 0 1-5.4 0H2v-5.5h2.5zM8 8.8l-1.3 2.7H11V8.8zM12.8 8.8v2.7h4l-1.7-2.7z',
  water_cannon:
    'M7 6.5h6v2.3l9-4.3v2.3l-8 4H22V17h-1.7a2.8 2.8 0 0 1-5.4 0H9.1a2.8 2.8 0 0 1-5.4 0H2v-6.2h5z',
  apc: 'M9 6.5h5v1.2h7v1.8h-7V11h5l3.5 3.5-2 3.7a2.6 2.6 0 0 1-4.6.3 2.6 2.6 0 0 1-4.4 0 2.6 2.6 0 0 1-4.6-.3L1.5 14.5 4 11h5z',
  fire_engine:
    'M2 5.5 14.6 3l.4 1.8L2.4 7.3zM2 8.8h12V7h5l3 5v5h-1.9a2.8 2.8 0 0 1-5.4 0H9.3a2.8 2.8 0 0 1-5.4 0H2zM16 8.8V12h4l-1.9-3.2z',
  ambulance:
    'M2 5.5h12.5V8h4L22 12.5V17h-1.9a2.8 2.8 0 0 1-5.4 0H9.3a2.8 2.8 0 0 1-5.4 0H2zM7.2 7.2V9.4H5v2h2.2v2.2h2v-2.2h2.2v-2H9.2V7.2z',
  truck:
    'M2 6h11.5v9H2zM15 8.5h4l3 3.8V17h-1.9a2.8 2.8 0 0 1-5.4 0H9.3a2.8 2.8 0 0 1-5.4 0H2v-.8h13z',
  drone:
    'M6 2.5a3.5 3.5 0 1 0 .01 0zM18 2.5a3.5 3.5 0 1 0 .01 0zM6 14.5a3.5 3.5 0 1 0 .01 0zM18 14.5a3.5 3.5 0 1 0 .01 0zM7.4 6 12 10.6 16.6 6 18 7.4 13.4 12l4.6 4.6-1.4 1.4L12 13.4 7.4 18 6 16.6l4.6-4.6L6 7.4z',
  other: 'M12 4l8 8-8 8-8-8z',
};
