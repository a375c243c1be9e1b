import { describe, expect, it } from 'vitest';
import { nextState, type Stimulus } from '../../../../server/alarms/lifecycle.ts';
import { type Alarm, alarmStates } from '../../../../server/domain/alarm.ts';
import { type AlarmDetails, alarmDetails } from '../../../../server/domain/alarmDetails.ts';
import type { UnitKind } from '../../../../server/domain/unit.ts';
import { groupAlarms, listRows } from '../../../../web/src/alarms/alarmGroups.ts';
import { remarkOf } from '../../../../web/src/alarms/alarmHistory.ts';
import { createOrderSender } from '../../../../web/src/alarms/alarmOrders.ts';
import { holderOf, lastDecider, subjectUnsaid } from '../../../../web/src/alarms/alarmWords.ts';
import { actionsOfState, allowedActions } from '../../../../web/src/alarms/allowedActions.ts';
import { audiencesOf, callsMe, isWideAtFirst } from '../../../../web/src/alarms/callsMe.ts';
import { nearestUnits } from '../../../../web/src/alarms/nearestUnits.ts';
import { rowWindow } from '../../../../web/src/alarms/rowWindow.ts';
import { endOfWatch } from '../../../../web/src/alarms/shelfEnds.ts';
import { ownProblem } from '../../../../web/src/api/problem.ts';
import { alarmMarks, findAlarmAt } from '../../../../web/src/map/alarmMarks.ts';
import { anAlarm } from '../../../fixtures/anAlarm.ts';
import { createFakeWorld, hello, roster, snapshot, unitAt } from '../live/fakeLive.ts';

const shown = (changes: Partial<Alarm> = {}): AlarmDetails => alarmDetails(anAlarm(changes));
const many = (count: number, change: (i: number) => Partial<Alarm>): AlarmDetails[] =>
  Array.from({ length: count }, (_, i) => shown({ id: `a${i}`, ...change(i) }));

describe('what is offered to be done with an alarm', () => {
  const stimulusOf = {
    acknowledge: 'acknowledge',
    shelve: 'shelve',
    unshelve: 'unshelve',
    'out-of-service': 'put_out_of_service',
    'in-service': 'return_to_service',
    close: 'close',
    comment: 'remark',
  } as const satisfies Record<string, Stimulus>;

  it.each(alarmStates)('in the state %s is what the server would do', (state) => {
    for (const isLatching of [true, false]) {
      const offered: ReadonlySet<string> = actionsOfState(shown({ state, isLatching }));
      for (const [action, stimulus] of Object.entries(stimulusOf)) {
        const next = nextState(state, stimulus, 'active', isLatching);
        const isDone = next !== 'already' && next !== 'not_now';
        expect([action, isLatching, offered.has(action)]).toEqual([action, isLatching, isDone]);
      }
    }
  });

  it('is only what the person may do in one of its regions', () => {
    const alarm = shown({ regions: ['64.08', '64.72'] });
    const dispatcher = { role: 'dispatcher', region: '64.08' } as const;
    expect(allowedActions(alarm, [dispatcher])).toContain('acknowledge');
    expect(allowedActions(alarm, [dispatcher])).not.toContain('out-of-service');
    expect(allowedActions(alarm, [{ role: 'commander', region: '64' }])).toContain(
      'out-of-service',
    );
    expect(allowedActions(alarm, [{ ...dispatcher, region: '64.03' }]).size).toBe(0);
    expect(allowedActions(alarm, [{ role: 'viewer', region: '*' }]).size).toBe(0);
  });
});

describe('whom an alarm calls', () => {
  const regions = ['64.08'];

  it('is a commander as a dispatcher too, and one of the province when it has come so far up', () => {
    const told = (role: 'dispatcher' | 'commander' | 'viewer', region: string) =>
      [...audiencesOf([{ role, region }], regions)].sort();
    expect(told('dispatcher', '64.08')).toEqual(['dispatchers', 'everyone']);
    expect(told('commander', '64.08')).toEqual(['commanders', 'dispatchers', 'everyone']);
    expect(told('commander', '64')).toEqual(['everyone', 'province']);
    expect(told('viewer', '*')).toEqual(['everyone']);
    expect(told('commander', '64.03')).toEqual([]);
  });

  it('is nobody any more once it is acknowledged', () => {
    const grants = [{ role: 'dispatcher', region: '64.08' }] as const;
    expect(callsMe(shown(), grants, false)).toBe(true);
    expect(callsMe(shown({ state: 'returned_unacknowledged' }), grants, false)).toBe(true);
    expect(callsMe(shown({ state: 'acknowledged' }), grants, true)).toBe(false);
    expect(callsMe(shown({ told: ['commanders'] }), grants, false)).toBe(false);
  });

  it('is whoever commands the whole country, unless they say otherwise', () => {
    const grants = [{ role: 'commander', region: '*' }] as const;
    expect(isWideAtFirst(grants)).toBe(true);
    expect(isWideAtFirst([{ role: 'commander', region: '64' }])).toBe(false);
    expect(callsMe(shown(), grants, true)).toBe(true);
    expect(callsMe(shown(), grants, false)).toBe(false);
    // a viewer handles nothing
    expect(callsMe(shown(), [{ role: 'viewer', region: '*' }], true)).toBe(false);
  });
});

