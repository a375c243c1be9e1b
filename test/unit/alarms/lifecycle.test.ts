import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Cell,
  nextState,
  personStimuli,
  type Standing,
  type Stimulus,
  serverStimuli,
  standings,
  transitions,
} from '../../../server/alarms/lifecycle.ts';
import { projectRoot } from '../../../server/config.ts';
import { type AlarmAction, type AlarmState, alarmStates } from '../../../server/domain/alarm.ts';
import { type AlarmRig, alarmRig, causeOf, ruleOf, sosRule, startMs } from './alarmRig.ts';

const stimuli: readonly Stimulus[] = [...serverStimuli, ...personStimuli];

/** The table as docs/alarms.md shows it. */
const page = readFileSync(path.join(projectRoot, 'docs/alarms.md'), 'utf8').split('\n');
const header = page.findIndex((line) => line.startsWith('| stimulus | `unacknowledged`'));
const rows = page.slice(header + 2, header + 2 + stimuli.length).map(cellsOf);

function cellsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function shown(cell: Cell): string {
  if (typeof cell === 'string') return `\`${cell}\``;
  return 'latching' in cell
    ? `latching \`${cell.latching}\`, else \`${cell.otherwise}\``
    : standings.map((standing) => `${standing} \`${cell[standing]}\``).join(', ');
}

/** What the page says of a cell. */
function paged(state: AlarmState, stimulus: Stimulus, standing: Standing, isLatching: boolean) {
  const row = rows.find(([name]) => name === `\`${stimulus}\``);
  const cell = row?.[1 + alarmStates.indexOf(state)] ?? '';
  const named = new RegExp(`(?:${isLatching ? 'latching' : 'else'}|${standing}) \`(\\w+)\``);
  return (named.exec(cell) ?? /^`(\w+)`$/.exec(cell))?.[1];
}

describe('the table of transitions', () => {
  it('is in docs/alarms.md as it is', () => {
    expect(cellsOf(page[header] ?? '')).toEqual([
      'stimulus',
      ...alarmStates.map((state) => `\`${state}\``),
    ]);
    expect(rows).toEqual(
      stimuli.map((stimulus) => [
        `\`${stimulus}\``,
        ...alarmStates.map((state) => shown(transitions[state][stimulus])),
      ]),
    );
  });

  it('never leads out of closed', () => {
    for (const stimulus of stimuli) {
      for (const standing of standings) {
        const next = nextState('closed', stimulus, standing, false);
        expect(['already', 'not_now']).toContain(next);
      }
    }
  });
});

const shelfMs = 3_600_000;
const shelve: AlarmAction = { kind: 'shelve', reason: 'uji', untilMs: startMs + shelfMs };
const takeOut: AlarmAction = { kind: 'put_out_of_service', reason: 'diperbaiki' };
const close: AlarmAction = { kind: 'close', outcome: 'handled' };

/** How each state is come to. Times are seconds; by second 10 it is there. */
const ways: readonly {
  readonly state: AlarmState;
  readonly standing: Standing;
  readonly isLatching?: true;
  readonly way: (rig: AlarmRig) => void;
}[] = [
  { state: 'unacknowledged', standing: 'active', way: began },
  { state: 'unacknowledged', standing: 'active', isLatching: true, way: began },
  {
    ...{ state: 'acknowledged', standing: 'active' },
    way: (rig) => {
      began(rig);
      rig.order(1, rig.alarm, { kind: 'acknowledge' });
    },
  },
  {
    ...{ state: 'acknowledged', standing: 'active', isLatching: true },
    way: (rig) => {
      began(rig);
      rig.order(1, rig.alarm, { kind: 'acknowledge' });
    },
  },
  { state: 'returned_unacknowledged', standing: 'over', way: beganAndEnded },
  {
    ...{ state: 'normal', standing: 'over' },
    way: (rig) => {
      beganAndEnded(rig);
      rig.order(2, rig.alarm, { kind: 'acknowledge' });
    },
  },
  { ...{ state: 'shelved', standing: 'active' }, way: shelved },
  {
    ...{ state: 'shelved', standing: 'over' },
    way: (rig) => {
      shelved(rig);
      rig.end(3);
    },
  },
  {
    ...{ state: 'shelved', standing: 'missed' },
    way: (rig) => {
      shelved(rig);
      rig.end(3);
      rig.raise(4, causeOf('again'));
      rig.end(5);
    },
  },
  { ...{ state: 'suppressed', standing: 'active' }, way: suppressed },
  {
    ...{ state: 'suppressed', standing: 'missed' },
    way: (rig) => {
      suppressed(rig);
      rig.end(3);
    },
  },
  {
    ...{ state: 'suppressed', standing: 'over' },
    way: (rig) => {
      began(rig);
      rig.order(1, rig.alarm, { kind: 'acknowledge' });
      rig.suppressed.isNow = true;
      rig.tick(2);
      rig.end(3);
    },
  },
  {
    ...{ state: 'out_of_service', standing: 'active' },
    way: (rig) => {
      began(rig);
      rig.order(1, rig.alarm, takeOut);
    },
  },
  {
    ...{ state: 'out_of_service', standing: 'active', isLatching: true },
    way: (rig) => {
      began(rig);
      rig.order(1, rig.alarm, takeOut);
    },
  },
  {
    ...{ state: 'out_of_service', standing: 'over' },
    way: (rig) => {
      beganAndEnded(rig);
      rig.order(2, rig.alarm, takeOut);
    },
  },
  {
    ...{ state: 'closed', standing: 'over' },
    way: (rig) => {
      beganAndEnded(rig);
      rig.order(2, rig.alarm, close);
    },
  },
];

