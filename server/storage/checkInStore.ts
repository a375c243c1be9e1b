import type { Pool } from 'pg';
import {
  type CheckIn,
  type CheckInFault,
  type CheckInMeans,
  type CheckOut,
  checkCheckIn,
  checkCheckOut,
  checkInMeans,
} from '../domain/checkIn.ts';
import type { Result } from '../domain/result.ts';
import { agencies } from '../domain/unit.ts';
import { inTransaction } from './inTransaction.ts';
import { appendAll } from './log/logStore.ts';
import { epochMs } from './placeChanges.ts';
import { notAllowed, type Plan } from './plan.ts';
import { findSite, type KnownSite } from './siteStore.ts';

/** A check-in as it is kept, with its end if somebody said that they go. */
export type KnownCheckIn = CheckIn & {
  readonly siteId: string;
  /** Whoever typed it, as the log calls them. */
  readonly madeBy: string;
  readonly endedAtMs: number | undefined;
};

/** Check-ins of a site that are neither over nor checked out; coverage counts no more either. */
const maxOpenCheckIns = 64;

/** What somebody typed; the site is named by its id. */
export type NewCheckIn = Pick<CheckIn, 'id' | 'who' | 'strength' | 'fromMs' | 'untilMs'> & {
  readonly siteId: string;
  readonly agency: string;
  readonly means: string;
  readonly madeBy: string;
};

type Refused = CheckInFault | 'unknown_site' | 'not_allowed';

/**
 * Keeps a check-in. As on the board, from its beginning on it ends what the same person said before of
 * the same agency, and a roll call all that was said of it. The same id once more changes nothing: its
 * answer was lost on the way.
 */
export function addCheckIn(
  pool: Pool,
  { siteId, madeBy, ...request }: NewCheckIn,
  nowMs: number,
  plan: Plan<KnownSite>,
): Promise<Result<KnownCheckIn, Refused | 'id_taken' | 'ended_before' | 'too_many_check_ins'>> {
  return inTransaction(pool, async (client) => {
    // locked, so that the count below holds
    await client.query('select from sites where id = $1 for update', [siteId]);
    const site = await findSite(client, siteId);
    if (site === undefined) return unknownSite(siteId);
    const deeds = plan(site);
    if (deeds === undefined) return notAllowed;
    const before = await findCheckIn(client, request.id);
    if (before !== undefined) {
      if (before.siteKey !== site.key) {
        return { ok: false, reason: 'id_taken', detail: 'a check-in of another site has this id' };
      }
      if (before.endedAtMs === undefined) return { ok: true, value: before };
      const detail =
        'they were checked out before, or a newer check-in is in the place of this one';
      return { ok: false, reason: 'ended_before', detail };
    }
    const checked = checkCheckIn({ ...request, siteKey: site.key }, nowMs);
    if (!checked.ok) return checked;
    const open = await openCheckIns(client, site.key, nowMs);
    const left = open.filter((each) => !isReplaced(each, checked.value));
    if (left.length >= maxOpenCheckIns) {
      const detail = `the site has ${maxOpenCheckIns} check-ins that are not over: check some of them out`;
      return { ok: false, reason: 'too_many_check_ins', detail };
    }
    const { id, agency, strength, means, who, fromMs, untilMs } = checked.value;
    await client.query(
      `update check_ins set ended_at = to_timestamp($2::float8 / 1000), ended_who = $3
       where id = any ($1::text[])`,
      [open.filter((each) => !left.includes(each)).map((each) => each.id), fromMs, who],
    );
    // it was typed late: a newer one is there already
    const next = left.find((each) => isReplaced(checked.value, each));
    await client.query(
      `insert into check_ins (id, site_key, agency, strength, means, who, from_at, until_at, made_by,
                              ended_at, ended_who)
       values ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000),
               to_timestamp($8::float8 / 1000), $9, to_timestamp($10::float8 / 1000), $11)`,
      [
        ...[id, site.key, agency, strength, means, who, fromMs, untilMs, madeBy],
        ...[next?.fromMs, next?.who],
      ],
    );
    await appendAll(client, deeds);
    return { ok: true, value: { ...checked.value, siteId, madeBy, endedAtMs: next?.fromMs } };
  });
}

/** True when a newer check-in cuts an older one short, as on the board (sitePresence.ts). */
function isReplaced(older: CheckIn, newer: CheckIn): boolean {
  if (older.fromMs > newer.fromMs || older.untilMs <= newer.fromMs) return false;
  if (older.agency !== newer.agency) return false;
  return newer.means === 'roll_call' || newer.who === older.who;
}

/**
 * Ends a check-in. One that was ended before stays as it was, and its end is answered once more: it may
 * not have reached the journal.
 */
