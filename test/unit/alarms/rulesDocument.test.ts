import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultRules } from '../../../server/alarms/defaultRules.ts';
import { projectRoot } from '../../../server/config.ts';
import { ruleKinds } from '../../../server/domain/rule.ts';

const cells = readFileSync(path.join(projectRoot, 'docs/rules.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('docs/rules.md', () => {
  it('says of every kind what begins and what ends it', () => {
    const told = new Set(cells.map(([, first]) => first));
    expect(ruleKinds.filter((kind) => !told.has(`\`${kind}\``))).toEqual([]);
  });

  it('has every rule that comes with Posko as it is', () => {
    const rows = cells.filter(([, , , priority]) => /^(low|medium|high|sos)$/.test(priority ?? ''));
    const written = rows.map(([, id, what, priority, , delay, escalation]) => [
      ...[id, /^`(\w+)`/.exec(what ?? '')?.[1], what?.split(': ').at(-1), priority],
      ...[delay, escalation],
    ]);
    const expected = defaultRules.map(({ id, condition, name, priority, ...rule }) => [
      ...[`\`${id}\``, condition.kind, name.id, priority],
      rule.delayMs === 0 ? '-' : `${rule.delayMs / 1_000} s`,
      rule.escalation.map(({ afterMs, to }) => `${afterMs / 1_000} s ${to}`).join(', ') || '-',
    ]);
    expect(written).toEqual(expected);
  });
});
