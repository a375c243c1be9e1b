import { openers } from '/work/main/test/contract/storage/openers.ts';
import { makePartitions } from '/work/main/server/storage/dialect/dayPartitions.ts';
import { toPositionRow } from '/work/main/server/storage/positionRow.ts';
import { writeRecorded } from '/work/main/server/storage/recordStore.ts';
const base = `insert into positions (tracker_key, fixed_at, lon, lat, receive_delay_ms, speed, course,
                         altitude, accuracy, battery, sats, is_delayed, attributes)
  select tracker_key, to_timestamp(fixed_at_ms / 1000), lon, lat, receive_delay_ms, speed, course,
         altitude, accuracy, battery, sats, is_delayed, attributes::jsonb
  from unnest($1::int[], $2::float8[], $3::int[], $4::int[], $5::int[], $6::smallint[],
              $7::smallint[], $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[],
              $12::boolean[], $13::text[])
    as row (tracker_key, fixed_at_ms, lon, lat, receive_delay_ms, speed, course,
            altitude, accuracy, battery, sats, is_delayed, attributes)
  on conflict do nothing`;
for (const o of openers) { if (o.missing || o.name.includes('WebA')) continue;
const db = await o.open();
const now = Date.now();
if (db.dialect === 'plain') await makePartitions(db.pool, [now, now + 864e5]);
const col = (rows: any[], k: string) => `{${rows.map((r) => r[k] ?? 'NULL').join(',')}}`;
const known = new Map();
for (const trackers of [2000, 10000]) {
const res: Record<string, number[]> = {};
let n = trackers === 2000 ? 0 : 1e8;
for (let round = 0; round < 100; round++) {
  for (const name of ['base', 'full'] as const) {
    const positions = [];
    for (let i = 0; i < 4000; i++, n++) {
      const tk = n % trackers; const step = Math.floor((n % 1e8) / trackers);
      positions.push({ trackerKey: tk + 1 + (n >= 1e8 ? 3000 : 0), receivedAtMs: now, verdict: 'live' as const, fix: { fixedAtMs: now + step * 5000 + (tk % 2000), lon: 117.5 + tk/1e4 + step/1e5, lat: 0.5 + tk/1e4, speedMps: 3 + (n%7), courseDeg: n % 360, accuracyM: 5, batteryPct: 80, sats: 9 } });
    }
    const t = performance.now();
    if (name === 'base') {
    const rows = positions.map(toPositionRow);
    const values: unknown[] = ['trackerKey','fixedAtMs','lon','lat','receiveDelayMs','speed','course','altitude','accuracy','battery','sats','isDelayed'].map((k) => col(rows, k));
    values.push(rows.map((r) => r.attributes));
    await db.pool.query(base, values);
    } else { const r = await writeRecorded(db.pool, { positions, quarantined: [], checkpoint: { journalId: '0193a3a0-0000-7000-8000-000000000000', consumer: 'r', sequence: n } }, known); if (r.written !== 4000) throw new Error('x'); }
    (res[name] ??= []).push(performance.now() - t);
  }
}
const med = (a: number[]) => a.toSorted((x, y) => x - y)[a.length >> 1]!;
for (const [k, v] of Object.entries(res)) console.log(o.name, trackers, k, 'median ms', med(v).toFixed(1), 'min', Math.min(...v).toFixed(1), Math.round(4000 / med(v) * 1000), 'rows/s, best', Math.round(4e6 / Math.min(...v)));
}
await db.close(); }
