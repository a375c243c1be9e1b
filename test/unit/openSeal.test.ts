import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { ObstacleError } from '../../server/domain/obstacleError.ts';
import { openSeal } from '../../server/openSeal.ts';

let dataDir: string;
let lines: string[];
const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
const open = () => openSeal(dataDir, () => 0, log);

beforeEach(() => {
  lines = [];
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
});

it('does not open over keys that others can read', () => {
  open();
  chmodSync(path.join(dataDir, 'secrets', 'seal.key'), 0o644);
  expect(open).toThrow(ObstacleError);
  expect(open).toThrow(/^Others on this machine can read .*seal\.key \(mode 644\)/);
});

it('goes on when others can read the keys later, and says so once', () => {
  const seal = open();
  const bytes = Buffer.from('rahasia');
  seal.seal(bytes);
  expect(lines).toEqual([]);
  chmodSync(path.join(dataDir, 'secrets'), 0o755);
  chmodSync(path.join(dataDir, 'secrets', 'seal.key'), 0o644);
  const sealed = seal.seal(bytes);
  expect(Buffer.from(seal.open(sealed))).toEqual(bytes);
  seal.seal(bytes);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/"event":"secretsReadable".*Others on this machine can read/);
});