function began(rig: AlarmRig): void {
  rig.raise(0, causeOf('first', kindOf(rig)));
}

function beganAndEnded(rig: AlarmRig): void {
  began(rig);
  rig.end(1);
}

function shelved(rig: AlarmRig): void {
  began(rig);
  rig.order(1, rig.alarm, shelve);
}

function suppressed(rig: AlarmRig): void {
  began(rig);
  rig.suppressed.isNow = true;
  rig.tick(1);
}

function kindOf(rig: AlarmRig): { kind: 'enter' | 'sos' } {
  return { kind: rig.inForce.has('sos') ? 'sos' : 'enter' };
}

/** Makes the stimulus come. */
function stimulate(rig: AlarmRig, stimulus: Stimulus, standing: Standing): void {
  const { alarm } = rig;
  switch (stimulus) {
    case 'occurred': {
      const edge = standing === 'active' ? 'began' : 'momentary';
      rig.raise(10, causeOf('another', { ...kindOf(rig), edge }));
      return;
    }
    case 'returned':
      rig.end(10, kindOf(rig));
      return;
    case 'suppress':
      rig.suppressed.isNow = true;
      // one that is normal is suppressed with its next occurrence
      if (alarm.state === 'normal') {
        rig.raise(10, causeOf('another', { edge: 'momentary' }), { isSuppressed: true });
      } else rig.tick(10);
      return;
    case 'unsuppress':
      rig.suppressed.isNow = false;
      rig.tick(10);
      return;
    case 'shelf_expired':
      // of one that is on no shelf: before it settles
      rig.tick(alarm.state === 'shelved' ? shelfMs / 1000 : 500);
      return;
    case 'settled':
      rig.tick(610);
      return;
    case 'overflowed':
      rig.raise(10, causeOf('other', { subjectKey: 'unit:13/fence:7', ...kindOf(rig) }));
      return;
    case 'shelve':
      rig.order(10, alarm, { kind: 'shelve', reason: 'lagi', untilMs: startMs + 2 * shelfMs });
      return;
    case 'put_out_of_service':
      rig.order(10, alarm, takeOut);
      return;
    case 'close':
      rig.order(10, alarm, close);
      return;
    case 'remark':
      rig.order(10, alarm, { kind: 'comment', text: 'dilihat' });
      return;
    default:
      rig.order(10, alarm, { kind: stimulus });
  }
}

function rigIn({ isLatching, way }: (typeof ways)[number]): AlarmRig {
  const rule = isLatching ? sosRule : ruleOf({ suppressedPhases: ['voting'] });
  const rig = alarmRig([rule], { bounds: { open: 1 } });
  way(rig);
  return rig;
}

describe.each(ways)('an alarm in $state, $standing, latching: $isLatching', (from) => {
  const { state, standing, isLatching = false } = from;

  it('is there', () => {
    const rig = rigIn(from);
    expect(rig.alarm.state).toBe(state);
    expect(rig.alarm.isActive).toBe(standing === 'active');
  });

  /** After an occurrence it may be so again. */
  const cells = stimuli.flatMap((stimulus): readonly [Stimulus, Standing][] =>
    stimulus === 'occurred' && standing !== 'active'
      ? [
          ['occurred', 'active'],
          ['occurred', 'over'],
        ]
      : [[stimulus, standing]],
  );
  it.each(cells)('takes %s as the page says, %s', (stimulus, after) => {
    // that nobody was ever shown it is a test of its own, below
    if (state === 'suppressed' && stimulus === 'settled') return;
    const rig = rigIn(from);
    const before = rig.alarm;
    stimulate(rig, stimulus, after);
    const alarm = rig.engine.find(before.id);
    const expected = paged(state, stimulus, after, isLatching);
    const isRefused = expected === 'already' || expected === 'not_now';
    expect(alarm?.state).toBe(isRefused ? state : expected);
    const isNothing = isRefused || (stimulus === 'returned' && standing !== 'active');
    if (isNothing) expect(alarm).toBe(before);
    else expect(alarm?.version).toBeGreaterThan(before.version);
  });
});

it('closes what was over before anybody was shown it, when suppression ends', () => {
  const rig = alarmRig([ruleOf({ suppressedPhases: ['voting'] })]);
  rig.suppressed.isNow = true;
  rig.raise(0, causeOf('first'), { isSuppressed: true });
  rig.end(1);
  rig.tick(2);
  expect(rig.alarm.state).toBe('suppressed');
  rig.suppressed.isNow = false;
  rig.tick(3);
  expect(paged('suppressed', 'settled', 'over', false)).toBe('closed');
  expect(rig.alarm).toMatchObject({ state: 'closed', closed: { by: null, outcome: 'returned' } });
});
