import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { incidentIdOf } from '../../../server/alarms/incidentBook.ts';
import type { IncidentAction } from '../../../server/domain/incident.ts';
import { areaRadiusM, done, incidentRig, opening } from './incidentRig.ts';

const photo = {
  ...{ kind: 'photo', photoId: '0b3f9c1e-6a55-4e0a-9d0c-4f2f6f1b7a11' },
  ...{ sha256: 'ab'.repeat(32), text: '' },
} as const satisfies IncidentAction;
const alarmId = (n: number): string => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;

describe('the units of an incident', () => {
  const home = new Map([
    [1, ['64.08']],
    [2, ['35.78']],
    [3, ['35.78', '64.08']],
    [4, ['64']],
    [5, ['64.08.04']],
    [6, ['64.72']],
  ]);
  const regionsOf = (unitKey: number) => home.get(unitKey) ?? [];
  const all = [...home.keys()];

  it('are those of its regency, of what it lies in, and those that work there, wherever it is', () => {
    const { book, open, at } = incidentRig({ regionsOf });
    for (const key of all) at(key, 990, 0);
    const there = book.find(open({ region: '64.08.04' }));
    expect(there?.units.map(({ unitKey }) => unitKey)).toEqual([1, 3, 4, 5]);
  });

  it('that come later are the same', () => {
    const { book, told, open, at } = incidentRig({ regionsOf });
    const id = open();
    for (const atS of [1_010, 1_020, 1_030, 1_040]) for (const key of all) at(key, atS, 0);
    expect(book.find(id)?.units.map(({ unitKey }) => unitKey)).toEqual([1, 3, 4, 5]);
    expect(JSON.stringify(told)).not.toMatch(/Alpha [26]/);
  });

  it('are still seen to leave when they work there no longer', () => {
    const worksFor = new Map([[3, ['35.78', '64.08']]]);
    const { book, open, at } = incidentRig({ regionsOf: (key) => worksFor.get(key) ?? [] });
    at(3, 990, 0);
    const id = open();
    worksFor.set(3, ['35.78']);
    for (const atS of [1_010, 1_020, 1_030, 1_040]) at(3, atS, 5_000);
    expect(book.find(id)?.units).toMatchObject([{ unitKey: 3, isThere: false }]);
  });
});

