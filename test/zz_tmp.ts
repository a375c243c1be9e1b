import { openers } from '/work/main/test/contract/storage/openers.ts';
import { makePartitions } from '/work/main/server/storage/dialect/dayPartitions.ts';
import { latestPositions } from '/work/main/server/storage/positionQueries.ts';
for (const o of openers) { if (o.missing || o.name.includes('WebA')) continue;
const db = await o.open();
const now = Date.now(); const dayMs = 864e5;
if (db.dialect === 'plain') { const t = performance.now(); await makePartitions(db.pool, Array.from({ length: 366 }, (_, i) => now - i * dayMs)); console.log('366 partitions made in ms', Math.round(performance.now() - t)); }
await db.pool.query(`insert into units (id, callsign, kind, agency, region) select 'U'||k, 'U'||k, 'truck','polri','64.08' from generate_series(1,2000) k`);
await db.pool.query(`insert into trackers (id, region) select 'T'||k, '64.08' from generate_series(1,2000) k`);
await db.pool.query(`insert into positions (tracker_key, fixed_at, lon, lat, receive_delay_ms, is_delayed)
  select k, t + k * interval '1 ms', 117500000, 500000, 100, false from generate_series(1, 2000) k, generate_series(now() - interval '365 days', now(), interval '4 hours') t
  where k <= 1000 or t < now() - interval '200 days' + k * interval '1 hour' / 10`);
await db.pool.query(`insert into newest_days select tracker_key, date_trunc('day', max(fixed_at), 'UTC') from positions group by 1`);
await db.pool.query('analyze');
console.log(o.name, (await db.pool.query('select count(*)::int n from positions')).rows, (await db.pool.query('select count(distinct day)::int n from newest_days')).rows);
const med = (a: number[]) => a.toSorted((x, y) => x - y);
{ const ts = []; let n = 0; for (let i = 0; i < 11; i++) { const t = performance.now(); n = (await latestPositions(db.pool)).length; ts.push(performance.now() - t); } console.log('  with newest_days', n, 'ms', med(ts).map(Math.round).join(' ')); }
await db.pool.query('truncate newest_days'); const t0 = performance.now(); await latestPositions(db.pool); console.log('  forgotten', Math.round(performance.now() - t0));
const t = performance.now();
await db.pool.query(`select t.key, p.fixed_at from trackers t cross join lateral (select * from positions where tracker_key = t.key order by fixed_at desc limit 1) p`);
console.log('   the old query', Math.round(performance.now() - t));
await db.close(); }
