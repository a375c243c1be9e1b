import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../server/config.ts';
import { permissionMatrix, permissions, roleMay, roles } from '../../server/domain/permission.ts';

it('is shown in docs/operations.md as it is', () => {
  const page = readFileSync(path.join(projectRoot, 'docs/operations.md'), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) =>
      Object.keys(permissionMatrix).some((name) => line.startsWith(`| \`${name}\``)),
    )
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const expected = permissions.map((permission) => [
    `\`${permission}\``,
    ...roles.map((role) => (roleMay(role, permission) ? 'yes' : '')),
  ]);
  expect(rows.map((cells) => cells.slice(1, 2 + roles.length))).toEqual(expected);
  expect(page).toContain(`| permission | ${roles.join(' | ')} |`);
});