describe('an incident', () => {
  it('begins at hijau with Dalmas awal and the Kapolsek in command', () => {
    const { book, told, open } = incidentRig();
    const id = open({}, 60);
    expect(book.find(id)).toMatchObject({
      ...{ version: 1, level: 'hijau', force: 'dalmas_awal', command: 'kapolsek' },
      ...{ openedAtMs: 60_000, openedBy: 'rina', radiusM: areaRadiusM, sequence: 1 },
    });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ kind: 'open', incidentId: id, version: 1, actor: 'rina' });
    expect([...book.open()].map((each) => each.id)).toEqual([id]);
  });

  it('is linked to the alarm that it was opened from', () => {
    const { book, moment } = incidentRig();
    const incidentId = incidentIdOf('o');
    const action = { ...opening, alarmId: alarmId(1) };
    book.order({ orderId: 'o', incidentId, actor: 'rina', action }, moment(1));
    expect(book.find(incidentId)?.alarmIds).toEqual([alarmId(1)]);
  });

  it('gets its id and those of its events from the order alone', () => {
    const [one, other] = [incidentRig(), incidentRig()];
    const ids = [one, other].map((rig) => {
      const id = rig.open();
      rig.act(id, { kind: 'note', text: 'massa tiba' });
      return rig.told.map((event) => event.id);
    });
    expect(ids[0]).toEqual(ids[1]);
    expect(new Set(ids[0]).size).toBe(2);
  });

  it('is not opened with an id that is not of its order', () => {
    const { book, moment, told } = incidentRig();
    const order = { orderId: 'o', incidentId: incidentIdOf('p'), actor: 'rina', action: opening };
    expect(book.order(order, moment(1))).toMatchObject({ ok: false, reason: 'bad' });
    expect(told).toEqual([]);
  });

  it('writes what people say into the log and changes nothing else by it', () => {
    const { book, told, open, act } = incidentRig();
    const id = open();
    const before = book.find(id);
    act(id, { kind: 'note', text: '  massa 200 orang\nmenuju gerbang  ' });
    act(id, { kind: 'message', from: 'Alpha 1', to: 'Posko', text: 'minta dukungan' });
    act(id, photo);
    expect(told.slice(1).map(({ kind, data }) => [kind, data])).toEqual([
      ['note', { text: 'massa 200 orang\nmenuju gerbang' }],
      ['message', { from: 'Alpha 1', to: 'Posko', text: 'minta dukungan' }],
      ['photo', { photoId: photo.photoId, sha256: photo.sha256, text: '' }],
    ]);
    expect(book.find(id)).toEqual({
      ...before,
      ...{ version: 4, changedAtMs: told[3]?.atMs, sequence: 4 },
    });
  });

  it('says with a decision how things stood before', () => {
    const { told, open, decide } = incidentRig();
    const id = open();
    done(decide(id, { kind: 'set_level', level: 'merah' }, 'kapolres'));
    expect(told[1]?.data).toEqual({
      ...{ decision: { kind: 'set_level', level: 'merah' }, reason: 'karena', command: 'kapolres' },
      before: { level: 'hijau', force: 'dalmas_awal', command: 'kapolsek' },
    });
  });

  it('takes no decision by somebody without authority, nor by one who decides as somebody above', () => {
    const { open, act, told } = incidentRig();
    const id = open();
    const action = {
      kind: 'decide',
      decision: { kind: 'set_level', level: 'kuning' },
      ...{ reason: 'lempar batu', command: 'kapolres' },
    } as const satisfies IncidentAction;
    expect(act(id, action)).toMatchObject({ ok: false, reason: 'no_authority' });
    const above = act(id, action, { authority: 'kapolsek' });
    expect(above).toMatchObject({ ok: false, reason: 'no_authority', incident: { id } });
    expect(act(id, action, { authority: 'kapolda' })).toMatchObject({ ok: true, isDone: true });
    expect(told).toHaveLength(2);
  });

  it('keeps who checked what, until somebody takes it back', () => {
    const { book, open, act } = incidentRig();
    const id = open();
    const check = { kind: 'check', item: 'hijau-negosiator', isDone: true } as const;
    done(act(id, check));
    expect(book.find(id)?.checked).toMatchObject([{ item: 'hijau-negosiator', by: 'rina' }]);
    expect(act(id, check, { actor: 'budi' })).toMatchObject({ isDone: false });
    done(act(id, { ...check, isDone: false }));
    expect(book.find(id)?.checked).toEqual([]);
  });

  it('is closed at hijau only, and can be opened again', () => {
    const { book, open, act, decide } = incidentRig();
    const id = open();
    decide(id, { kind: 'set_level', level: 'kuning' }, 'kapolsek');
    expect(act(id, { kind: 'close', text: 'selesai' })).toMatchObject({
      reason: 'not_now',
      detail: expect.stringContaining('lowers it to hijau'),
    });
    decide(id, { kind: 'set_level', level: 'hijau' }, 'kapolres');
    done(act(id, { kind: 'close', text: 'selesai' }));
    expect([...book.open()]).toEqual([]);
    expect(act(id, { kind: 'close', text: 'selesai' })).toMatchObject({ isDone: false });
    expect(act(id, { kind: 'rename', title: 'X' })).toMatchObject({ reason: 'not_now' });
    expect(act(id, { kind: 'note', text: 'catatan susulan' })).toMatchObject({ isDone: true });
    done(act(id, { kind: 'reopen', reason: 'massa kembali' }));
    expect(book.find(id)?.closedAtMs).toBeUndefined();
    expect(act(id, { kind: 'reopen', reason: 'massa kembali' })).toMatchObject({ isDone: false });
  });

  it('refuses a bad action and says what is wrong', () => {
    const { open, act, told } = incidentRig();
    const id = open();
    expect(act(id, { kind: 'check', item: 'tidak-ada', isDone: true })).toMatchObject({
      ...{ ok: false, reason: 'bad', detail: 'no checklist has an item "tidak-ada"' },
    });
    expect(act(id, { kind: 'add_unit', unitId: 'hantu' })).toMatchObject({ reason: 'bad' });
    expect(act('nobody', { kind: 'note', text: 'x' })).toMatchObject({ reason: 'not_found' });
    expect(told).toHaveLength(1);
  });
});

