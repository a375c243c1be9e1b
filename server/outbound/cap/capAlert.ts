import type { Alarm, AlarmEvent, Outcome } from '../../domain/alarm.ts';
import { everywhere } from '../../domain/region.ts';
import type { Priority, RuleKind, Text } from '../../domain/rule.ts';
import { element } from './xmlText.ts';

/*
 * An alarm as a message of the Common Alerting Protocol 1.2 (OASIS Standard CAP-v1.2, 1 July 2010);
 * clauses in brackets are of its section 3. A version of an alarm always gives the same message: it
 * is made of what never changes about the alarm, and of the event that brought it to that version.
 */

/** What a message says of one event. */
export type CapEvent = Pick<AlarmEvent, 'version' | 'kind' | 'atMs' | 'state'>;

export type CapOptions = {
  /** Who sends it: a name of this installation that nobody else has [3.2.1 sender]. */
  readonly sender: string;
  /** Data of a demonstration, which everybody is to disregard. */
  readonly isTest: boolean;
  /** The events before, of which messages went out; oldest first. */
  readonly earlier: readonly Pick<CapEvent, 'version' | 'atMs'>[];
};

const namespace = 'urn:oasis:names:tc:emergency:cap:1.2';
/** Messages that one names as replaced; with more the first and the newest of them. */
const maxReferences = 50;
/** A tracker's fix is that good, and who looks looks around, km [3.2.4 circle]. */
const radiusKm = 0.1;
/** [3.2.2 headline] as brief as a phone shows. */
const maxHeadline = 160;

/** The identifier of a version of an alarm: without spaces, commas, `<` and `&` [3.2.1 identifier]. */
export function capIdentifier(alarmId: string, version: number): string {
  return `${alarmId}.${version}`;
}

