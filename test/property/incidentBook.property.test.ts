import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { incidentIdOf } from '../../server/alarms/incidentBook.ts';
import {
  type Command,
  commands,
  type Decision,
  type Force,
  forces,
  type IncidentAction,
  type IncidentEvent,
  type IncidentOrder,
  type IncidentResult,
  type Level,
  levels,
} from '../../server/domain/incident.ts';
import { decide } from '../../server/domain/incidentLifecycle.ts';
import { incidentRig, opening } from '../unit/alarms/incidentRig.ts';

type Rig = ReturnType<typeof incidentRig>;

/** What may come in the journal: an order on one of three incidents, or a position. */
type Step =
  | {
      readonly kind: 'order';
      readonly incident: number;
      readonly action: IncidentAction;
      readonly authority: Command | undefined;
      /** By so many versions older than the newest. */
      readonly lag: number | undefined;
      /** The order of so many orders before once more. */
      readonly again: number | undefined;
    }
  | {
      readonly kind: 'position';
      readonly unitKey: number;
      readonly xM: number;
      readonly accuracyM: number | undefined;
    };

const command = fc.constantFrom(...commands);
const decision: fc.Arbitrary<Decision> = fc.oneof(
  fc.record({ kind: fc.constant('set_level' as const), level: fc.constantFrom(...levels) }),
  fc.record({ kind: fc.constantFrom('lapis_ganti' as const, 'lintas_ganti' as const) }),
  fc.constant<Decision>({ kind: 'lintas_ganti', approvedBy: 'Kapolda, radio' }),
  fc.record({ kind: fc.constant('alih_kendali' as const), to: command }),
);
const action: fc.Arbitrary<IncidentAction> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<IncidentAction>(opening) },
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ kind: fc.constant('decide' as const), decision, reason: fc.constant('karena'), command },
    }),
  },
  {
    weight: 12,
    arbitrary: fc.constantFrom<IncidentAction>(
      { kind: 'note', text: 'x' },
      { kind: 'note', text: '' },
      { kind: 'rename', title: 'Satu' },
      { kind: 'rename', title: 'Dua' },
      { kind: 'check', item: 'hijau-negosiator', isDone: true },
      { kind: 'check', item: 'hijau-negosiator', isDone: false },
      { kind: 'add_unit', unitId: 'alpha-1' },
      { kind: 'remove_unit', unitId: 'alpha-1' },
      { kind: 'crowd', place: opening.place, size: 50, text: '' },
      { kind: 'close', text: 'selesai' },
      { kind: 'close', text: 'selesai' },
      { kind: 'reopen', reason: 'lagi' },
      { kind: 'reopen', reason: 'lagi' },
      { kind: 'move', place: opening.place, radiusM: 150 },
      { kind: 'move', place: [opening.place[0] + 0.003, opening.place[1]], radiusM: 200 },
    ),
  },
);
const order: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('order' as const),
  incident: fc.nat(1),
  action,
  authority: fc.option(command, { nil: undefined }),
  lag: fc.option(fc.nat(3), { nil: undefined, freq: 2 }),
  again: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
  ),
});
const position: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('position' as const),
  unitKey: fc.integer({ min: 1, max: 3 }),
  xM: fc.constantFrom(-300, -100, 0, 150, 185, 400),
  accuracyM: fc.constantFrom(5, 15, undefined),
});
const steps = fc.array(
  fc.oneof({ weight: 1, arbitrary: order }, { weight: 1, arbitrary: position }),
  {
    minLength: 30,
    maxLength: 160,
  },
);
const bounds = { open: 2, closed: 2, orders: 50, units: 2, crowds: 2 };

/** Plays steps as the journal has them: record by record, two seconds apart. */
class Player {
  rig: Rig;
  readonly #given: IncidentOrder[] = [];
  readonly #versions = new Map<string, number>();

  constructor(rig: Rig) {
    this.rig = rig;
  }

  /** The order that a step is, and what came of it; undefined: it is a position. */
  play(step: Step, index: number): { order: IncidentOrder; result: IncidentResult } | undefined {
    const moment = { atMs: 1_000_000 + 2_000 * index, sequence: index + 1 };
    if (step.kind === 'position') {
      const { unitKey, xM, accuracyM } = step;
      const [lon, lat] = opening.place;
      const fixedAtMs = moment.atMs - 500;
      const place = { lon: lon + xM / 111_300, lat, accuracyM, fixedAtMs };
      this.rig.newest.set(unitKey, place);
      this.rig.book.takePosition(unitKey, place, moment);
      this.#look();
      return undefined;
    }
    const order = this.#orderOf(step, index);
    this.#given.push(order);
    const result = this.rig.book.order(order, moment);
    this.#look();
    return { order, result };
  }

