import type { Pool, PoolClient } from 'pg';
import {
  checkFit,
  checkOperation,
  type Operation,
  type OperationFault,
  type OperationFields,
} from '../domain/operation.ts';
import type { PlanFields } from '../domain/requirementPlan.ts';
import type { Result } from '../domain/result.ts';
import { inTransaction } from './inTransaction.ts';
import { appendAll } from './log/logStore.ts';
import { beginChange, type Changed, epochMs, lockPlaces } from './placeChanges.ts';
import { notAllowed, type Plan } from './plan.ts';

/** What can be changed of an operation; undefined stays as it is, null is none. */
export type OperationChanges = {
  readonly [Name in 'name' | 'startsAtMs' | 'phases']?: Operation[Name] | undefined;
} & {
  readonly endsAtMs?: number | null | undefined;
  /** In the place of the whole plan. */
  readonly plan?: PlanFields | undefined;
};

type ChangeReason =
  | OperationFault
  | 'unknown_operation'
  | 'version_conflict'
  | 'not_allowed'
  | 'phase_in_use';

/** Adds an operation with its phases. */
export async function addOperation(
  pool: Pool,
  fields: OperationFields,
  plan: Plan<OperationFields>,
): Promise<Result<Changed<Operation>, OperationFault | 'id_taken' | 'not_allowed'>> {
  const checked = checkOperation(fields);
  if (!checked.ok) return checked;
  const fit = checkFit(checked.value, { phases: true, plan: true });
  if (!fit.ok) return fit;
  const { id, name, region, isExercise, startsAtMs, endsAtMs } = checked.value;
  const asked = JSON.stringify(checked.value.plan);
  return inTransaction(pool, async (client) => {
    await lockPlaces(client);
    const deeds = plan(checked.value);
    if (deeds === undefined) return notAllowed;
    const { rows } = await client.query<{ key: number }>(
      `insert into operations (id, name, region, is_exercise, starts_at, ends_at, plan)
       values ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), to_timestamp($6::float8 / 1000), $7)
       on conflict (id) do nothing
       returning key`,
      [id, name, region, isExercise, startsAtMs, endsAtMs, asked],
    );
    const key = rows[0]?.key;
    if (key === undefined) {
      return { ok: false, reason: 'id_taken', detail: `there is already an operation "${id}"` };
    }
    await setPhases(client, key, checked.value.phases);
    return written(client, id, deeds);
  });
}

/**
 * Changes an operation; phases are replaced as a whole. A phase in which fences count stays.
 *
 * @param version the one that the change was made for
 */
export function changeOperation(
  pool: Pool,
  id: string,
  version: number,
  changes: OperationChanges,
  plan: Plan<Operation>,
): Promise<Result<Changed<Operation>, ChangeReason>> {
  return inTransaction(pool, async (client) => {
    await lockPlaces(client);
    const found = await findOperation(client, id);
    if (found === undefined) return unknownOperation(id);
    const deeds = plan(found);
    if (deeds === undefined) return notAllowed;
    if (found.version !== version) return versionConflict(`operation "${id}"`, found.version);
    const { endsAtMs } = changes;
    const checked = checkOperation({
      ...found,
      name: changes.name ?? found.name,
      startsAtMs: changes.startsAtMs ?? found.startsAtMs,
      endsAtMs: endsAtMs === undefined ? found.endsAtMs : (endsAtMs ?? undefined),
      phases: changes.phases ?? found.phases,
      plan: changes.plan ?? found.plan,
    });
    if (!checked.ok) return checked;
    const next = checked.value;
    const hasPhases = changes.phases !== undefined;
    const fit = checkFit(next, { phases: hasPhases, plan: changes.plan !== undefined });
    if (!fit.ok) return fit;
    const inUse = hasPhases ? await phaseInUse(client, found, next.phases) : undefined;
    if (inUse !== undefined) return inUse;
    await client.query(
      `update operations
       set name = $2, starts_at = to_timestamp($3::float8 / 1000),
           ends_at = to_timestamp($4::float8 / 1000), plan = $5, version = version + 1
       where key = $1`,
      [found.key, next.name, next.startsAtMs, next.endsAtMs, JSON.stringify(next.plan)],
    );
    await setPhases(client, found.key, next.phases);
    return written(client, id, deeds);
  });
}

async function written(
  client: PoolClient,
  id: string,
  deeds: Parameters<typeof appendAll>[1],
): Promise<{ readonly ok: true; readonly value: Changed<Operation> }> {
  const change = await beginChange(client);
  const value = await findOperation(client, id);
  if (value === undefined) throw new Error(`The operation ${id} was written and is not there.`);
  await appendAll(client, deeds);
  return { ok: true, value: { value, change: change.number } };
}

