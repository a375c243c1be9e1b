import { createHash, randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { IncidentEvent } from '../../../server/domain/incident.ts';
import { maxPhotoBytes } from '../../../server/domain/incidentFields.ts';
import {
  addPhoto,
  findPhoto,
  maxPhotos,
  removePhoto,
} from '../../../server/storage/incidentPhotos.ts';
import {
  findIncident,
  type IncidentFilter,
  incidentsToAdopt,
  listIncidentEvents,
  listIncidents,
  writeIncidentEvents,
} from '../../../server/storage/incidentStore.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import { incidentAt, later, lineOf, unitThere } from './alarmEvents.ts';
import { count, describeOver, nowMs } from './openedStores.ts';
import type { Opener } from './openers.ts';

/** What the store promises of incidents. */
export function describeIncidents(opener: Opener): void {
  describeOver('incidents', opener, (database) => {
    const pool = () => database().pool;
    const write = (...events: IncidentEvent[]) => writeIncidentEvents(pool(), events);

    it('are kept as they are after their newest event, with each event once', async () => {
      const opened = incidentAt(1);
      const raised = later(opened, { level: 'kuning', units: [unitThere(7, 'HT-01', true)] });
      const closed = later(raised, { closedAtMs: nowMs + 3 });
      const lines = [
        lineOf(opened),
        lineOf(raised, 'decide', { data: { reason: 'massa 300\0' } }),
        lineOf(closed, 'close'),
      ];
      expect(await write(...lines.slice(0, 2), ...lines.slice(1))).toEqual({
        written: 3,
        leftOut: [],
      });
      expect(await write(...lines.slice(0, 1))).toEqual({ written: 0, leftOut: [] });
      expect(await findIncident(pool(), opened.id)).toEqual(closed);
      expect(await findIncident(pool(), randomUUID())).toBeUndefined();
      const read = await listIncidentEvents(pool(), opened.id, undefined, 2);
      expect(read).toEqual(
        lines
          .slice(1)
          .toReversed()
          .map(({ incident: _, ...line }) => ({
            ...line,
            ...(line.kind === 'decide' && { data: { reason: 'massa 300\u{fffd}' } }),
          })),
      );
      const rest = await listIncidentEvents(pool(), opened.id, 2, 2);
      expect(rest).toMatchObject([{ version: 1, kind: 'open' }]);
    });

    it('put what people did into the log once, and nothing of where units were', async () => {
      const opened = incidentAt(1);
      const decided = later(opened, { level: 'merah', force: 'dalmas_lanjut' });
      const came = later(decided, { units: [unitThere(7, 'HT-01', false)] });
      const lines = [
        lineOf(opened),
        lineOf(decided, 'decide', { actor: 'kapolres', data: { reason: 'Joko luka' } }),
        lineOf(came, 'unit_arrived', { actor: null, data: { unitId: 'HT-01' } }),
      ];
      await write(...lines);
      await write(...lines);
      const log = await readLog(pool(), { before: undefined, limit: 9, regions: ['64.08'] });
      const about = { subject: `incident:${opened.id}`, region: '64.08' };
      const digest = createHash('sha256').update('{"reason":"Joko luka"}').digest('hex');
      const decision = { version: 2, level: 'merah', force: 'dalmas_lanjut', command: 'kapolres' };
      expect(log).toMatchObject([
        { ...about, actor: 'kapolres', action: 'incident.decided', data: { ...decision, digest } },
        {
          ...about,
          actor: 'andi',
          action: 'incident.opened',
          data: { version: 1, level: 'hijau' },
        },
      ]);
      expect(JSON.stringify(log)).not.toMatch(/Joko|HT-01/);
    });

    it('are listed by scope, level, title and time, a page at a time', async () => {
      const incidents = [
        incidentAt(1),
        incidentAt(2, { region: '64.71', level: 'merah', title: 'Ricuh Gudang', isExercise: true }),
        incidentAt(3, { operationId: 'op' }),
        incidentAt(4),
      ];
      const [a, b, c, d] = incidents;
      await write(...incidents.map((incident) => lineOf(incident)));
      if (d !== undefined) await write(lineOf(later(d, { closedAtMs: nowMs + 9 }), 'close'));
      const list = async (filter: IncidentFilter) =>
        (await listIncidents(pool(), filter, 9)).incidents.map(({ id }) => id);
      const ids = (...some: (typeof a)[]) => some.map((incident) => incident?.id);
      expect(await list({})).toEqual(ids(d, c, b, a));
      expect(await list({ regions: ['64.71'] })).toEqual(ids(b));
      expect(await list({ regions: ['64'] })).toHaveLength(4);
      expect(await list({ regions: ['*'] })).toHaveLength(4);
      expect(await list({ isOpen: true })).toEqual(ids(c, b, a));
      expect(await list({ isOpen: false })).toEqual(ids(d));
      expect(await list({ levels: ['kuning', 'merah'] })).toEqual(ids(b));
      expect(await list({ operationId: 'op' })).toEqual(ids(c));
      expect(await list({ isExercise: true })).toEqual(ids(b));
      expect(await list({ text: 'gudang' })).toEqual(ids(b));
      expect(await list({ fromMs: nowMs + 2, toMs: nowMs + 4 })).toEqual(ids(c, b));
      const first = await listIncidents(pool(), {}, 3);
      const second = await listIncidents(pool(), {}, 3, first.nextCursor);
      expect([...first.incidents, ...second.incidents].map(({ id }) => id)).toEqual(
        ids(d, c, b, a),
      );
      expect(second.nextCursor).toBeUndefined();
      await expect(listIncidents(pool(), {}, 3, 'x')).rejects.toThrow(RangeError);
    });

    it('are adopted where they are open, or changed after a record of the journal', async () => {
      const open = incidentAt(1);
      const young = later(incidentAt(2), { closedAtMs: nowMs + 3, sequence: 201 });
      const old = later(incidentAt(3), { closedAtMs: nowMs + 4, sequence: 200 });
      await write(...[open, young, old].map((incident) => lineOf(incident)));
      const adopted = await incidentsToAdopt(pool(), 200);
      expect(adopted).toEqual([open, young].toSorted((a, b) => (a.id < b.id ? -1 : 1)));
    });

    it('keep photos of up to 8 MiB, and 100 of them', async () => {
      const incidentId = randomUUID();
      const photo = { id: randomUUID(), incidentId, mediaType: 'image/jpeg', addedBy: 'andi' };
      const bytes = Buffer.alloc(maxPhotoBytes, 7);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(await addPhoto(pool(), { ...photo, bytes })).toEqual({ ok: true, value: sha256 });
      const found = await findPhoto(pool(), incidentId, photo.id);
      expect(found).toMatchObject({ ...photo, sha256 });
      expect(Buffer.compare(found?.bytes ?? Buffer.alloc(0), bytes)).toBe(0);
      expect(Math.abs((found?.addedAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(await findPhoto(pool(), randomUUID(), photo.id)).toBeUndefined();
      for (const size of [0, maxPhotoBytes + 1]) {
        const refused = await addPhoto(pool(), { ...photo, bytes: Buffer.alloc(size) });
        expect(refused).toMatchObject({ ok: false, reason: 'too_large' });
      }
      await pool().query(
        `insert into incident_photos (id, incident_id, sha256, media_type, bytes, added_by)
         select gen_random_uuid(), $1, sha256('x'), 'image/png', 'x', 'andi'
         from generate_series(2, ${maxPhotos})`,
        [incidentId],
      );
      const more = { ...photo, id: randomUUID(), bytes: Buffer.from('x') };
      expect(await addPhoto(pool(), more)).toMatchObject({ ok: false, reason: 'too_many' });
      expect(await addPhoto(pool(), { ...more, incidentId: randomUUID() })).toMatchObject({
        ok: true,
      });
      await removePhoto(pool(), photo.id);
      expect(await count(pool(), 'incident_photos')).toBe(maxPhotos);
    });
  });
}