describe('two people at once', () => {
  it('refuses the second decision with the incident as it is now', () => {
    const { open, act } = incidentRig();
    const id = open();
    done(act(id, { kind: 'rename', title: 'Satu' }, { seenVersion: 1, actor: 'budi' }));
    expect(act(id, { kind: 'rename', title: 'Dua' }, { seenVersion: 1 })).toMatchObject({
      ...{ ok: false, reason: 'changed', incident: { title: 'Satu', version: 2 } },
      detail: expect.stringContaining('budi was first'),
    });
    expect(act(id, { kind: 'rename', title: 'Dua' }, { seenVersion: 2 })).toMatchObject({
      ok: true,
    });
  });

  it('gives the second who wants the same the result of the first', () => {
    const { open, act } = incidentRig();
    const id = open();
    done(act(id, { kind: 'rename', title: 'Satu' }, { seenVersion: 1 }));
    const second = act(id, { kind: 'rename', title: 'Satu' }, { seenVersion: 1 });
    expect(second).toMatchObject({ ok: true, isDone: false, incident: { version: 2 } });
  });

  it('lets notes, crowds, checks, links and units through whatever was seen', () => {
    const { open, act, decide } = incidentRig();
    const id = open();
    decide(id, { kind: 'set_level', level: 'kuning' }, 'kapolsek');
    const free: readonly IncidentAction[] = [
      { kind: 'note', text: 'x' },
      { kind: 'message', from: 'a', to: 'b', text: 'x' },
      photo,
      { kind: 'crowd', place: opening.place, size: 300, text: '' },
      { kind: 'check', item: 'hijau-negosiator', isDone: true },
      { kind: 'link_alarm', alarmId: alarmId(1) },
      { kind: 'unlink_alarm', alarmId: alarmId(1) },
      { kind: 'add_unit', unitId: 'alpha-1' },
      { kind: 'remove_unit', unitId: 'alpha-1' },
    ];
    for (const action of free) {
      expect(act(id, action, { seenVersion: 1 })).toMatchObject({ ok: true, isDone: true });
    }
  });

  it('is not refused for what the server saw, nor for notes of others', () => {
    const { open, act, at, kinds } = incidentRig();
    const id = open();
    at(1, 1_010, 0);
    at(1, 1_015, 0);
    act(id, { kind: 'note', text: 'x' });
    expect(kinds()).toContain('unit_arrived');
    expect(act(id, { kind: 'rename', title: 'Dua' }, { seenVersion: 1 })).toMatchObject({
      ok: true,
    });
  });

  it('does an order once, however often it is asked for', () => {
    const { book, open, told, moment } = incidentRig();
    const id = open();
    const note = { kind: 'note', text: 'x' } as const;
    const order = { orderId: 'n', incidentId: id, actor: 'rina', action: note };
    const refused = { ...order, orderId: 'r', action: { ...note, text: '' } };
    const results = [1, 2].map((atS) => book.order(order, moment(atS)));
    expect(results).toMatchObject([{ isDone: true }, { isDone: true }]);
    const refusals = [3, 4].map((atS) => book.order(refused, moment(atS)));
    expect(refusals[0]).toMatchObject({ reason: 'bad' });
    expect(refusals[1]).toEqual(refusals[0]);
    expect(told).toHaveLength(2);
  });
});