describe('the list', () => {
  it('draws a dozen rows of ten thousand', () => {
    const { from, to, abovePx, belowPx } = rowWindow(10_000, 66, 66 * 5_000, 600);
    expect(to - from).toBeLessThan(20);
    expect(from).toBeLessThanOrEqual(5_000);
    expect(abovePx + (to - from) * 66 + belowPx).toBe(10_000 * 66);
    expect(rowWindow(0, 66, 0, 600)).toEqual({ from: 0, to: 0, abovePx: 0, belowPx: 0 });
    // a list that became shorter while it was scrolled to its end
    expect(rowWindow(3, 66, 66_000, 600)).toMatchObject({ to: 3, belowPx: 0 });
  });

  it('groups by place and by cause, the group of the most urgent first', () => {
    const alarms = [
      shown({ id: 'a', subject: { siteId: 'kpu', siteName: 'KPU' }, ruleId: 'masuk' }),
      shown({ id: 'b', subject: { unitId: 'hp-1', callsign: 'Elang 1' }, ruleId: 'sos' }),
      shown({ id: 'c', subject: { siteId: 'kpu', siteName: 'KPU' }, state: 'acknowledged' }),
      shown({ id: 'd', subject: {} }),
    ];
    const byPlace = groupAlarms(alarms, 'place', 'id');
    expect(byPlace.map(({ name, alarms: { length }, waiting }) => [name, length, waiting])).toEqual(
      [
        ['KPU', 2, 1],
        ['Elang 1', 1, 1],
        [undefined, 1, 1],
      ],
    );
    expect(groupAlarms(alarms, 'cause', 'id').map(({ key }) => key)).toEqual([
      'rule masuk',
      'rule sos',
    ]);
    expect(listRows(alarms, 'place', new Set(), 'id')).toHaveLength(3);
    const opened = listRows(alarms, 'place', new Set(['site kpu']), 'id');
    expect(opened.map(({ kind }) => kind)).toEqual(['group', 'alarm', 'alarm', 'group', 'group']);
    expect(listRows(alarms, 'none', new Set(), 'id')).toHaveLength(4);
  });

  it('says who has it, where it is, and who decided last', () => {
    const roster = [
      {
        ...{ key: 7, id: 'hp-07', callsign: 'Elang 7', kind: 'handheld' as UnitKind },
        ...{ agency: 'polri' as const, region: '64.08', trackerId: 'hp-07', strength: 1 },
      },
    ];
    const taken = { acknowledged: { by: 'budi', atMs: 5 } };
    expect(holderOf(shown(), roster)).toBeUndefined();
    expect(holderOf(shown(taken), roster)).toBe('budi');
    const given = { ...taken, assignee: { kind: 'unit', unitId: 'hp-07' } } as const;
    expect(holderOf(shown(given), roster)).toBe('Elang 7');
    const of = shown({ subject: { callsign: 'Elang 1', siteName: 'TPS 3' } });
    expect(subjectUnsaid(of, 'Elang 1 masuk')).toBe('TPS 3');
    expect(subjectUnsaid(of, 'Ada yang masuk')).toBe('Elang 1 · TPS 3');
    expect(subjectUnsaid(of, 'Elang 1 masuk TPS 3')).toBe('');
    const shelf = { untilMs: 99, reason: 'r', by: 'citra', atMs: 9 };
    expect(lastDecider(shown({ ...taken, shelf }))).toBe('citra');
  });
});

