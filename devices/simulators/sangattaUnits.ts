import type { Agency, UnitKind } from '../../server/domain/unit.ts';
import type { Route } from './route.ts';

/** A made-up unit that goes round a route and reports. */
export type SimulatedUnit = {
  readonly id: string;
  readonly callsign: string;
  readonly kind: UnitKind;
  readonly agency: Agency;
  readonly speaks: 'native_fix' | 'owntracks';
  readonly route: Route;
  readonly speedMps: number;
  /** Where on the route it begins. */
  readonly startM: number;
  readonly reportEveryMs: number;
  readonly accuracyM: number;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
};

/** Regency of the demonstration: Kutai Timur. */
export const demoRegion = '64.08';

/** Ways around Sangatta (117.5279 E, 0.5049 N): a sketch for the demonstration, not surveyed streets. */
const aroundTown: Route = [
  [117.5175, 0.4985],
  [117.5238, 0.4962],
  [117.5352, 0.4978],
  [117.5409, 0.5041],
  [117.5381, 0.5128],
  [117.5284, 0.5161],
  [117.5196, 0.5104],
];
const roundTheOffice: Route = [
  [117.5268, 0.5038],
  [117.5291, 0.5036],
  [117.5293, 0.5058],
  [117.527, 0.5061],
];
const northRoad: Route = [
  [117.5284, 0.5161],
  [117.5301, 0.5247],
  [117.5262, 0.5339],
  [117.5248, 0.5241],
];
const southRoad: Route = [
  [117.5238, 0.4962],
  [117.5221, 0.4868],
  [117.5287, 0.4779],
  [117.5302, 0.4875],
];
const market: Route = [
  [117.5342, 0.4995],
  [117.5371, 0.5003],
  [117.5362, 0.5029],
  [117.5337, 0.5021],
];
const standby: Route = [[117.5247, 0.5024]];
const fireStation: Route = [[117.5318, 0.5092]];

const onFoot = { kind: 'handheld', speedMps: 1.3, reportEveryMs: 3_000, accuracyM: 6 } as const;
const inCar = { kind: 'patrol_car', speedMps: 9, reportEveryMs: 2_000, accuracyM: 4 } as const;

/** The dozen units of the demonstration. */
export const sangattaUnits: readonly SimulatedUnit[] = [
  {
    id: 'polres-1',
    callsign: 'Patroli 1',
    agency: 'polri',
    speaks: 'native_fix',
    route: aroundTown,
    startM: 0,
    ...inCar,
  },
  {
    id: 'polres-2',
    callsign: 'Patroli 2',
    agency: 'polri',
    speaks: 'native_fix',
    route: aroundTown,
    startM: 3_400,
    ...inCar,
  },
  {
    id: 'polres-3',
    callsign: 'Patroli 3',
    agency: 'polri',
    speaks: 'native_fix',
    route: northRoad,
    startM: 600,
    ...inCar,
  },
  {
    id: 'lantas-1',
    callsign: 'Lantas 1',
    agency: 'polri',
    speaks: 'native_fix',
    route: southRoad,
    startM: 200,
    ...inCar,
    kind: 'motorcycle',
    speedMps: 12,
  },
  {
    id: 'dalmas-1',
    callsign: 'Dalmas 1',
    agency: 'polri',
    speaks: 'native_fix',
    route: roundTheOffice,
    startM: 0,
    ...onFoot,
  },
  {
    id: 'dalmas-2',
    callsign: 'Dalmas 2',
    agency: 'polri',
    speaks: 'native_fix',
    route: roundTheOffice,
    startM: 480,
    ...onFoot,
  },
  {
    id: 'polwan-1',
    callsign: 'Negosiator 1',
    agency: 'polri',
    speaks: 'owntracks',
    route: roundTheOffice,
    startM: 760,
    ...onFoot,
  },
  {
    id: 'awc-1',
    callsign: 'AWC 1',
    kind: 'water_cannon',
    agency: 'polri',
    speaks: 'native_fix',
    route: standby,
    startM: 0,
    speedMps: 0,
    reportEveryMs: 5_000,
    accuracyM: 4,
    attributes: { waterLevelPct: 96, pump: false },
  },
  {
    id: 'kodim-1',
    callsign: 'Kodim 0909',
    kind: 'truck',
    agency: 'tni',
    speaks: 'native_fix',
    route: southRoad,
    startM: 1_700,
    speedMps: 7,
    reportEveryMs: 4_000,
    accuracyM: 8,
  },
  {
    id: 'satpol-1',
    callsign: 'Satpol PP 1',
    agency: 'satpol_pp',
    speaks: 'owntracks',
    route: market,
    startM: 0,
    ...onFoot,
  },
  {
    id: 'damkar-1',
    callsign: 'Damkar 1',
    kind: 'fire_engine',
    agency: 'damkar',
    speaks: 'native_fix',
    route: fireStation,
    startM: 0,
    speedMps: 0,
    reportEveryMs: 10_000,
    accuracyM: 5,
    attributes: { waterLevelPct: 100, pump: false },
  },
  // an old phone with a poor receiver that reports rarely: the page shows how its news age
  {
    id: 'linmas-1',
    callsign: 'Linmas 1',
    agency: 'linmas',
    speaks: 'owntracks',
    route: market,
    startM: 300,
    ...onFoot,
    reportEveryMs: 90_000,
    accuracyM: 35,
  },
];