describe('bounds', () => {
  it('refuses one incident too many, also one that is opened again, and says the bound', () => {
    const { book, open, act, moment } = incidentRig({ bounds: { open: 2 } });
    const [one] = [open(), open()];
    const order = { orderId: 'o', incidentId: incidentIdOf('o'), actor: 'rina', action: opening };
    expect(book.order(order, moment(5))).toMatchObject({
      ...{ reason: 'too_many', detail: expect.stringContaining('at most 2 incidents') },
    });
    act(one, { kind: 'close', text: 'selesai' });
    open();
    expect(act(one, { kind: 'reopen', reason: 'lagi' })).toMatchObject({ reason: 'too_many' });
  });

  it('refuses one alarm and one unit too many, and keeps the newest crowds', () => {
    const { book, open, act } = incidentRig({ bounds: { alarms: 2, units: 2, crowds: 2 } });
    const id = open();
    const results = [1, 2, 3].map((n) => act(id, { kind: 'link_alarm', alarmId: alarmId(n) }));
    expect(results[2]).toMatchObject({
      reason: 'too_many',
      detail: expect.stringContaining('at most 2 alarms'),
    });
    const added = [1, 2, 3].map((n) => act(id, { kind: 'add_unit', unitId: `alpha-${n}` }));
    expect(added[2]).toMatchObject({
      reason: 'too_many',
      detail: expect.stringContaining('at most 2 units'),
    });
    for (const size of [10, 20, 30]) {
      act(id, { kind: 'crowd', place: opening.place, size, text: '' });
    }
    expect(book.find(id)?.crowds.map(({ size }) => size)).toEqual([20, 30]);
  });

  it('lets a unit that has gone make room, and counts those that nothing makes room for', () => {
    const { book, open, at } = incidentRig({ bounds: { units: 2 } });
    const id = open();
    for (const unit of [1, 2, 3]) {
      at(unit, 1_010, 0);
      at(unit, 1_015, 0);
    }
    expect(book.find(id)?.units.map(({ unitKey }) => unitKey)).toEqual([1, 2]);
    expect(book.counts.unitsLeftOut).toBe(1);
    at(1, 1_020, 500);
    at(1, 1_025, 500);
    at(4, 1_030, 0);
    at(4, 1_035, 0);
    expect(book.find(id)?.units.map(({ unitKey }) => unitKey)).toEqual([2, 4]);
    // one that has no place on the list leaves without a word
    at(3, 1_040, 500);
    at(3, 1_045, 500);
    expect(book.find(id)?.version).toBe(5);
  });

  it('remembers closed incidents and orders up to a number of each', () => {
    const { book, open, act, moment } = incidentRig({ bounds: { closed: 1, orders: 2 } });
    const [one, other] = [open(), open()];
    for (const id of [one, other]) act(id, { kind: 'close', text: 'selesai' });
    expect([book.find(one), book.find(other)?.id]).toEqual([undefined, other]);
    expect(act(one, { kind: 'note', text: 'x' })).toMatchObject({ reason: 'not_found' });
    expect(book.checkpoint().answers).toHaveLength(2);
    // the order that opened it is forgotten, it is not
    const again = { orderId: 'open-2', incidentId: other, actor: 'rina', action: opening };
    expect(book.order(again, moment(9))).toMatchObject({ ok: true, incident: { id: other } });
  });
});

describe('units', () => {
  it('arrive with two clear fixes in a row and leave the same way, with the time of the first', () => {
    const { book, told, kinds, open, at } = incidentRig();
    const id = open();
    at(1, 1_010, 400);
    at(1, 1_015, 100);
    expect(kinds()).toEqual(['open']);
    at(1, 1_020, 50);
    at(1, 1_025, 0);
    at(1, 1_030, 300);
    at(1, 1_035, 350);
    expect(kinds()).toEqual(['open', 'unit_arrived', 'unit_left']);
    expect(told[1]).toMatchObject({
      ...{ actor: null, atMs: 1_020_000 },
      data: { unitKey: 1, unitId: 'alpha-1', callsign: 'Alpha 1', sinceMs: 1_015_000 },
    });
    expect(book.find(id)?.units).toEqual([
      {
        ...{ unitKey: 1, unitId: 'alpha-1', callsign: 'Alpha 1', isAdded: false, isThere: false },
        ...{ arrivedAtMs: 1_015_000, leftAtMs: 1_030_000 },
      },
    ]);
    expect(book.counts.watchedUnits).toBe(0);
  });

  it('are there at the opening by their newest place, unless it is old or at the edge', () => {
    const { book, kinds, open, at } = incidentRig();
    at(1, 990, 50);
    at(2, 990, 195);
    at(3, 100, 50);
    at(4, 990, 600);
    const id = open({}, 1_000);
    expect(kinds()).toEqual(['open', 'unit_arrived']);
    expect(book.find(id)?.units).toMatchObject([{ unitKey: 1, arrivedAtMs: 1_000_000 }]);
  });

  it('never leave before they arrived, though their fixes are older than the opening', () => {
    const { book, open, at } = incidentRig();
    at(1, 900, 50);
    const id = open({}, 1_000);
    at(1, 950, 400);
    at(1, 955, 400);
    expect(book.find(id)?.units).toMatchObject([
      { isThere: false, arrivedAtMs: 1_000_000, leftAtMs: 1_000_000 },
    ]);
  });

  it('come and go with an area that is moved', () => {
    const { book, kinds, open, act, at, newest } = incidentRig();
    const id = open();
    at(1, 1_000, 0);
    at(1, 1_005, 0);
    at(2, 1_000, 1_000);
    at(3, 1_000, 0);
    at(3, 1_005, 0);
    // nothing is known of where it is any more
    newest.delete(3);
    const { lon, lat } = newest.get(2) ?? { lon: 0, lat: 0 };
    done(act(id, { kind: 'move', place: [lon, lat], radiusM: 100 }));
    expect(kinds().slice(3)).toEqual(['move', 'unit_left', 'unit_left', 'unit_arrived']);
    expect(book.find(id)?.units.filter(({ isThere }) => isThere)).toMatchObject([{ unitKey: 2 }]);
    at(1, 1_030, 1_000);
    at(1, 1_035, 1_000);
    expect(kinds().at(-1)).toBe('unit_arrived');
  });

  it('say nothing with a fix that came before', () => {
    const { kinds, open, at } = incidentRig();
    open();
    at(1, 1_015, 0);
    at(1, 1_010, 0);
    at(1, 1_015, 0);
    expect(kinds()).toEqual(['open']);
  });

  it('are on the list while they are under way, and stay on it once they were there', () => {
    const { book, open, act, at } = incidentRig();
    const id = open();
    done(act(id, { kind: 'add_unit', unitId: 'alpha-1' }));
    done(act(id, { kind: 'add_unit', unitId: 'alpha-2' }));
    expect(book.find(id)?.units).toMatchObject([
      { unitKey: 1, isAdded: true, isThere: false },
      { unitKey: 2, isAdded: true, isThere: false },
    ]);
    at(1, 1_010, 0);
    at(1, 1_015, 0);
    for (const unitId of ['alpha-1', 'alpha-2']) done(act(id, { kind: 'remove_unit', unitId }));
    expect(book.find(id)?.units).toMatchObject([{ unitKey: 1, isAdded: false, isThere: true }]);
    expect(act(id, { kind: 'remove_unit', unitId: 'alpha-1' })).toMatchObject({ isDone: false });
  });

  it('are not watched at an incident that is closed', () => {
    const { kinds, open, act, at } = incidentRig();
    const id = open();
    at(1, 1_010, 0);
    at(1, 1_015, 0);
    act(id, { kind: 'close', text: 'selesai' });
    at(1, 1_020, 500);
    at(1, 1_025, 500);
    expect(kinds()).toEqual(['open', 'unit_arrived', 'close']);
    act(id, { kind: 'reopen', reason: 'lagi' });
    expect(kinds().slice(3)).toEqual(['reopen', 'unit_left']);
  });

  it('come and go at each of the areas that they pass', () => {
    const { told, open, at } = incidentRig();
    const ids = [open(), open({ radiusM: 500 })];
    at(1, 1_010, 0);
    at(1, 1_015, 0);
    at(1, 1_020, 300);
    at(1, 1_025, 300);
    const seen = told.slice(2).map(({ kind, incidentId }) => [kind, ids.indexOf(incidentId)]);
    expect(seen).toEqual([
      ['unit_arrived', 0],
      ['unit_arrived', 1],
      ['unit_left', 0],
    ]);
  });
});

