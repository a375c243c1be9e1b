import pg from 'pg';
import type { Position } from '../../../../server/domain/position.ts';
import { assignTracker } from '../../../../server/storage/assignTracker.ts';
import { type Database, openDatabase } from '../../../../server/storage/database.ts';
import { openDataDir } from '../../../../server/storage/dataDir.ts';
import { withPartitions } from '../../../../server/storage/dialect/dayPartitions.ts';
import { migrate, migrationsFolder } from '../../../../server/storage/migrate.ts';
import { readMovedTables } from '../../../../server/storage/moving/movedTables.ts';
import { toPositionRow } from '../../../../server/storage/positionRow.ts';
import { silent } from '../scratch.ts';

export const journalId = '0b0e0f5e-6a0c-4f2e-9a55-1f6a0c9e7d11';
export const consumer = 'recorder';

/** One embedded server for a test file, with as many databases as its tests need. */
export class DatabaseServer {
  readonly #database: Database;
  #made = 0;

  private constructor(database: Database) {
    this.#database = database;
  }

  static async start(dataDir: string): Promise<DatabaseServer> {
    const { dir } = openDataDir(dataDir);
    return new DatabaseServer(
      await openDatabase({ databaseUrl: undefined, dataDir: dir, log: silent }),
    );
  }

