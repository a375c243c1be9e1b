import { primaryLayer } from '../../domain/driverRule.ts';

/** SQL of the layer (driverRule.ts) of a row `a` of tracker_assignments. */
export const layerSql = `case a.role when 'primary' then ${primaryLayer} else a.tracker_key end`;