describe('a start', () => {
  it('goes on from a checkpoint in the middle of a row of fixes', () => {
    const before = incidentRig();
    const id = before.open();
    before.act(id, { kind: 'note', text: 'x' });
    before.at(1, 1_010, 0);
    const after = incidentRig();
    after.book.restore(deserialize(serialize(before.book.checkpoint())));
    after.at(1, 1_015, 0);
    expect(after.kinds()).toEqual(['unit_arrived']);
    expect(after.told[0]).toMatchObject({ version: 3, data: { sinceMs: 1_010_000 } });
  });

  it('from the database takes no record again that an incident has taken', () => {
    const before = incidentRig();
    const id = before.open();
    before.at(1, 1_010, 0);
    before.at(1, 1_015, 0);
    const stored = before.book.find(id);
    if (stored === undefined) throw new Error('no incident');
    const after = incidentRig();
    after.book.adopt([stored]);
    const orders = [
      { orderId: 'open-1', incidentId: id, actor: 'rina', action: opening },
      { orderId: 'n', incidentId: id, actor: 'rina', action: { kind: 'note', text: 'x' } },
    ] as const;
    after.book.order(orders[0], { atMs: 1, sequence: 1 });
    after.book.order(orders[1], { atMs: 1, sequence: stored.sequence });
    // both are older than what it has
    for (const atS of [1_000, 1_005]) {
      const { lon, lat } = { lon: opening.place[0] + 0.01, lat: opening.place[1] };
      after.book.takePosition(1, { lon, lat, fixedAtMs: atS * 1000 }, { atMs: 1, sequence: 2 });
    }
    expect(after.told).toEqual([]);
    after.book.order({ ...orders[1], orderId: 'm' }, { atMs: 9, sequence: stored.sequence + 1 });
    expect(after.told).toMatchObject([{ kind: 'note', version: stored.version + 1 }]);
  });
});
