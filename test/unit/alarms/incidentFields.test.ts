import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import type { IncidentAction } from '../../../server/domain/incident.ts';
import {
  checklistOf,
  checklists,
  forceStages,
  isChecklistItem,
} from '../../../server/domain/incidentChecklists.ts';
import {
  incidentActionSchema,
  incidentDetails,
  incidentDetailsSchema,
  incidentEventDetails,
  incidentEventSchema,
  openIncidentSchema,
} from '../../../server/domain/incidentDetails.ts';
import { checkIncidentAction } from '../../../server/domain/incidentFields.ts';
import { incidentRig, opening } from './incidentRig.ts';

const uuid = '0b3f9c1e-6a55-4e0a-9d0c-4f2f6f1b7a11';
const sha256 = 'ab'.repeat(32);
const long = 'x'.repeat(1_001);

const good: readonly IncidentAction[] = [
  { ...opening, operationId: 'mantap-praja', alarmId: uuid },
  { kind: 'rename', title: 'Unjuk rasa' },
  { kind: 'move', place: [117.5, 0.5], radiusM: 20 },
  {
    ...{ kind: 'decide', command: 'kapolres', reason: 'lempar batu' },
    decision: { kind: 'set_level', level: 'kuning' },
  },
  {
    ...{ kind: 'decide', command: 'kapolres', reason: 'pembakaran' },
    decision: { kind: 'lintas_ganti', approvedBy: 'Kapolda, telepon 14.05' },
  },
  {
    ...{ kind: 'decide', command: 'kapolsek', reason: 'permintaan' },
    decision: { kind: 'alih_kendali', to: 'kapolres' },
  },
  { kind: 'decide', command: 'kapolres', reason: 'x', decision: { kind: 'lapis_ganti' } },
  { kind: 'note', text: 'baris satu\nbaris dua' },
  { kind: 'message', from: 'Alpha 1', to: 'Posko', text: 'x' },
  { kind: 'photo', photoId: uuid, sha256, text: '' },
  { kind: 'check', item: 'merah-awc', isDone: false },
  { kind: 'link_alarm', alarmId: uuid },
  { kind: 'unlink_alarm', alarmId: uuid },
  { kind: 'add_unit', unitId: 'awc-1' },
  { kind: 'remove_unit', unitId: 'awc-1' },
  { kind: 'crowd', place: [117.5, 0.5], size: 0, text: 'bubar' },
  { kind: 'close', text: 'selesai' },
  { kind: 'reopen', reason: 'massa kembali' },
];

const bad: readonly (readonly [what: string, action: IncidentAction, detail: RegExp])[] = [
  ['no title', { ...opening, title: ' ' }, /title is 1 to 200/],
  ['two lines of title', { ...opening, title: 'a\nb' }, /title/],
  ['a province', { ...opening, region: '64' }, /regency or a district/],
  ['a village', { ...opening, region: '64.08.04.2001' }, /regency or a district/],
  ['no such province', { ...opening, region: '99.01' }, /no province 99/],
  ['a swapped place', { ...opening, place: [0.5, 117.5] }, /look swapped/],
  ['a small radius', { ...opening, radiusM: 19.9 }, /20 to 20000 m/],
  ['no radius', { ...opening, radiusM: Number.NaN }, /20 to 20000 m/],
  ['a bad operation', { ...opening, operationId: 'a b' }, /operationId/],
  ['a bad alarm', { ...opening, alarmId: 'x' }, /alarmId/],
  ['a large radius', { kind: 'move', place: [117.5, 0.5], radiusM: 20_001 }, /20000 m/],
  ['a place of zeros', { kind: 'move', place: [0, 0], radiusM: 50 }, /no place/],
  ['a long note', { kind: 'note', text: long }, /text is 1 to 1000/],
  ['a note of controls', { kind: 'note', text: 'a\u0000b' }, /printable/],
  ['nobody who speaks', { kind: 'message', from: '', to: 'b', text: 'x' }, /from is 1 to 80/],
  ['nobody spoken to', { kind: 'message', from: 'a', to: '', text: 'x' }, /to is 1 to 80/],
  ['nothing said', { kind: 'message', from: 'a', to: 'b', text: '' }, /text/],
  ['a bad photo', { kind: 'photo', photoId: '1', sha256, text: '' }, /photoId/],
  ['a bad hash', { kind: 'photo', photoId: uuid, sha256: 'zz', text: '' }, /sha256/],
  ['a bad item', { kind: 'check', item: 'x', isDone: true }, /no checklist/],
  ['a bad link', { kind: 'link_alarm', alarmId: 'x' }, /alarmId/],
  ['a bad unit', { kind: 'add_unit', unitId: 'a b' }, /unitId/],
  ['half a person', { kind: 'crowd', place: [117.5, 0.5], size: 0.5, text: '' }, /size/],
  ['too large a crowd', { kind: 'crowd', place: [117.5, 0.5], size: 1e7, text: '' }, /size/],
  ['no reason', { kind: 'reopen', reason: '' }, /reason/],
  [
    'an empty approval',
    {
      ...{ kind: 'decide', command: 'kapolres', reason: 'x' },
      decision: { kind: 'lintas_ganti', approvedBy: ' ' },
    },
    /approvedBy/,
  ],
];

