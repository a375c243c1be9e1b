import { expect, it } from 'vitest';
import { eventWords } from '../../../../web/src/incidents/eventWords.ts';
import { joinLogs } from '../../../../web/src/incidents/incidentLog.ts';
import { indonesian } from '../indonesian.ts';

it('says what was decided, as whom, why, and how things stood', async () => {
  const t = await indonesian();
  const data = {
    decision: { kind: 'lintas_ganti', approvedBy: 'Kapolda, telepon' },
    ...{ reason: 'pembakaran', command: 'kapolres', before: { force: 'dalmas_lanjut' } },
  };
  expect(eventWords({ kind: 'decide', data }, t, 'id')).toEqual({
    what: 'Lintas ganti: Dalmas lanjut ke PHH Brimob',
    said: 'pembakaran · disetujui: Kapolda, telepon · sebagai Kapolres · sebelumnya Dalmas lanjut',
  });
});

it('says who spoke to whom, and what an item of the checklist is', async () => {
  const t = await indonesian();
  const message = { from: 'Elang 1', to: 'Posko', text: 'massa bubar' };
  expect(eventWords({ kind: 'message', data: message }, t, 'id')).toEqual({
    what: 'Elang 1 → Posko',
    said: 'massa bubar',
  });
  const check = { item: 'kuning-kesehatan', isDone: true };
  expect(eventWords({ kind: 'check', data: check }, t, 'id')).toEqual({
    what: 'Dikerjakan',
    said: 'Ambulans dan petugas kesehatan di tempat',
  });
});

it('says what it can of a line with fields that it does not know', async () => {
  const t = await indonesian();
  const words = eventWords({ kind: 'unit_arrived', data: { of: 'a newer server' } }, t, 'id');
  expect(words.what).toBe('? tiba');
});

it('joins parts of a log, each line once and the newest first', () => {
  const line = (version: number) =>
    ({ id: `${version}`, version, kind: 'note', atMs: version, actor: null, data: {} }) as const;
  const joined = joinLogs([line(3), line(2)], [line(4), line(3), line(1)]);
  expect(joined.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
});
