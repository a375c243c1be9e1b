/* The other half of `npm run build`: makes the built-in map. Prints its path. */
import { builtMaps, ensureBasemap } from '../basemap/ensureBasemap.ts';

process.stdout.write(`${await ensureBasemap(builtMaps)}\n`);