export function endCheckIn(
  pool: Pool,
  siteId: string,
  { checkInId, who, atMs }: Pick<CheckOut, 'checkInId' | 'who' | 'atMs'>,
  nowMs: number,
  plan: Plan<KnownSite>,
): Promise<Result<CheckOut, Refused | 'unknown_check_in'>> {
  return inTransaction(pool, async (client) => {
    await client.query('select from sites where id = $1 for update', [siteId]);
    const site = await findSite(client, siteId);
    if (site === undefined) return unknownSite(siteId);
    const deeds = plan(site);
    if (deeds === undefined) return notAllowed;
    const checkIn = await findCheckIn(client, checkInId);
    if (checkIn === undefined || checkIn.siteKey !== site.key) {
      const detail = `the site "${siteId}" has no check-in "${checkInId.slice(0, 80)}"`;
      return { ok: false, reason: 'unknown_check_in', detail };
    }
    const [before] = await readEndedCheckIns(client, [checkInId]);
    if (before !== undefined) return { ok: true, value: before };
    const checked = checkCheckOut({ who, atMs }, checkIn, nowMs);
    if (!checked.ok) return checked;
    await client.query(
      `update check_ins set ended_at = to_timestamp($2::float8 / 1000), ended_who = $3 where id = $1`,
      [checkInId, checked.value.atMs, checked.value.who],
    );
    await appendAll(client, deeds);
    return { ok: true, value: checked.value };
  });
}

/** The check-ins of a site that are not over and were not checked out, oldest first. */
export async function openCheckIns(
  pool: Pick<Pool, 'query'>,
  siteKey: number,
  nowMs: number,
): Promise<readonly KnownCheckIn[]> {
  const { rows } = await pool.query<CheckInRow>(
    `${selectCheckIns}
     where c.site_key = $1 and c.ended_at is null and c.until_at > to_timestamp($2::float8 / 1000)
     order by c.from_at, c.key`,
    [siteKey, nowMs],
  );
  return rows.map(toCheckIn);
}

/** The check-ins of all sites that are not over and were not checked out, oldest first. */
export async function readOpenCheckIns(
  pool: Pick<Pool, 'query'>,
  nowMs: number,
): Promise<readonly CheckIn[]> {
  const { rows } = await pool.query<CheckInRow>(
    `${selectCheckIns}
     where c.ended_at is null and c.until_at > to_timestamp($1::float8 / 1000)
     order by c.from_at, c.key`,
    [nowMs],
  );
  return rows.map(toPlainCheckIn);
}

/** The ends of those of these check-ins that were checked out, or replaced by a newer one. */
export async function readEndedCheckIns(
  pool: Pick<Pool, 'query'>,
  ids: readonly string[],
): Promise<readonly CheckOut[]> {
  const { rows } = await pool.query<CheckOutRow>(
    `select id, site_key, ended_who, ${epochMs('ended_at')} as ended_ms
     from check_ins where id = any ($1::text[]) and ended_at is not null order by ended_at, key`,
    [ids],
  );
  return rows.map(({ id, site_key, ended_who, ended_ms }) => ({
    ...{ checkInId: id, siteKey: site_key, who: ended_who, atMs: ended_ms },
  }));
}

async function findCheckIn(
  pool: Pick<Pool, 'query'>,
  id: string,
): Promise<KnownCheckIn | undefined> {
  const { rows } = await pool.query<CheckInRow>(`${selectCheckIns} where c.id = $1`, [id]);
  return rows.map(toCheckIn)[0];
}

function unknownSite(id: string): Result<never, 'unknown_site'> {
  return { ok: false, reason: 'unknown_site', detail: `there is no site "${id.slice(0, 80)}"` };
}

type CheckInRow = {
  readonly id: string;
  readonly site_key: number;
  readonly site_id: string;
  readonly agency: string;
  readonly strength: number;
  readonly means: string;
  readonly who: string;
  readonly from_ms: number;
  readonly until_ms: number;
  readonly made_by: string;
  readonly ended_ms: number | null;
};

type CheckOutRow = {
  readonly id: string;
  readonly site_key: number;
  readonly ended_who: string;
  readonly ended_ms: number;
};

const selectCheckIns = `
  select c.id, c.site_key, s.id as site_id, c.agency, c.strength, c.means, c.who,
         ${epochMs('c.from_at')} as from_ms, ${epochMs('c.until_at')} as until_ms, c.made_by,
         ${epochMs('c.ended_at')} as ended_ms
  from check_ins c join sites s on s.key = c.site_key`;

function toCheckIn(row: CheckInRow): KnownCheckIn {
  const { site_id: siteId, made_by: madeBy, ended_ms } = row;
  return { ...toPlainCheckIn(row), siteId, madeBy, endedAtMs: ended_ms ?? undefined };
}

function toPlainCheckIn(row: CheckInRow): CheckIn {
  const { id, strength, who } = row;
  return {
    ...{ id, strength, who },
    siteKey: row.site_key,
    agency: agencies.find((each) => each === row.agency) ?? 'other',
    means: checkInMeans.find((each): each is CheckInMeans => each === row.means) ?? 'radio',
    fromMs: row.from_ms,
    untilMs: row.until_ms,
  };
}
