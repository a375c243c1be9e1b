import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { onTestFinished } from 'vitest';

/** Nothing is read from these logs. */
export const silent = pino({ level: 'silent' });

export const isRoot = process.getuid?.() === 0;

/** A new folder that the database's account may pass through when the tests run as root. */
export function makeScratch(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  chmodSync(dir, 0o711);
  return dir;
}

/** The same, removed at the end of the test. */
export function scratchForTest(): string {
  const dir = makeScratch();
  onTestFinished(() => removeScratch(dir));
  return dir;
}

export function removeScratch(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

/** Copies a folder with owners, modes and links. */
export function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}
