import { expect, it, onTestFinished, vi } from 'vitest';
import type { Deed } from '../../../server/domain/account.ts';
import { maxRules } from '../../../server/domain/rule.ts';
import { readLog } from '../../../server/storage/log/logStore.ts';
import {
  addRule,
  changeRule,
  findRule,
  listRules,
  listRuleVersions,
  type RuleFound,
  removeRule,
  seedDefaultRules,
} from '../../../server/storage/ruleStore.ts';
import { watchChanges } from '../../../server/storage/watchChanges.ts';
import { draftOf } from './alarmEvents.ts';
import { count, describeOver } from './openedStores.ts';
import type { Opener } from './openers.ts';
import { silent } from './silent.ts';

const noted = () => [];
const forbidden = () => undefined;

function taken<Value>(
  result:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly detail: string },
): Value {
  if (!result.ok) throw new Error(result.detail);
  return result.value;
}

/** What the store promises of rules. */
export function describeRules(opener: Opener): void {
  describeOver('rules', opener, (database) => {
    const pool = () => database().pool;
    const inForce = async (atMs?: number) =>
      (await listRules(pool(), atMs)).map(({ rule: { id, version } }) => `${id} ${version}`);

    it('are added, changed and removed, and each version stays as it was', async () => {
      const { id, ...fields } = draftOf('kpu-ring-1');
      const first = taken(await addRule(pool(), { id, ...fields }, 'andi', noted));
      expect(first).toMatchObject({ begunBy: 'andi', endedBy: null, validToMs: undefined });
      expect(first.rule).toEqual({ id, ...fields, version: 1, isDefault: false });
      const changed = { ...fields, isEnabled: false };
      const second = taken(await changeRule(pool(), id, 1, changed, 'budi', noted));
      expect(second.rule).toEqual({ id, ...changed, version: 2, isDefault: false });
      expect(await findRule(pool(), id)).toEqual(second);
      const removed = taken(await removeRule(pool(), id, 2, 'citra', noted));
      expect(removed).toEqual({ ...second, endedBy: 'citra', validToMs: expect.any(Number) });
      expect(await findRule(pool(), id)).toBeUndefined();
      const third = taken(await addRule(pool(), { id, ...fields }, 'andi', noted));
      expect(third.rule.version).toBe(3);
      const versions = await listRuleVersions(pool(), id, undefined, 9);
      expect(versions).toEqual([
        third,
        removed,
        { ...first, validToMs: second.validFromMs, endedBy: 'budi' },
      ]);
      expect(await listRuleVersions(pool(), id, 3, 1)).toEqual([removed]);
      expect(await listRuleVersions(pool(), 'x', undefined, 1)).toEqual([]);
      expect(await inForce(first.validFromMs)).toEqual(['kpu-ring-1 1']);
      expect(await inForce(second.validFromMs)).toEqual(['kpu-ring-1 2']);
      expect(await inForce(first.validFromMs - 1)).toEqual([]);
      expect(await inForce()).toEqual(['kpu-ring-1 3']);
    });

    it('are changed only as they were seen, and as a plan allows, with its deeds in the log', async () => {
      const { id, ...fields } = draftOf('x');
      const found: RuleFound[] = [];
      const plan = (rule: RuleFound): readonly Deed[] => {
        found.push(rule);
        const data = { version: (rule?.rule.version ?? 0) + 1 };
        return [{ actor: 'andi', action: 'rule.x', subject: 'rule:x', region: null, data }];
      };
      expect(await addRule(pool(), { id, ...fields }, 'andi', forbidden)).toMatchObject({
        reason: 'not_allowed',
      });
      const first = taken(await addRule(pool(), { id, ...fields }, 'andi', plan));
      expect(await addRule(pool(), { id, ...fields }, 'andi', plan)).toMatchObject({
        reason: 'id_taken',
      });
      const both = await Promise.all(
        ['andi', 'budi'].map((actor) => changeRule(pool(), id, 1, fields, actor, plan)),
      );
      expect(both.map((result) => result.ok || result.reason).toSorted()).toEqual([
        ...[true, 'version_conflict'].toSorted(),
      ]);
      expect(found[0]).toBeUndefined();
      expect(found.slice(2)).toContainEqual(first);
      expect(await removeRule(pool(), id, 1, 'andi', plan)).toMatchObject({
        reason: 'version_conflict',
      });
      expect(await removeRule(pool(), id, 2, 'andi', forbidden)).toMatchObject({
        reason: 'not_allowed',
      });
      expect(await changeRule(pool(), 'y', 1, fields, 'andi', plan)).toMatchObject({
        reason: 'unknown_rule',
      });
      const log = await readLog(pool(), { before: undefined, limit: 9, regions: undefined });
      expect(log.map(({ data }) => data['version'])).toEqual([2, 1]);
    });

    it('ship with Posko once: what was removed or changed does not come back', async () => {
      const drafts = ['a', 'b', 'c'].map((id) => draftOf(id));
      const seeded = await seedDefaultRules(pool(), drafts);
      expect(seeded.map(({ rule, begunBy }) => [rule.id, rule.isDefault, begunBy])).toEqual([
        ['a', true, null],
        ['b', true, null],
        ['c', true, null],
      ]);
      const { id: _, ...changed } = draftOf('a', { priority: 'low' });
      taken(await changeRule(pool(), 'a', 1, changed, 'andi', noted));
      taken(await removeRule(pool(), 'b', 1, 'andi', noted));
      const again = await seedDefaultRules(pool(), [...drafts, draftOf('d')]);
      expect(again.map(({ rule }) => rule.id)).toEqual(['d']);
      expect(await inForce()).toEqual(['a 2', 'c 1', 'd 1']);
      expect((await findRule(pool(), 'a'))?.rule).toMatchObject({
        priority: 'low',
        isDefault: true,
      });
      const log = await readLog(pool(), { before: undefined, limit: 9, regions: undefined });
      expect(log.map(({ actor, action, subject }) => [actor, action, subject])).toEqual(
        ['d', 'c', 'b', 'a'].map((id) => [null, 'rule.added', `rule:${id}`]),
      );
      taken(await addRule(pool(), draftOf('b'), 'andi', noted));
      expect((await findRule(pool(), 'b'))?.rule).toMatchObject({ version: 2, isDefault: false });
    });

    it(`are ${maxRules} at most`, async () => {
      const drafts = Array.from({ length: maxRules + 2 }, (_, i) => draftOf(`r-${i}`));
      expect(await seedDefaultRules(pool(), drafts)).toHaveLength(maxRules);
      const refused = await addRule(pool(), draftOf('one-more'), 'andi', noted);
      expect(refused).toMatchObject({ reason: 'too_many' });
      taken(await removeRule(pool(), 'r-0', 1, 'andi', noted));
      taken(await addRule(pool(), draftOf('one-more'), 'andi', noted));
      expect(await count(pool(), 'rule_versions')).toBe(maxRules + 1);
    });

    it('are heard of by those who watch', async () => {
      let seen: readonly string[] = [];
      const watch = await watchChanges({
        channel: 'posko_rules',
        connection: database().connection,
        log: silent,
        onChange: async () => {
          seen = await inForce();
        },
      });
      onTestFinished(() => watch.close());
      const patient = { timeout: 20_000 };
      taken(await addRule(pool(), draftOf('x'), 'andi', noted));
      await vi.waitFor(() => expect(seen).toEqual(['x 1']), patient);
      taken(await removeRule(pool(), 'x', 1, 'andi', noted));
      await vi.waitFor(() => expect(seen).toEqual([]), patient);
    });
  });
}
