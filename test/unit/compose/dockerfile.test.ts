import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { projectRoot } from '../../../server/config.ts';

/** The instructions of the Dockerfile, each on one line and without comments. */
const instructions = readFileSync(path.join(projectRoot, 'Dockerfile'), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line !== '');

/** What one kind of instruction was given, in order. */
const argumentsOf = (keyword: string) =>
  instructions
    .filter((line) => line.startsWith(`${keyword} `))
    .map((line) => line.slice(keyword.length + 1).trim());

describe('Dockerfile', () => {
  it('runs the very Node that the npm package node pins', () => {
    const version = packageJson.devDependencies.node;
    expect(argumentsOf('ARG')).toEqual([`NODE_IMAGE=node:${version}-bookworm-slim`]);
    for (const stage of argumentsOf('FROM')) {
      expect(stage).toMatch(/^\$\{NODE_IMAGE\} AS [a-z]+$/);
    }
  });

  it('copies only what .dockerignore lets through', () => {
    const allowed = readFileSync(path.join(projectRoot, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = argumentsOf('COPY')
      .filter((given) => !given.startsWith('--from='))
      .flatMap((given) => given.split(/\s+/).slice(0, -1));
    expect([...new Set(copied)].sort()).toEqual([...allowed].sort());
  });

  it('runs as an ordinary user, and as the process that receives the signals', () => {
    expect(argumentsOf('USER')).toEqual(['node']);
    expect(instructions.at(-1)).toBe('CMD ["node", "server/main.ts"]');
  });
});