  /** Sees what was told. */
  #look(): void {
    for (const { incidentId, version } of this.rig.told) this.#versions.set(incidentId, version);
  }

  #orderOf(step: Extract<Step, { kind: 'order' }>, index: number): IncidentOrder {
    const again = step.again === undefined ? undefined : this.#given.at(-step.again);
    if (again !== undefined) return again;
    const { action, authority, lag } = step;
    const orderId = `order-${index}`;
    const opened = [...this.#versions.keys()];
    const incidentId =
      action.kind === 'open' ? incidentIdOf(orderId) : (opened.at(-1 - step.incident) ?? 'none');
    const newest = this.#versions.get(incidentId) ?? 1;
    const seenVersion = lag === undefined ? undefined : Math.max(1, newest - lag);
    return { orderId, incidentId, seenVersion, actor: 'rina', authority, action };
  }
}

/** Rank of each command, as a person reads the law: not by the code's own table. */
const rank = { kapolsek: 1, kapolres: 2, kapolda: 3 } as const;

/** What a decision makes of how things stand, written anew; undefined: it must not be done. */
function modelOf(
  [level, force, present]: readonly [Level, Force, Command],
  wanted: Decision,
  as: Command,
): readonly [Level, Force, Command] | undefined {
  const isCommander = rank[as] >= rank[present];
  if (wanted.kind === 'alih_kendali') return isCommander ? [level, force, wanted.to] : undefined;
  if (wanted.kind === 'lapis_ganti') {
    const isRight = level !== 'hijau' && force === 'dalmas_awal';
    return isRight && isCommander && rank[as] >= 2 ? [level, 'dalmas_lanjut', present] : undefined;
  }
  if (wanted.kind === 'lintas_ganti') {
    const isRight = level === 'merah' && force === 'dalmas_lanjut' && isCommander;
    const isAllowed = as === 'kapolda' || (as === 'kapolres' && wanted.approvedBy !== undefined);
    return isRight && isAllowed ? [level, 'phh_brimob', present] : undefined;
  }
  const to = wanted.level;
  const isRaise = to === 'merah' || (to === 'kuning' && level === 'hijau');
  if (isRaise) {
    return rank[as] >= (to === 'merah' ? 2 : 1) ? [to, force, present] : undefined;
  }
  if (!isCommander || rank[as] < 2) return undefined;
  if (to === 'hijau') return [to, 'dalmas_awal', present];
  return [to, force === 'phh_brimob' ? 'dalmas_lanjut' : force, present];
}

it('decides what the model decides, of all that there is to decide', () => {
  const wanted: readonly Decision[] = [
    ...levels.map((level): Decision => ({ kind: 'set_level', level })),
    ...commands.map((to): Decision => ({ kind: 'alih_kendali', to })),
    ...[{ kind: 'lapis_ganti' } as const, { kind: 'lintas_ganti' } as const],
    { kind: 'lintas_ganti', approvedBy: 'Kapolda, radio' },
  ];
  let changes = 0;
  for (const level of levels) {
    for (const force of forces) {
      for (const present of commands) {
        for (const each of wanted) {
          for (const as of commands) {
            const decided = decide({ level, force, command: present }, each, as);
            if (decided.ok && !decided.isChange) continue;
            const after = decided.ok
              ? [decided.stand.level, decided.stand.force, decided.stand.command]
              : undefined;
            expect(after).toEqual(modelOf([level, force, present], each, as));
            if (decided.ok) changes += 1;
          }
        }
      }
    }
  }
  expect(changes).toBeGreaterThan(200);
});

it('keeps every incident in order, whatever people and units do', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(steps, (all) => {
      const rig = incidentRig({ bounds });
      const player = new Player(rig);
      const stands = new Map<string, readonly [Level, Force, Command]>();
      const there = new Map<string, boolean>();
      for (const [index, step] of all.entries()) {
        const from = rig.told.length;
        const played = player.play(step, index);
        const news = rig.told.slice(from);
        const { order, result } = played ?? {};
        if (result !== undefined && !(result.ok && result.isDone)) expect(news).toEqual([]);
        if (result !== undefined) seen.add(result.ok ? `done ${result.isDone}` : result.reason);
        for (const event of news) {
          seen.add(event.kind);
          checkStand(event, order, stands);
          checkUnit(event, there);
          expect(event.incident.units.length).toBeLessThanOrEqual(bounds.units);
          expect(event.incident.sequence).toBe(index + 1);
        }
        expect([...rig.book.open()].length).toBeLessThanOrEqual(bounds.open);
      }
      checkVersions(rig.told);
    }),
    { numRuns: 600 },
  );
  // nothing of what is said above was said of nothing
  expect([...seen]).toEqual(
    expect.arrayContaining([
      ...['decide', 'move', 'close', 'reopen', 'unit_arrived', 'unit_left', 'done false'],
      ...['changed', 'not_now', 'no_authority', 'too_many', 'bad', 'not_found'],
    ]),
  );
});