/** The message, a whole XML document in UTF-8. */
export function capAlert(alarm: Alarm, event: CapEvent, options: CapOptions): string {
  const sender = capSender(options.sender);
  const references = referencesOf(alarm.id, sender, event, options.earlier);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<alert xmlns="${namespace}">`,
    element('identifier', capIdentifier(alarm.id, event.version)),
    element('sender', sender),
    element('sent', capTime(event.atMs)),
    element('status', options.isTest ? 'Test' : alarm.isExercise ? 'Exercise' : 'Actual'),
    element('msgType', messageTypeOf(event)),
    element('source', 'Posko'),
    // [3.2.1 scope] for those with a known operational requirement, and nobody else
    element('scope', 'Restricted'),
    element('restriction', restrictionOf(alarm.regions)),
    ...(references === '' ? [] : [element('references', references)]),
    ...infoOf('id', alarm, event),
    ...infoOf('en', alarm, event),
    '</alert>',
    '',
  ].join('\n');
}

/** [3.2.1 sender] without spaces, commas, `<` and `&`. */
export function capSender(text: string): string {
  return text.toWellFormed().replace(/[\s,<&\p{C}]/gu, '') || 'posko';
}

/** [3.3.2] with an offset in digits: `Z` is not allowed, and UTC is `-00:00`. */
export function capTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d{3}Z$/, '-00:00');
}

/** [3.2.1 msgType] An alarm that is closed is withdrawn; what happens to it before that replaces it. */
function messageTypeOf({ version, state }: CapEvent): 'Alert' | 'Update' | 'Cancel' {
  if (state === 'closed' || state === 'suppressed') return 'Cancel';
  return version === 1 ? 'Alert' : 'Update';
}

function restrictionOf(regions: readonly string[]): string {
  const where = regions.length === 0 ? everywhere : regions.join(', ');
  return `Hanya untuk petugas yang boleh melihat alarm wilayah ${where} / Only for those who may see alarms of ${where}`;
}

/** [3.2.1 references] `sender,identifier,sent` of each, with spaces between. */
function referencesOf(
  alarmId: string,
  sender: string,
  event: CapEvent,
  earlier: CapOptions['earlier'],
): string {
  const before = earlier.filter(({ version }) => version < event.version);
  const named =
    before.length <= maxReferences
      ? before
      : [...before.slice(0, 1), ...before.slice(1 - maxReferences)];
  return named
    .map(({ version, atMs }) => `${sender},${capIdentifier(alarmId, version)},${capTime(atMs)}`)
    .join(' ');
}

function infoOf(language: keyof Text, alarm: Alarm, event: CapEvent): readonly string[] {
  const { name, text, priority, procedure, ruleKind, ruleId } = alarm;
  const isOver = isOverIn(event);
  return [
    '<info>',
    element('language', language),
    ...categoriesOf[ruleKind].map((category) => element('category', category)),
    element('event', orElse(name[language], ruleKind)),
    element('responseType', isOver ? 'AllClear' : 'Assess'),
    element('urgency', isOver ? 'Past' : urgencyOf[priority]),
    element('severity', severityOf[priority]),
    element('certainty', certaintyOf(alarm, event)),
    '<eventCode>',
    element('valueName', 'posko:rule-kind'),
    element('value', ruleKind),
    '</eventCode>',
    element('onset', capTime(alarm.happenedAtMs)),
    element('senderName', 'Posko'),
    element('headline', [...text[language].toWellFormed()].slice(0, maxHeadline).join('')),
    element('description', text[language]),
    ...(procedure.length === 0
      ? []
      : [
          element(
            'instruction',
            procedure.map((step, at) => stepText(step, at, language)).join('\n'),
          ),
        ]),
    ...parameter('posko:alarm', alarm.id),
    ...parameter('posko:rule', ruleId),
    ...parameter('posko:priority', priority),
    ...parameter('posko:state', event.state),
    ...parameter('posko:change', event.kind),
    ...(alarm.subject.unitId === undefined ? [] : parameter('posko:unit', alarm.subject.unitId)),
    ...areaOf(alarm),
    '</info>',
  ];
}

function stepText(
  { text, answers }: Alarm['procedure'][number],
  at: number,
  language: keyof Text,
): string {
  return `${at + 1}. ${text[language]} (${answers[language]})`;
}

function parameter(name: string, value: string): readonly string[] {
  return ['<parameter>', element('valueName', name), element('value', value), '</parameter>'];
}

/** [3.2.4] Where to look, and whose it is. */
function areaOf({ subject, regions }: Alarm): readonly string[] {
  const { place, siteName, fenceName, unitId, callsign } = subject;
  const names = [siteName, fenceName, callsign ?? unitId].filter((each) => each !== undefined);
  const where = names.length > 0 ? names : regions.filter((region) => region !== everywhere);
  return [
    '<area>',
    element('areaDesc', where.length > 0 ? where.join(', ') : 'Indonesia'),
    // [3.3.3] latitude first
    ...(place === undefined ? [] : [element('circle', `${place[1]},${place[0]} ${radiusKm}`)]),
    ...regions
      .filter((region) => region !== everywhere)
      .flatMap((region) => [
        '<geocode>',
        element('valueName', 'KEMENDAGRI'),
        element('value', region),
        '</geocode>',
      ]),
    '</area>',
  ];
}

/** It is so no more. */
function isOverIn({ state }: CapEvent): boolean {
  return ['returned_unacknowledged', 'normal', 'suppressed', 'closed'].includes(state);
}

function orElse(text: string, other: string): string {
  return text.trim() === '' ? other : text;
}

/** [3.2.2 urgency] `Immediate`: act at once; `Expected`: within the hour. */
const urgencyOf = {
  sos: 'Immediate',
  high: 'Immediate',
  medium: 'Expected',
  low: 'Future',
} as const satisfies Record<Priority, string>;

/** [3.2.2 severity] of the threat to life or property. */
const severityOf = {
  sos: 'Extreme',
  high: 'Severe',
  medium: 'Moderate',
  low: 'Minor',
} as const satisfies Record<Priority, string>;

/** Outcomes by which it never was so. */
const untrue: ReadonlySet<Outcome> = new Set(['false_alarm', 'test']);
/** What follows from silence. */
const guessed: ReadonlySet<RuleKind> = new Set(['lost_inside', 'not_reported']);

/** [3.2.2 certainty] What was measured is observed. */
function certaintyOf({ ruleKind, closed }: Alarm, { state }: CapEvent): string {
  if (state === 'closed' && closed !== undefined && untrue.has(closed.outcome)) return 'Unlikely';
  return guessed.has(ruleKind) ? 'Possible' : 'Observed';
}

/** [3.2.2 category] `Safety`: somebody or something may come to harm; `Security`: somebody may do it. */
const categoriesOf = {
  sos: ['Safety', 'Security'],
  enter: ['Security'],
  exit: ['Security'],
  cross: ['Security'],
  dwell: ['Security'],
  lost_inside: ['Safety', 'Security'],
  zone_speed: ['Safety'],
  absence: ['Security'],
  under_strength: ['Security'],
  not_reported: ['Security'],
  convergence: ['Security'],
  roaming: ['Security'],
  stopped: ['Safety', 'Security'],
  battery_low: ['Safety'],
  clock_wrong: ['Safety'],
} as const satisfies Record<RuleKind, readonly string[]>;
