import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../server/config.ts';
import { setAsideReasons } from '../../server/domain/setAside.ts';

it('names every reason for which something is set aside in docs/protocols.md', () => {
  const page = readFileSync(path.join(projectRoot, 'docs/protocols.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const missing = setAsideReasons.filter(
    (reason) => !rows.some((row) => row.split('|')[1]?.includes(`\`${reason}\``)),
  );
  expect(missing).toEqual([]);
});