/** Level, force and command change by a decision alone, and as the model has it. */
function checkStand(
  { kind, incidentId, incident }: IncidentEvent,
  order: IncidentOrder | undefined,
  stands: Map<string, readonly [Level, Force, Command]>,
): void {
  const { level, force, command: now } = incident;
  const before = stands.get(incidentId) ?? ['hijau', 'dalmas_awal', 'kapolsek'];
  if (kind === 'decide') {
    if (order?.action.kind !== 'decide') throw new Error('a decision that nobody ordered');
    const { decision: wanted, command: as } = order.action;
    expect(order.authority === undefined ? 0 : rank[order.authority]).toBeGreaterThanOrEqual(
      rank[as],
    );
    expect(modelOf(before, wanted, as)).toEqual([level, force, now]);
  } else {
    expect([level, force, now]).toEqual(before);
  }
  if (kind === 'close') expect(level).toBe('hijau');
  stands.set(incidentId, [level, force, now]);
}

/** Units come and go in turns, and never leave before they arrived. */
function checkUnit(
  { kind, incidentId, data, incident }: IncidentEvent,
  there: Map<string, boolean>,
): void {
  for (const { arrivedAtMs, leftAtMs, isThere } of incident.units) {
    if (isThere) expect(leftAtMs).toBeUndefined();
    if (leftAtMs !== undefined) expect(leftAtMs).toBeGreaterThanOrEqual(arrivedAtMs ?? Infinity);
  }
  if (kind !== 'unit_arrived' && kind !== 'unit_left') return;
  const key = `${incidentId}/${data['unitKey']}`;
  expect(there.get(key) ?? false).toBe(kind === 'unit_left');
  there.set(key, kind === 'unit_arrived');
}

/** Versions of each incident without holes, ids of events that are never used twice. */
function checkVersions(told: readonly IncidentEvent[]): void {
  for (const events of Map.groupBy(told, ({ incidentId }) => incidentId).values()) {
    expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
    expect(events[0]?.kind).toBe('open');
    for (const { version, incident } of events) expect(incident.version).toBe(version);
  }
  expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
}

it('tells the same whether it runs through or starts again anywhere', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.nat(160), { maxLength: 4 }), (all, starts) => {
      const whole = new Player(incidentRig({ bounds }));
      for (const [index, step] of all.entries()) whole.play(step, index);

      const parts = new Player(incidentRig({ bounds }));
      const told: IncidentEvent[] = [];
      for (const [index, step] of all.entries()) {
        if (starts.includes(index)) {
          told.push(...parts.rig.told);
          const kept: ReturnType<typeof parts.rig.book.checkpoint> = deserialize(
            serialize(parts.rig.book.checkpoint()),
          );
          const next = incidentRig({ bounds });
          for (const [unitKey, place] of parts.rig.newest) next.newest.set(unitKey, place);
          next.book.restore(kept);
          parts.rig = next;
        }
        parts.play(step, index);
      }
      told.push(...parts.rig.told);
      expect(told).toEqual(whole.rig.told);
    }),
    { numRuns: 300 },
  );
});

it('tells what is missing in the database, and nothing twice, when it starts from there', () => {
  let missing = 0;
  // whoever asks once more, of what came before the start, would get it twice
  const once = fc
    .array(order, { minLength: 30, maxLength: 120 })
    .map((all) =>
      all.map((step): Step => (step.kind === 'order' ? { ...step, again: undefined } : step)),
    );
  fc.assert(
    fc.property(once, fc.nat(100), fc.nat(20), (all, cut, back) => {
      const whole = new Player(incidentRig());
      const records = all.flatMap((step, index) => {
        const played = whole.play(step, index);
        return played === undefined ? [] : [{ order: played.order, index }];
      });
      const { told } = whole.rig;

      const written = told.filter(({ incident }) => incident.sequence <= (cut / 100) * all.length);
      const stored = new Map(written.map(({ incidentId, incident }) => [incidentId, incident]));
      // the journal from some records before the newest that was written on
      const from = (written.at(-1)?.incident.sequence ?? 0) - back;
      const { book, told: again } = incidentRig();
      book.adopt(stored.values());
      for (const { order, index } of records) {
        const moment = { atMs: 1_000_000 + 2_000 * index, sequence: index + 1 };
        if (moment.sequence > from) book.order(order, moment);
      }
      const rest = told.slice(written.length);
      expect(again).toEqual(rest);
      missing += rest.length;
    }),
    { numRuns: 300 },
  );
  expect(missing).toBeGreaterThan(500);
});
