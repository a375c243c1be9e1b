import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { ruleRecord } from './domain/coreRecord.ts';
import type { JournalInput } from './domain/journalRecord.ts';
import type { Rule, RuleRecord } from './domain/rule.ts';
import { listRules, newestRuleVersions } from './storage/ruleStore.ts';

export type ReconcileRulesParts = {
  readonly pool: Pool;
  /** Those that count. */
  readonly rules: readonly Rule[];
  /** The newest version that was seen of each, also of those that were removed. */
  readonly versions: ReadonlyMap<string, number>;
  readonly append: (input: JournalInput) => Promise<boolean>;
  readonly log: Logger;
};

/**
 * Brings changes of rules into the journal that it lacks: a crash can lie between the commit of a rule
 * and its record, and a database can have been put back. To be called at the start, when all of the
 * journal was taken, and whenever rules were changed. Records that people's changes append meanwhile
 * may come before: each says its version, so that an old one undoes nothing.
 */
export async function reconcileRules({ pool, rules, versions, append, log }: ReconcileRulesParts) {
  // before the database is read: by then it has all of them, unless it was put back
  const seen = new Map(versions);
  const inForce = new Map((await listRules(pool)).map(({ rule }) => [rule.id, rule]));
  const missed = changesOfRules(rules, seen, inForce, await newestRuleVersions(pool));
  for (const record of missed) await append(ruleRecord(record));
  if (missed.length > 0) {
    log.info(
      { event: 'rulesReconciled', records: missed.length },
      'changes of rules were taken from the database',
    );
  }
}

/**
 * What brings rules that count to those that are in force.
 *
 * @param seen the newest version of each that was seen, when `counting` counted
 * @param newest the newest version of each that the database has, read later
 */
export function changesOfRules(
  counting: readonly Rule[],
  seen: ReadonlyMap<string, number>,
  inForce: ReadonlyMap<string, Rule>,
  newest: ReadonlyMap<string, number>,
): readonly RuleRecord[] {
  const known = new Map(counting.map(({ id, version }) => [id, version]));
  const records: RuleRecord[] = [];
  for (const [ruleId, version] of seen) {
    const now = inForce.get(ruleId)?.version;
    const before = known.get(ruleId);
    const isBack = now !== undefined && now < (before ?? version + 1);
    if (isBack || (newest.get(ruleId) ?? 0) < version) {
      records.push({ type: 'rule_removed', ruleId, version, isPutBack: true });
      known.delete(ruleId);
    } else if (now === undefined && before !== undefined) {
      records.push({ type: 'rule_removed', ruleId, version });
    }
  }
  for (const rule of inForce.values()) {
    if (known.get(rule.id) !== rule.version) records.push({ type: 'rule_set', rule });
  }
  return records;
}