describe('an action on an incident', () => {
  it.each(good.map((action) => [action.kind, action] as const))('%s is taken', (_, action) => {
    expect(checkIncidentAction(action)).toMatchObject({ ok: true });
    const schema = action.kind === 'open' ? openIncidentSchema : incidentActionSchema;
    expect(Value.Check(schema, action)).toBe(true);
  });

  it.each(bad)('is refused for %s', (_, action, detail) => {
    const checked = checkIncidentAction(action);
    expect(checked).toMatchObject({ ok: false, reason: 'bad' });
    expect(checked.ok ? '' : checked.detail).toMatch(detail);
  });

  it('comes back with its texts trimmed, its place and radius rounded', () => {
    const action = {
      ...opening,
      title: ' KPU ',
      place: [117.12345678, 0.5],
      radiusM: 99.99,
    } as const;
    expect(checkIncidentAction(action)).toMatchObject({
      value: { title: 'KPU', place: [117.123457, 0.5], radiusM: 100 },
    });
  });

  it('is of the type of its schema', () => {
    const parsed: IncidentAction = Value.Parse(incidentActionSchema, good[1]);
    const begun: IncidentAction = Value.Parse(openIncidentSchema, good[0]);
    expect([parsed.kind, begun.kind]).toEqual(['rename', 'open']);
  });

  it('of a kind or with a field that there is not does not fit the schema', () => {
    for (const action of [{ kind: 'burn' }, { kind: 'note', text: 'x', by: 'me' }, opening]) {
      expect(Value.Check(incidentActionSchema, action)).toBe(false);
    }
  });
});

describe('what is shown of an incident', () => {
  it('fits its schema, with ids in the place of keys', () => {
    const { book, told, open, act, at } = incidentRig();
    const id = open();
    at(1, 1_010, 0);
    at(1, 1_015, 0);
    for (const action of good.filter(({ kind }) => kind === 'crowd' || kind === 'check')) {
      act(id, action);
    }
    const incident = book.find(id);
    if (incident === undefined) throw new Error('no incident');
    const shown: unknown = JSON.parse(JSON.stringify(incidentDetails(incident)));
    expect(Value.Check(incidentDetailsSchema, shown)).toBe(true);
    expect(shown).toMatchObject({
      ...{ operationId: null, closedAtMs: null, crowds: [{ size: 0 }] },
      units: [{ unitId: 'alpha-1', isThere: true, leftAtMs: null }],
    });
    for (const event of told) {
      expect(Value.Check(incidentEventSchema, incidentEventDetails(event))).toBe(true);
    }
  });
});

describe('checklists', () => {
  const items = Object.entries(checklists).flatMap(([level, each]) =>
    each.map((item) => ({ level, ...item })),
  );

  it('name each item once, after its level', () => {
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    for (const { id, level } of items) {
      expect(id).toMatch(new RegExp(`^${level}-[a-z-]{3,50}$`));
      expect(isChecklistItem(id)).toBe(true);
    }
  });

  it('say in both languages what to do and who answers for it', () => {
    for (const { text, answers } of items) {
      for (const each of [text.id, text.en, answers.id, answers.en]) expect(each).not.toBe('');
    }
  });

  it('keep what is on the list of a lower level', () => {
    const sizes = (['hijau', 'kuning', 'merah'] as const).map((level) => checklistOf(level).length);
    expect(sizes).toEqual([7, 15, 24]);
    expect(checklistOf('merah').slice(0, 15)).toEqual(checklistOf('kuning'));
  });

  it('stand beside the six stages of force', () => {
    expect(forceStages).toHaveLength(6);
    expect(forceStages[4]?.id).toContain('gas air mata');
  });
});
