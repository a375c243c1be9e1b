import type { Pool, PoolClient } from 'pg';
import type { Deed } from '../domain/account.ts';
import type { Result } from '../domain/result.ts';
import { maxRules, type Rule } from '../domain/rule.ts';
import { inTransaction } from './inTransaction.ts';
import { appendAll } from './log/logStore.ts';
import { versionConflict } from './operationStore.ts';
import { epochMs, inForce } from './placeChanges.ts';
import { notAllowed, type Plan } from './plan.ts';
import { storableJson } from './storableText.ts';

/** A rule as somebody wrote it, checked. */
export type RuleDraft = Omit<Rule, 'version' | 'isDefault'>;

/** One version of a rule. */
export type KnownRule = {
  readonly rule: Rule;
  /** Epoch ms. */
  readonly validFromMs: number;
  /** Undefined: it is in force. */
  readonly validToMs: number | undefined;
  /** Who made it, and who changed or removed it; null: the server, from what it ships with. */
  readonly begunBy: string | null;
  readonly endedBy: string | null;
};

/** What a change of a rule touches: the version in force; undefined: it is added. */
export type RuleFound = KnownRule | undefined;

type ChangeReason = 'unknown_rule' | 'version_conflict' | 'not_allowed';

/**
 * Adds a rule. The versions of one that was removed go on; it is none of those that Posko ships with
 * then.
 *
 * @param actor a user's name, `cli`
 */
export function addRule(
  pool: Pool,
  draft: RuleDraft,
  actor: string,
  plan: Plan<RuleFound>,
): Promise<Result<KnownRule, 'id_taken' | 'too_many' | 'not_allowed'>> {
  return inTransaction(pool, async (client) => {
    await lockRules(client);
    const deeds = plan(undefined);
    if (deeds === undefined) return notAllowed;
    if ((await findRule(client, draft.id)) !== undefined) {
      return { ok: false, reason: 'id_taken', detail: `there is already a rule "${draft.id}"` };
    }
    if ((await countInForce(client)) >= maxRules) {
      const detail = `there are ${maxRules} rules, which is all there can be: remove one first`;
      return { ok: false, reason: 'too_many', detail };
    }
    const value = await begin(client, { ...draft, isDefault: false }, actor);
    await appendAll(client, deeds);
    return { ok: true, value };
  });
}

/**
 * Changes a rule: its version in force ends and the next one begins.
 *
 * @param id that of the draft
 * @param version the one that the change was made for
 */
export function changeRule(
  pool: Pool,
  id: string,
  version: number,
  draft: Omit<RuleDraft, 'id'>,
  actor: string,
  plan: Plan<RuleFound>,
): Promise<Result<KnownRule, ChangeReason>> {
  return onRule(pool, id, version, plan, async (client, { rule: { isDefault } }) => {
    const { validToMs } = await end(client, id, actor);
    return begin(client, { ...draft, id, isDefault }, actor, validToMs);
  });
}

/** Removes a rule: its version in force ends, and what was before can still be read. Answers with that version. */
export function removeRule(
  pool: Pool,
  id: string,
  version: number,
  actor: string,
  plan: Plan<RuleFound>,
): Promise<Result<KnownRule, ChangeReason>> {
  return onRule(pool, id, version, plan, (client) => end(client, id, actor));
}

function onRule(
  pool: Pool,
  id: string,
  version: number,
  plan: Plan<RuleFound>,
  work: (client: PoolClient, found: KnownRule) => Promise<KnownRule>,
): Promise<Result<KnownRule, ChangeReason>> {
  return inTransaction(pool, async (client) => {
    await lockRules(client);
    const found = await findRule(client, id);
    if (found === undefined) {
      return { ok: false, reason: 'unknown_rule', detail: `there is no rule "${id.slice(0, 80)}"` };
    }
    const deeds = plan(found);
    if (deeds === undefined) return notAllowed;
    if (found.rule.version !== version) {
      return versionConflict(`rule "${id}"`, found.rule.version);
    }
    const value = await work(client, found);
    await appendAll(client, deeds);
    return { ok: true, value };
  });
}

/**
 * Adds those of the rules that Posko ships with that there never were: one that somebody removed does
 * not come back, and one that they changed stays as it is.
 *
 * @returns those that were added; fewer where there are too many rules already
 */
export function seedDefaultRules(
  pool: Pool,
  rules: readonly RuleDraft[],
): Promise<readonly KnownRule[]> {
  return inTransaction(pool, async (client) => {
    await lockRules(client);
    const { rows } = await client.query<{ id: string }>('select id from rules');
    const known = new Set(rows.map(({ id }) => id));
    const room = Math.max(maxRules - (await countInForce(client)), 0);
    const added: KnownRule[] = [];
    for (const draft of rules.filter(({ id }) => !known.has(id)).slice(0, room)) {
      added.push(await begin(client, { ...draft, isDefault: true }, null));
    }
    await appendAll(client, added.map(deedOnSeed));
    return added;
  });
}