  /** Makes an empty database, without a schema. */
  async makeDatabase(): Promise<pg.ClientConfig> {
    this.#made += 1;
    const database = `moving_${this.#made}`;
    await this.#database.pool.query(`create database ${database}`);
    return { ...this.#database.connection, database };
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** What a command line takes for a database. */
export function urlOf({ user, password, host, database }: pg.ClientConfig): string {
  return `postgres://${user}:${password}@${encodeURIComponent(host ?? '')}/${database}`;
}

/** Runs `work` on connections of its own, all of which are ended before this resolves. */
export async function withPool<Value>(
  connection: pg.ClientConfig,
  work: (pool: pg.Pool) => Promise<Value>,
): Promise<Value> {
  const pool = new pg.Pool({ ...connection, max: 4 });
  pool.on('error', () => undefined);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** Runs the migrations, up to the one that starts with `through`. */
export async function migrateTo(pool: pg.Pool, through?: string): Promise<void> {
  const client = await pool.connect();
  await migrate(client, migrationsFolder, through);
  client.release();
}

/** Fills a database that has the schema with something of everything that is awkward to move. */
export async function seed(pool: pg.Pool, rowsADay: number): Promise<void> {
  // by hand and not by the stores, which know the newest schema only
  for (const id of ['hp-01', 'hp-02', 'awc-1']) {
    await pool.query(
      `with unit as (
         insert into units (id, callsign, kind, agency, region)
         values ($1, $1, 'handheld', 'polri', '64.08') returning key
       ), tracker as (
         insert into trackers (id, region) values ($1, '64.08') returning key
       )
       insert into tracker_assignments (tracker_key, unit_key, valid_from)
       select tracker.key, unit.key, '-infinity' from tracker, unit`,
      [id],
    );
  }
  await pool.query("update units set callsign = e'\\\\N é\\t\"\\n\\\\.' || key");
  // a hole in the keys at their end: they must not be given out again
  await pool.query(
    "insert into units (id, callsign, kind, agency, region) values ('gone', 'x', 'car', 'polri', '64.08')",
  );
  await pool.query("delete from units where id = 'gone'");
  await pool.query('update units set parent_key = (select max(key) from units) where key = 1');
  await assignTracker(pool, {
    trackerId: 'hp-01',
    unitId: 'hp-02',
    role: 'backup',
    fromMs: Date.UTC(2024, 10, 27, 6),
  });
  for (const day of [25, 26, 29]) {
    const dayMs = Date.UTC(2024, 10, day);
    const positions = Array.from({ length: rowsADay }, (_, index) =>
      positionAt(1 + (index % 3), dayMs + index * 1000),
    );
    await withPartitions(pool, [dayMs], () => insertPositions(pool, positions));
    await pool.query(
      `insert into quarantine (journal_id, sequence, part, tracker_id, received_at, reason, detail,
                               codec, raw)
       values ($1, $2, 0, 'hp-01', to_timestamp($3::float8 / 1000), 'not_json', $4, 'native_fix', $5)`,
      [
        journalId,
        day,
        dayMs,
        'line one\nline two\ttab \\ backslash',
        Buffer.from([0, 10, 92, 255]),
      ],
    );
    await pool.query(
      `insert into consumer_checkpoints (journal_id, consumer, sequence) values ($1, $2, $3)
       on conflict (journal_id, consumer) do update set sequence = excluded.sequence`,
      [journalId, consumer, day],
    );
  }
}

async function insertPositions(pool: pg.Pool, positions: readonly Position[]): Promise<void> {
  const rows = positions.map(toPositionRow);
  await pool.query(
    `insert into positions (tracker_key, fixed_at, lon, lat, receive_delay_ms, speed, course,
                            altitude, accuracy, battery, sats, is_delayed, attributes)
     select "trackerKey", to_timestamp("fixedAtMs" / 1000), lon, lat, "receiveDelayMs", speed, course,
            altitude, accuracy, battery, sats, "isDelayed", attributes
     from jsonb_to_recordset($1) as given ("trackerKey" int, "fixedAtMs" float8, lon int, lat int,
       "receiveDelayMs" int, speed smallint, course smallint, altitude smallint, accuracy smallint,
       battery smallint, sats smallint, "isDelayed" boolean, attributes jsonb)`,
    [
      JSON.stringify(
        rows.map((row) => ({ ...row, attributes: JSON.parse(row.attributes ?? 'null') })),
      ),
    ],
  );
  await pool.query(
    `insert into newest_days (tracker_key, day)
     select tracker_key, date_trunc('day', max(fixed_at), 'UTC') from positions group by tracker_key
     on conflict (tracker_key) do update set day = excluded.day`,
  );
}

/** Adds a site of an operation, who called in from there, and what its ring and a unit told; newest schema. */
export async function seedPlaces(pool: pg.Pool): Promise<void> {
  await pool.query(
    `with change as (
       insert into place_changes (changed_at) values ('2024-11-20') returning number
     ), operation as (
       insert into operations (id, name, region, starts_at)
       values ('op', 'Op', '64.08', '2024-11-01') returning key
     ), site as (
       insert into sites (id, operation_key) select 'tps-1', key from operation returning key
     ), version as (
       insert into site_versions (site_key, version, valid_from, begun_by, name, kind, class, region,
                                  lon, lat)
       select site.key, 1, '2024-11-20', number, 'TPS\t1', 'tps', 'rawan', '64.08.04', 1, 2
       from site, change
     ), fence as (
       insert into fences (id, site_key) select 'site:tps-1', key from site returning key
     ), called as (
       insert into check_ins (id, site_key, agency, strength, means, who, from_at, until_at, made_by)
       select 'c1', key, 'linmas', 4, 'radio', e'Pak\nRT', '2024-11-27', '2024-11-28', 'andi' from site
     )
     insert into transitions (id, kind, edge, happened_at, confirmed_at, is_correction, unit_key,
                              fence_key, fence_version, site_key, unit_keys, region, data)
     select 'enter.1.1.5', 'enter', null, timestamptz '2024-11-27T01:02:03.004Z',
            timestamptz '2024-11-28', false, 1, fence.key, 1, site.key, null::int[], '64.08.04',
            jsonb '{"text": "a\\tb"}'
     from site, fence
     union all
     select 'under_strength/1/polri/5/began', 'under_strength', 'began', timestamptz '2024-11-27',
            timestamptz '2024-11-28', false, null, null, null, site.key, '{1,2}', '64.08.04', '{}'
     from site`,
  );
}

/** Adds a rule, an alarm and an incident with their events, a photo, and the end of a day of the log; newest schema. */
export async function seedAlarms(pool: pg.Pool): Promise<void> {
  await pool.query(
    `with rule as (
       insert into rules (id) values ('sos') returning key
     ), version as (
       insert into rule_versions (rule_key, version, valid_from, definition)
       select key, 1, '2024-11-20', '{"id": "sos"}' from rule
     ), alarm as (
       insert into alarms (id, version, sequence, state, priority, rule_id, is_exercise, regions,
                           unit_key, unit_keys, raised_at, data)
       values ('5f0c2b8e-0000-5000-8000-000000000001', 2, 9007199254740991, 'unacknowledged', 'sos',
               'sos', false, '{64,64.08}', 1, '{1,2}', '2024-11-27T01:02:03.004Z',
               '{"text": {"id": "minta\\ttolong"}}')
       returning id
     ), said as (
       insert into alarm_events (id, alarm_id, version, kind, state, happened_at, data)
       select ('a0000000-0000-5000-8000-00000000000' || n)::uuid, id, n, 'raised', 'unacknowledged',
              '2024-11-27', '{}'
       from alarm, generate_series(1, 2) as n
     ), incident as (
       insert into incidents (id, version, sequence, title, level, region, is_exercise, added_units,
                              opened_at, data)
       values ('5f0c2b8e-0000-5000-8000-000000000002', 1, 0, e'Ricuh\n"KPU"', 'merah', '64.08',
               false, '{1}', '2024-11-27', '{}')
       returning id
     ), line as (
       insert into incident_events (id, incident_id, version, kind, happened_at, actor, data)
       select '5f0c2b8e-0000-5000-8000-000000000003', id, 1, 'open', '2024-11-27', 'andi', '{}'
       from incident
     ), photo as (
       insert into incident_photos (id, incident_id, sha256, media_type, bytes, added_by)
       select '5f0c2b8e-0000-5000-8000-000000000004', id, sha256('x'), 'image/png',
              '\\x000a5cff', 'andi'
       from incident
     )
     insert into log_anchors (day, sequence, hash) values ('2024-11-27', 1, sha256('x'))`,
  );
}

/** Adds somebody with a session and a token; returns the session's key. */
export async function seedPerson(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ key: number }>(
    `with user_added as (
       insert into users (name, full_name) values ('andi', 'Andi') returning key
     ), token as (
       insert into tokens (id_hash, kind, name, owner_key, role, region, expires_at)
       select sha256('token'), 'api', 'x', key, 'viewer', '64', '2100-01-01' from user_added
     )
     insert into sessions (user_key, id_hash, created_at, seen_at, expires_at, address, user_agent)
     select key, sha256('session'), now(), now(), '2100-01-01', '127.0.0.1', '' from user_added
     returning key`,
  );
  return rows[0]?.key ?? 0;
}

/** How many sessions and tokens there are, and the next key of a session. */
export async function accountsIn(pool: pg.Pool) {
  const { rows } = await pool.query<{ sessions: number; tokens: number; next: number }>(
    `select (select count(*) from sessions)::int as sessions,
            (select count(*) from tokens)::int as tokens,
            nextval(pg_get_serial_sequence('sessions', 'key'))::int as next`,
  );
  return rows[0];
}

export function positionAt(trackerKey: number, fixedAtMs: number): Position {
  return {
    trackerKey,
    fix: {
      fixedAtMs,
      lon: 117.5 + (fixedAtMs % 1_000_003) / 1e7,
      lat: 0.5,
      speedMps: fixedAtMs % 2000 === 0 ? 1.2 : undefined,
      attributes: fixedAtMs % 7000 === 0 ? { door: 'terbuka "kiri"\n', pump: true } : undefined,
    },
    receivedAtMs: fixedAtMs + 700,
    verdict: 'live',
  };
}

/** A checksum over all rows of each table, and what its numbering goes on with. */
export async function fingerprints(pool: pg.Pool): Promise<Record<string, string>> {
  const client = await pool.connect();
  try {
    await client.query("set timezone = 'UTC'");
    const { whole, byDay } = await readMovedTables(client);
    const found: Record<string, string> = {};
    for (const name of [...[...whole, ...byDay].map((table) => table.name), 'newest_days']) {
      // by the columns' names: dialects have them in another order
      const { rows } = await client.query<{ sum: string }>(
        `select count(*) || ' ' || coalesce(md5(string_agg(row, e'\n' order by row)), '') as sum
         from (select to_jsonb(t)::text as row from ${name} t) as rows`,
      );
      found[name] = rows[0]?.sum ?? '';
    }
    return found;
  } finally {
    client.release(true);
  }
}
