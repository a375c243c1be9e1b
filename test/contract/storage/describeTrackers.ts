import { expect, it, onTestFinished, vi } from 'vitest';
import { assignTracker } from '../../../server/storage/assignTracker.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import { readRegistered } from '../../../server/storage/readRegistered.ts';
import {
  addTracker,
  changeTracker,
  findTracker,
  listTrackers,
  setTrackerSecret,
} from '../../../server/storage/trackerStore.ts';
import { watchChanges } from '../../../server/storage/watchChanges.ts';
import { addPatrol, describeOver, minuteMs, nowMs, patrol } from './openedStores.ts';
import type { Opener } from './openers.ts';
import { silent } from './silent.ts';

const patient = { timeout: 20_000 };
const deed = (action: string) => ({
  actor: 'andi',
  action,
  subject: 'tracker:HT-01',
  region: '64.08',
  data: {},
});

/** What the stores promise of trackers, units and who carries what. */
export function describeTrackers(opener: Opener): void {
  describeOver('trackers', opener, (database) => {
    it('are added with a unit of their own and listed by id', async () => {
      const { pool } = database();
      const second = await addTracker(pool, { ...patrol, id: 'B' });
      const first = await addTracker(pool, { ...patrol, id: 'A', kind: 'apc' });
      if (!first.ok || !second.ok) throw new Error('not added');
      expect(first.value).toMatchObject({
        tracker: { id: 'A', region: '64.08', unitKey: first.value.unit.key, role: 'primary' },
        unit: { id: 'A', callsign: 'Elang 1', kind: 'apc', agency: 'polri', region: '64.08' },
      });
      expect(await listTrackers(pool)).toEqual([first.value, second.value]);
    });

    it.each([
      [{ id: 'out' }, 'bad_id'],
      [{ id: 'a b' }, 'bad_id'],
      [{ region: '64' }, 'bad_region'],
      [{ region: '64.08.04' }, 'bad_region'],
      [{ callsign: '  ' }, 'bad_callsign'],
      [{ callsign: 'x'.repeat(33) }, 'bad_callsign'],
      [{ strength: -1 }, 'bad_strength'],
      [{ strength: 1.5 }, 'bad_strength'],
      [{ strength: 201 }, 'bad_strength'],
      [{ timeZone: '+08:00' }, 'bad_time_zone'],
      [{ timeZone: 'Asia/Atlantis' }, 'bad_time_zone'],
      [{ networks: ['10.0.0.0/33'] }, 'bad_network'],
      [{ networks: ['fe80::1%eth0'] }, 'bad_network'],
      [{ networks: ['posko.example.id'] }, 'bad_network'],
      [{ networks: ['10.0.0.1/8/8'] }, 'bad_network'],
      [{ networks: Array.from({ length: 17 }, (_, at) => `10.0.0.${at}`) }, 'bad_network'],
    ])('are refused with %o: %s', async (change, reason) => {
      const { pool } = database();
      expect(await addTracker(pool, { ...patrol, ...change })).toMatchObject({ ok: false, reason });
      expect(await listTrackers(pool)).toEqual([]);
    });

    it('say how they may say who they are, and in which zone their clock is', async () => {
      const { pool } = database();
      const networks = ['10.20.1.2/16', '192.168.1.7', '2001:db8::/32'];
      const weak = { isWeak: true, networks, timeZone: 'Asia/Makassar' };
      await addTracker(pool, { ...patrol, ...weak });
      await addTracker(pool, { ...patrol, id: 'HT-02', secretHash: 'hash' });
      expect(await listTrackers(pool)).toMatchObject([
        {
          tracker: {
            isWeak: true,
            // as blocks: bits behind the mask say nothing
            networks: expect.arrayContaining(['10.20.0.0/16', '192.168.1.7/32', '2001:db8::/32']),
            timeZone: 'Asia/Makassar',
          },
          hasSecret: false,
        },
        { tracker: { isWeak: false, networks: [], timeZone: undefined }, hasSecret: true },
      ]);
      const change = { isWeak: false, networks: ['10.0.0.0/8'], timeZone: 'Asia/Jayapura' };
      await changeTracker(pool, 'HT-01', change);
      expect(await findTracker(pool, 'HT-01')).toMatchObject({ tracker: change });
      await changeTracker(pool, 'HT-01', { callsign: 'Garuda' });
      expect(await findTracker(pool, 'HT-01')).toMatchObject({ tracker: change });
      await changeTracker(pool, 'HT-01', { networks: [], timeZone: null });
      expect(await findTracker(pool, 'HT-01')).toMatchObject({
        tracker: { networks: [], timeZone: undefined },
        unit: { callsign: 'Garuda' },
      });
    });

    it('bring as many people as somebody says, one where nobody did', async () => {
      const { pool } = database();
      await addTracker(pool, patrol);
      await addTracker(pool, { ...patrol, id: 'HT-02', kind: 'truck', strength: 30 });
      const strengths = async () => (await listTrackers(pool)).map(({ unit }) => unit.strength);
      expect(await strengths()).toEqual([1, 30]);
      await changeTracker(pool, 'HT-01', { strength: 0 });
      await changeTracker(pool, 'HT-02', { callsign: 'Dalmas 2' });
      expect(await strengths()).toEqual([0, 30]);
      const bad = await changeTracker(pool, 'HT-02', { strength: 201 });
      expect(bad).toMatchObject({ ok: false, reason: 'bad_strength' });
    });

    it('have a secret whose version grows, and none again when it is taken away', async () => {
      const { pool } = database();
      await addTracker(pool, { ...patrol, secretHash: 'one' });
      await addTracker(pool, { ...patrol, id: 'HT-02' });
      const first = await registered();
      expect(first.secrets.get('HT-01')).toEqual({ hash: 'one', version: expect.any(Number) });
      expect(first.secrets.get('HT-02')).toEqual({ hash: null, version: 0 });
      expect([...first.principals.secretVersions.keys()]).toEqual(['HT-01']);
      expect(first.principals.trackers).toEqual(first.trackers.map(({ tracker }) => tracker));

      await setTrackerSecret(pool, 'HT-01', 'two', () => [deed('tracker.secret_set')]);
      const second = await registered();
      expect(second.secrets.get('HT-01')?.hash).toBe('two');
      expect(versionIn(second)).toBeGreaterThan(versionIn(first));
      await setTrackerSecret(pool, 'HT-01', null, () => [deed('tracker.secret_removed')]);
      const third = await registered();
      expect(third.principals.secretVersions.size).toBe(0);
      await setTrackerSecret(pool, 'HT-01', 'one', () => [deed('tracker.secret_set')]);
      expect(versionIn(await registered())).toBeGreaterThan(versionIn(second));
      expect(await setTrackerSecret(pool, 'none', 'x', () => [])).toMatchObject({
        reason: 'unknown_tracker',
      });
    });

    it('are added and changed with what the log says, or neither', async () => {
      const { pool } = database();
      await addTracker(pool, patrol, deed('tracker.admitted'));
      expect(await addTracker(pool, patrol, deed('tracker.admitted'))).toMatchObject({ ok: false });
      let seen: string | undefined;
      await changeTracker(pool, 'HT-01', { region: '64.74' }, ({ tracker, unit }) => {
        seen = `${tracker.region} ${unit.region}`;
        return [deed('tracker.changed')];
      });
      expect(seen).toBe('64.08 64.08');
      const answers = [
        await changeTracker(pool, 'HT-01', { region: '64.08' }, () => undefined),
        await setTrackerSecret(pool, 'HT-01', 'hash', () => undefined),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ reason: 'not_allowed' });
      expect(await findTracker(pool, 'HT-01')).toMatchObject({
        tracker: { region: '64.74' },
        hasSecret: false,
      });
      const entries = await readLog(pool, { before: undefined, limit: 9, regions: undefined });
      expect(entries.map(({ action }) => action)).toEqual(['tracker.changed', 'tracker.admitted']);
    });

    it('keep an id to themselves, however many ask at once', async () => {
      const { pool } = database();
      const answers = await Promise.all(Array.from({ length: 8 }, () => addTracker(pool, patrol)));
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      expect(await addTracker(pool, patrol)).toMatchObject({ ok: false, reason: 'id_taken' });
      const { rows } = await pool.query('select id from units');
      expect(rows).toEqual([{ id: 'HT-01' }]);
    });

    it('are heard of by those who watch, as are changes of units and assignments', async () => {
      const { pool, connection } = database();
      let seen: readonly string[] = [];
      const watch = await watchChanges({
        channel: 'posko_trackers',
        connection,
        log: silent,
        onChange: async () => {
          const trackers = await listTrackers(pool);
          seen = trackers.map(({ tracker, unit }) => `${tracker.id} ${unit.callsign}`);
        },
      });
      onTestFinished(() => watch.close());
      await addPatrol(pool);
      await vi.waitFor(() => expect(seen).toEqual(['HT-01 Elang 1']), patient);
      await pool.query("update units set callsign = 'Rajawali'");
      await vi.waitFor(() => expect(seen).toEqual(['HT-01 Rajawali']), patient);
      await pool.query('update tracker_assignments set valid_to = now()');
      await vi.waitFor(() => expect(seen).toEqual([]), patient);
    });

    it('are changed with the unit that carries them now', async () => {
      const { pool } = database();
      await addPatrol(pool, 'A');
      await addPatrol(pool, 'B');
      await assign('A', 'B', nowMs - minuteMs);
      const change = { region: '64.74', callsign: 'Garuda', kind: undefined, agency: undefined };
      expect(await changeTracker(pool, 'A', change)).toEqual({ ok: true, value: null });
      expect(await changeTracker(pool, 'none', change)).toMatchObject({
        reason: 'unknown_tracker',
      });
      const { rows } = await pool.query('select id, callsign from units order by id');
      expect(rows).toEqual([
        { id: 'A', callsign: 'Elang 1' },
        { id: 'B', callsign: 'Garuda' },
      ]);
    });

    it('change hands: what went before ends where the new begins', async () => {
      const { pool } = database();
      await addPatrol(pool, 'A');
      await addPatrol(pool, 'B');
      expect(await assign('A', 'B', nowMs - minuteMs)).toEqual({
        ok: true,
        value: expect.arrayContaining([
          { trackerId: 'A', unitId: 'A' },
          { trackerId: 'B', unitId: 'B' },
        ]),
      });
      expect(await carried()).toEqual(['A by B primary']);
      expect(await assign('B', 'B', nowMs - 1, 'backup')).toEqual({ ok: true, value: [] });
      expect(await carried()).toEqual(['A by B primary', 'B by B backup']);
      const { rows } = await pool.query<{ times: string }>(
        `select t.id || ' ' || u.id || ' ' ||
                coalesce((extract(epoch from valid_to) * 1000)::bigint::text, 'open') as times
         from tracker_assignments a
         join trackers t on t.key = tracker_key join units u on u.key = unit_key
         order by a.key`,
      );
      expect(rows.map(({ times }) => times)).toEqual([
        `A A ${nowMs - minuteMs}`,
        `B B ${nowMs - minuteMs}`,
        'A B open',
        'B B open',
      ]);
    });

    it.each([
      ['a tracker that is not there', 'X', 'A', 0, 'unknown_tracker'],
      ['a unit that is not there', 'A', 'X', 0, 'unknown_unit'],
      ['a time to come', 'A', 'B', 2 * 24 * 60 * minuteMs, 'in_the_future'],
      ['a time before the last change', 'A', 'B', -60 * minuteMs, 'later_assignment'],
    ])('refuse %s', async (_, trackerId, unitId, afterMs, reason) => {
      const { pool } = database();
      await addPatrol(pool, 'A');
      await addPatrol(pool, 'B');
      await assign('A', 'A', nowMs - minuteMs);
      const before = await carried();
      expect(await assign(trackerId, unitId, nowMs + afterMs)).toMatchObject({ reason });
      expect(await carried()).toEqual(before);
    });

    it('have one unit, and units one primary, at any moment, whoever writes', async () => {
      const { pool } = database();
      await addPatrol(pool, 'A');
      await addPatrol(pool, 'B');
      const insert = (role: string): Promise<unknown> =>
        pool.query(
          `insert into tracker_assignments (tracker_key, unit_key, role, valid_from)
           select t.key, u.key, $1, now() from trackers t, units u where t.id = 'A' and u.id = 'B'`,
          [role],
        );
      await expect(insert('backup')).rejects.toThrow(/one_unit_per_tracker/);
      await pool.query(
        `update tracker_assignments set valid_to = now()
         from trackers t where t.key = tracker_key and t.id = 'A'`,
      );
      await expect(insert('primary')).rejects.toThrow(/one_primary_per_unit/);
      await insert('backup');
    });

    const registered = () => readRegistered(database().pool);

    const versionIn = ({ secrets }: Awaited<ReturnType<typeof registered>>): number =>
      secrets.get('HT-01')?.version ?? -1;

    const assign = (
      trackerId: string,
      unitId: string,
      fromMs: number,
      role: 'primary' | 'backup' = 'primary',
    ) => assignTracker(database().pool, { trackerId, unitId, role, fromMs });

    async function carried(): Promise<readonly string[]> {
      const trackers = await listTrackers(database().pool);
      return trackers.map(({ tracker, unit }) => `${tracker.id} by ${unit.id} ${tracker.role}`);
    }
  });
}