function deedOnSeed({ rule: { id, version } }: KnownRule): Deed {
  const data = { version, isDefault: true };
  return { actor: null, action: 'rule.added', subject: `rule:${id}`, region: null, data };
}

/**
 * The rules in force, by their ids.
 *
 * @param atMs then, epoch ms; left out: now
 */
export async function listRules(
  pool: Pick<Pool, 'query'>,
  atMs?: number | undefined,
): Promise<readonly KnownRule[]> {
  const { rows } = await pool.query<RuleRow>(
    `${selectRules} where ${inForce('v', '$1')} order by r.id collate "C"`,
    [atMs],
  );
  return rows.map(toRule);
}

/** The newest version of every rule that there is or was, by its id. */
export async function newestRuleVersions(
  pool: Pick<Pool, 'query'>,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ id: string; version: number }>(
    `select r.id, max(v.version) as version
     from rules r join rule_versions v on v.rule_key = r.key group by r.id`,
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** A rule that is in force; undefined where there is none. */
export async function findRule(
  pool: Pick<Pool, 'query'>,
  id: string,
): Promise<KnownRule | undefined> {
  const { rows } = await pool.query<RuleRow>(
    `${selectRules} where r.id = $1 and v.valid_to is null`,
    [id],
  );
  return rows.map(toRule)[0];
}

/**
 * The versions of a rule, newest first, also of one that was removed; empty where there never was one.
 *
 * @param before only versions before this one; undefined: from the newest
 * @param limit 1 to 1,000
 */
export async function listRuleVersions(
  pool: Pick<Pool, 'query'>,
  id: string,
  before: number | undefined,
  limit: number,
): Promise<readonly KnownRule[]> {
  const { rows } = await pool.query<RuleRow>(
    `${selectRules} where r.id = $1 and ($2::int is null or v.version < $2)
     order by v.version desc limit $3`,
    [id, before, Math.min(Math.max(limit, 1), 1_000)],
  );
  return rows.map(toRule);
}

/** Any number that no other program takes in the same database; see logAnchors.ts and others. */
const lockKey = '482671522678';

/** Until the transaction ends nobody else changes rules; to be called first. */
async function lockRules(client: PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
}

async function countInForce(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::int as count from rule_versions where valid_to is null',
  );
  return rows[0]?.count ?? 0;
}

/**
 * Begins the next version of a rule, which has none in force.
 *
 * @param fromMs left out: now, but not before the end of the version before, whatever the clock says
 */
async function begin(
  client: PoolClient,
  rule: Omit<Rule, 'version'>,
  actor: string | null,
  fromMs?: number | undefined,
): Promise<KnownRule> {
  const { id } = rule;
  await client.query('insert into rules (id) values ($1) on conflict (id) do nothing', [id]);
  const { rows } = await client.query<{ key: number; version: number }>(
    `select r.key, coalesce(max(v.version), 0) + 1 as version
     from rules r left join rule_versions v on v.rule_key = r.key
     where r.id = $1 group by r.key`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`The rule ${id} was written and is not there.`);
  await client.query(
    `insert into rule_versions (rule_key, version, valid_from, begun_by, definition)
     select $1::int, $2::int,
            coalesce(to_timestamp($5::float8 / 1000),
                     greatest(date_trunc('milliseconds', clock_timestamp()), max(valid_to))),
            $3::text, $4::jsonb
     from rule_versions where rule_key = $1`,
    [row.key, row.version, actor, storableJson({ ...rule, version: row.version }), fromMs],
  );
  return readBack(client, id, row.version);
}

async function end(client: PoolClient, id: string, actor: string): Promise<KnownRule> {
  const { rows } = await client.query<{ version: number }>(
    `update rule_versions
     set ended_by = $2, valid_to = greatest(date_trunc('milliseconds', clock_timestamp()),
                                            valid_from + interval '1 millisecond')
     where rule_key = (select key from rules where id = $1) and valid_to is null
     returning version`,
    [id, actor],
  );
  return readBack(client, id, rows[0]?.version ?? 0);
}

async function readBack(client: PoolClient, id: string, version: number): Promise<KnownRule> {
  const { rows } = await client.query<RuleRow>(
    `${selectRules} where r.id = $1 and v.version = $2`,
    [id, version],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`Version ${version} of the rule ${id} is not there.`);
  return toRule(row);
}

type RuleRow = {
  /** Checked when it was written. */
  readonly definition: Rule;
  readonly valid_from_ms: number;
  readonly valid_to_ms: number | null;
  readonly begun_by: string | null;
  readonly ended_by: string | null;
};

const selectRules = `
  select v.definition, ${epochMs('v.valid_from')} as valid_from_ms,
         ${epochMs('v.valid_to')} as valid_to_ms, v.begun_by, v.ended_by
  from rules r join rule_versions v on v.rule_key = r.key`;

function toRule(row: RuleRow): KnownRule {
  return {
    rule: row.definition,
    validFromMs: row.valid_from_ms,
    validToMs: row.valid_to_ms ?? undefined,
    begunBy: row.begun_by,
    endedBy: row.ended_by,
  };
}