describe('signs on the map', () => {
  it('leave out what has no place and what is put aside, and are found where they are drawn', () => {
    const alarms = [
      ...many(2, (i) => ({ subject: { place: [117.5 + i / 10, 0.5] } })),
      shown({ id: 'nowhere', subject: {} }),
      shown({ id: 'shelved', state: 'shelved' }),
      shown({ id: 'taken', state: 'acknowledged' }),
    ];
    const marks = alarmMarks(alarms);
    expect(marks.map(({ id, isWaiting }) => [id, isWaiting])).toEqual([
      ['taken', false],
      ['a1', true],
      ['a0', true],
    ]);
    const view = { lon: 117.5, lat: 0.5, zoom: 14, widthPx: 800, heightPx: 600 };
    expect(findAlarmAt(marks, view, 400, 300 - 24)).toBe('a0');
    // its place itself is the unit's
    expect(findAlarmAt(marks, view, 400, 300)).toBeUndefined();
  });
});

describe('putting aside', () => {
  it('until the end of the watch is never longer than eight hours, and always ahead', () => {
    const atLocal = (h: number): number => Date.UTC(2024, 10, 27, h - 8);
    const hours = (h: number): number =>
      (endOfWatch(atLocal(h), 'Asia/Makassar') - atLocal(h)) / 3.6e6;
    expect([0, 6, 7, 14, 15, 22, 23].map(hours)).toEqual([7, 1, 8, 1, 8, 1, 8]);
  });
});

describe('whom to send', () => {
  it('is the nearest unit first, and those without a place last', () => {
    const world = createFakeWorld();
    world.client.start();
    world.say(hello(world));
    world.say(roster(1, [1, 2, 3]));
    const units = [unitAt(1, world.nowMs, 0.1), unitAt(2, world.nowMs, 0.01)];
    world.say(snapshot(world, { sequence: 1 }, units));
    const { table } = world.client;
    const [near, far, unknown] = nearestUnits(table, [117.5279, 0.5049]);
    expect([near?.unit.key, far?.unit.key, unknown?.unit.key]).toEqual([2, 1, 3]);
    // 0.01 degrees at the equator
    expect(near?.awayM).toBeGreaterThan(1_105);
    expect(near?.awayM).toBeLessThan(1_120);
    expect(unknown?.awayM).toBeUndefined();
  });
});

describe('what is sent', () => {
  it('has the same id again where nobody knows whether it arrived, and another one afterwards', async () => {
    const sent: { readonly path: string; readonly body: object | undefined }[] = [];
    const unreachable = { ok: false, problem: ownProblem('unreachable', '', undefined) } as const;
    let ids = 0;
    let isAway = true;
    const alarm = shown({ version: 3 });
    const send = createOrderSender(
      {
        get: async () => unreachable,
        send: async (_method, path, body, read) => {
          sent.push({ path, body });
          if (isAway) return unreachable;
          const value = read({ alarm, isDone: true });
          if (value === undefined) throw new Error('cannot be read');
          return { ok: true, value };
        },
        settled: async () => {},
      },
      () => {
        ids += 1;
        return `order-${ids}`;
      },
    );
    const asked = { path: 'comment', body: { text: 'dihubungi' } } as const;
    await send(alarm, asked);
    isAway = false;
    expect(await send(alarm, asked)).toMatchObject({ ok: true, value: { isDone: true } });
    await send(alarm, asked);
    expect(sent[0]?.path).toBe(`/alarms/${alarm.id}/comment`);
    expect(sent.map(({ body }) => body)).toEqual([
      { text: 'dihubungi', orderId: 'order-1', version: 3 },
      { text: 'dihubungi', orderId: 'order-1', version: 3 },
      { text: 'dihubungi', orderId: 'order-2', version: 3 },
    ]);
  });
});

describe('the history', () => {
  it('says what somebody wrote, and to whom it was given', () => {
    const event = {
      ...{ id: 'e', version: 2, atMs: 0, actor: 'budi', state: 'acknowledged' as const },
    };
    expect(remarkOf({ ...event, kind: 'commented', data: { text: 'aman' } })).toBe('aman');
    expect(remarkOf({ ...event, kind: 'shelved', data: { reason: 'rusak' } })).toBe('rusak');
    const to = { kind: 'unit', unitId: 'hp-07' };
    expect(remarkOf({ ...event, kind: 'assigned', data: { to } })).toBe('hp-07');
    expect(remarkOf({ ...event, kind: 'assigned', data: { to: null } })).toBeUndefined();
    expect(remarkOf({ ...event, kind: 'acknowledged', data: { orderId: 'x' } })).toBeUndefined();
  });
});
