/** Radius of the disc of a symbol at scale 1, CSS pixels. */
export const discPx = 11;
/** Half the side of the square that a symbol is drawn in: disc, pointer and ring, CSS pixels. */
export const reachPx = 21;