/** Fences that are told; all keep the phase. */
const maxNamed = 5;

/** The fences that count in a phase which the operation is to lose: they would never count again. */
async function phaseInUse(
  client: PoolClient,
  { key, phases: before }: Operation,
  phases: Operation['phases'],
): Promise<Result<never, 'phase_in_use'> | undefined> {
  const lost = before.map(({ phase }) => phase).filter((name) => !hasPhase(phases, name));
  if (lost.length === 0) return undefined;
  const { rows } = await client.query<{ id: string }>(
    `select f.id
     from fence_versions v
     join fences f on f.key = v.fence_key
     left join sites s on s.key = f.site_key
     where v.valid_to is null and v.conditions -> 'phases' ?| $2::text[]
       and coalesce(f.operation_key, s.operation_key) = $1
     order by f.id limit $3`,
    [key, lost, maxNamed + 1],
  );
  if (rows.length === 0) return undefined;
  const named = rows.slice(0, maxNamed).map(({ id }) => id);
  const more = rows.length > maxNamed ? ' and others' : '';
  const detail = `fences count in ${lost.join(', ')}, which would be a phase no more: change ${named.join(', ')}${more} first`;
  return { ok: false, reason: 'phase_in_use', detail };
}

function hasPhase(phases: Operation['phases'], name: string): boolean {
  return phases.some(({ phase }) => phase === name);
}

async function setPhases(
  client: PoolClient,
  key: number,
  phases: Operation['phases'],
): Promise<void> {
  await client.query('delete from operation_phases where operation_key = $1', [key]);
  await client.query(
    `insert into operation_phases (operation_key, phase, starts_at, ends_at)
     select $1::int, phase, to_timestamp(starts / 1000), to_timestamp(ends / 1000)
     from unnest($2::text[], $3::float8[], $4::float8[]) as each (phase, starts, ends)`,
    [
      key,
      phases.map(({ phase }) => phase),
      phases.map(({ startsAtMs }) => startsAtMs),
      phases.map(({ endsAtMs }) => endsAtMs),
    ],
  );
}

/** All operations, by id. */
export async function listOperations(pool: Pick<Pool, 'query'>): Promise<readonly Operation[]> {
  const { rows } = await pool.query<OperationRow>(`${selectOperations} order by o.id`);
  return rows.map(toOperation);
}

export async function findOperation(
  pool: Pick<Pool, 'query'>,
  id: string,
): Promise<Operation | undefined> {
  const { rows } = await pool.query<OperationRow>(`${selectOperations} where o.id = $1`, [id]);
  return rows.map(toOperation)[0];
}

export function unknownOperation(id: string): Result<never, 'unknown_operation'> {
  const detail = `there is no operation "${id.slice(0, 80)}"`;
  return { ok: false, reason: 'unknown_operation', detail };
}

/** The same with those that there are, for who asks for one; at most 20. */
export function noSuchOperation(id: string, known: readonly Pick<Operation, 'id'>[]): string {
  const ids = known.slice(0, 20).map((each) => each.id);
  const more = known.length > ids.length ? ' and others' : '';
  return `there is no operation "${id.slice(0, 80)}"; there is ${ids.join(', ') || 'none yet'}${more}`;
}

/** Somebody else changed it since the caller read it. */
export function versionConflict(what: string, version: number): Result<never, 'version_conflict'> {
  const detail = `the ${what} is at version ${version} by now: read it again and repeat the change`;
  return { ok: false, reason: 'version_conflict', detail };
}

type OperationRow = {
  readonly key: number;
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly region: string;
  readonly is_exercise: boolean;
  readonly starts_at_ms: number;
  readonly ends_at_ms: number | null;
  readonly phases: Operation['phases'];
  readonly plan: PlanFields;
};

const selectOperations = `
  select o.key, o.id, o.version, o.name, o.region, o.is_exercise, o.plan,
         ${epochMs('o.starts_at')} as starts_at_ms, ${epochMs('o.ends_at')} as ends_at_ms,
         coalesce((select jsonb_agg(jsonb_build_object(
                     'phase', p.phase,
                     'startsAtMs', ${epochMs('p.starts_at')},
                     'endsAtMs', ${epochMs('p.ends_at')}) order by p.starts_at, p.phase)
                   from operation_phases p where p.operation_key = o.key), '[]') as phases
  from operations o`;

function toOperation(row: OperationRow): Operation {
  const { key, id, version, name, region, phases } = row;
  const { byClass = {}, hours = {} } = row.plan;
  return {
    ...{ key, id, version, name, region, phases },
    plan: { byClass, hours },
    isExercise: row.is_exercise,
    startsAtMs: row.starts_at_ms,
    endsAtMs: row.ends_at_ms ?? undefined,
  };
}
