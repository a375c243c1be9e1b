import type { Cause } from '../domain/cause.ts';
import type { Fence, LonLat } from '../domain/fence.ts';
import type { Operation } from '../domain/operation.ts';
import type { Rule, Text } from '../domain/rule.ts';
import type { Placeholder } from '../domain/ruleFields.ts';
import type { Agency } from '../domain/unit.ts';
import type { AlarmFacts } from './alarmFacts.ts';
import type { Particulars } from './raisedAlarm.ts';
import { isInPhase, type Scene } from './ruleScene.ts';

/** Regions that one alarm is seen in, at most. */
const maxRegions = 8;
/** Units that are called by name, at most. */
const maxNamed = 3;

const agencyNames: Readonly<Record<Agency, Text>> = {
  polri: { id: 'Polri', en: 'Polri' },
  tni: { id: 'TNI', en: 'TNI' },
  satpol_pp: { id: 'Satpol PP', en: 'Satpol PP' },
  damkar: { id: 'Damkar', en: 'Damkar' },
  linmas: { id: 'Linmas', en: 'Linmas' },
  dishub: { id: 'Dishub', en: 'Dishub' },
  other: { id: 'instansi lain', en: 'another agency' },
};
const unknownPlace: Text = { id: 'tempat tidak diketahui', en: 'an unknown place' };
const nothing: Text = { id: '-', en: '-' };

/**
 * What an alarm says of its cause.
 *
 * @param operation by whose phases the rule fitted; undefined: it belongs to none
 */
export function particularsOf(
  rule: Rule,
  cause: Cause,
  scene: Scene,
  facts: Pick<AlarmFacts, 'operationsOf' | 'operations'>,
  operation: Operation | undefined,
): Particulars {
  const { units, fence, site, place } = scene;
  const [unit] = units;
  const isOfOne = cause.unitKey !== undefined;
  return {
    subject: {
      ...(isOfOne && { unitKey: unit?.key, unitId: unit?.id, callsign: unit?.callsign }),
      ...(!isOfOne && units.length > 0 && { unitKeys: units.map(({ key }) => key) }),
      ...{ fenceKey: fence?.key, fenceId: fence?.id, fenceName: fence?.name },
      ...{ siteKey: site?.key, siteId: site?.id, siteName: site?.name },
      agency: cause.agency ?? (isOfOne ? unit?.agency : undefined),
      place,
    },
    regions: regionsOf(scene, facts),
    ...(operation !== undefined && { operationId: operation.id }),
    isExercise: operation?.isExercise ?? false,
    text: fill(rule.text, {
      unit: callsigns(units.map(({ callsign }) => callsign)),
      place: placeName(scene),
      agency: agencyNames[cause.agency ?? unit?.agency ?? 'other'],
      value: cause.value ?? limitOf(fence) ?? nothing,
    }),
    isSuppressed:
      operation !== undefined && isInPhase(operation, rule.suppressedPhases, cause.atMs),
  };
}

/** Where it may be seen: of the site or fence, of the units' homes, and of what they work for. */
function regionsOf(
  { site, fence, units }: Scene,
  facts: Pick<AlarmFacts, 'operationsOf' | 'operations'>,
): readonly string[] {
  const worksFor = new Set(units.flatMap(({ key }) => facts.operationsOf(key)));
  const regions = [
    site?.region,
    fence?.region,
    ...units.map(({ region }) => region),
    ...facts.operations().flatMap(({ key, region }) => (worksFor.has(key) ? [region] : [])),
  ];
  const known = new Set(regions.filter((region) => region !== undefined));
  return [...known].slice(0, maxRegions);
}

/** Texts in both languages with what their placeholders stand for. */
export function fill(text: Text, values: Readonly<Record<Placeholder, Text>>): Text {
  const filled = (language: keyof Text): string =>
    text[language].replaceAll(
      /\{(unit|place|agency|value)\}/g,
      (_, name: Placeholder) => values[name][language],
    );
  return { id: filled('id'), en: filled('en') };
}

function callsigns(names: readonly string[]): Text {
  if (names.length === 0) return nothing;
  const more = names.length - maxNamed;
  const named = names.slice(0, maxNamed).join(', ');
  if (more <= 0) return { id: named, en: named };
  return { id: `${named} dan ${more} lagi`, en: `${named} and ${more} more` };
}

function placeName({ site, fence, place }: Scene): Text {
  const name = site?.name ?? fence?.name ?? (place === undefined ? undefined : coordinates(place));
  return name === undefined ? unknownPlace : { id: name, en: name };
}

/** As people type it into other maps: latitude first. */
function coordinates([lon, lat]: LonLat): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

/** The speed that a fence allows. */
function limitOf(fence: Fence | undefined): Text | undefined {
  const limitMps = fence?.watch.speedLimitMps;
  if (limitMps === undefined) return undefined;
  const kmh = Math.round(limitMps * 3.6);
  return { id: `${kmh} km/jam`, en: `${kmh} km/h` };
}
