/**
 * Whom the built-in map owes its data to. GeoNames' CC BY 4.0 asks that this is shown with the map;
 * Natural Earth asks for nothing, but a reader should know where a coastline comes from.
 */
export const basemapAttribution = 'Natural Earth (public domain) · places GeoNames (CC BY 4.0)';
