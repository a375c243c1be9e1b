import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeIsStored } from '../../../server/domain/liveFrame.ts';
import { LiveScreen } from '../fixtures/liveScreen.ts';
import { registerTrackers } from '../fixtures/runningPosko.ts';
import { isRoot, makeScratch, removeScratch } from '../storage/scratch.ts';
import { Pingers } from './pinger.ts';
import { query, recorded, startServer } from './serverProcess.ts';

const trackerIds = Array.from({ length: 10 }, (_, i) => `hp-${i}`);

/** True where a file system can be mounted; elsewhere, says what is not tested. */
function canMount(): boolean {
  if (process.platform !== 'linux' || !isRoot) {
    process.stderr.write('disk.test.ts is skipped: only root on Linux can mount a small disk\n');
    return false;
  }
  const dir = makeScratch();
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', dir], { stdio: 'pipe' });
    execFileSync('umount', [dir]);
    return true;
  } catch (error) {
    process.stderr.write(`disk.test.ts is skipped: mount says ${String(error)}\n`);
    return false;
  } finally {
    removeScratch(dir);
  }
}

/** A small disk of its own, gone at the end of the test. */
function mountDisk(megabytes: number): string {
  const dir = makeScratch();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir]);
  chmodSync(dir, 0o711);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', dir]);
    removeScratch(dir);
  });
  return dir;
}

describe.skipIf(!canMount())('the disk', () => {
  it('that is full: messages are shown, marked, and not acknowledged; with room again all are stored', async () => {
    const disk = mountDisk(400);
    const dataDir = path.join(disk, 'data');
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o711);
    await registerTrackers(dataDir, trackerIds);
    const server = await startServer(dataDir);
    const screen = await LiveScreen.open(`http://127.0.0.1:${server.httpPort}`);
    onTestFinished(() => screen.close());
    const pingers = new Pingers(server.mqttPort, trackerIds, 1, 20);
    while (pingers.acknowledged.size < 200) await delay(10);

    const ballast = path.join(disk, 'ballast');
    // the last bytes too: whatever is left is less than a commit
    for (const size of [1 << 20, 4096]) {
      for (let i = 0; ; i++) {
        try {
          writeFileSync(`${ballast}-${size}-${i}`, Buffer.alloc(size));
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') break;
          throw error;
        }
      }
    }
    const isMarked = (): boolean =>
      screen.frames.some(({ course }) => course.some((value) => !decodeIsStored(value)));
    await screen.until(isMarked);
    for (;;) {
      const { status, degradations } = await server.health();
      if (status === 'not_ready') {
        expect(degradations.map(({ code }) => code)).toContain('journal_not_storing');
        break;
      }
      await delay(50);
    }
    // every tracker has one ping without an acknowledgement, and waits
    while (pingers.sent.size !== pingers.acknowledged.size + trackerIds.length) await delay(20);
    const acknowledged = pingers.acknowledged.size;

    for (const name of readdirSync(disk)) {
      if (name.startsWith('ballast')) rmSync(path.join(disk, name));
    }
    while (pingers.acknowledged.size < acknowledged + 200) await delay(10);
    await pingers.settle();
    const health = await recorded(server);
    expect(health.status).not.toBe('not_ready');
    expect(health.journal?.notStored).toBeGreaterThanOrEqual(trackerIds.length);
    expect(pingers.acknowledged.size).toBe(pingers.sent.size);
    const [stored] = await query<{ n: number }>(
      dataDir,
      'select count(*)::int as n from positions',
    );
    expect(stored?.n).toBe(pingers.sent.size);
    const last = screen.frames.findLast(({ count }) => count > 0);
    expect(last?.course.every((value) => decodeIsStored(value))).toBe(true);
    await server.stop();
  }, 120_000);

  it('that is read-only is refused at the start with a sentence', async () => {
    const disk = mountDisk(200);
    const dataDir = path.join(disk, 'data');
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o711);
    await registerTrackers(dataDir, []);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    await expect(startServer(dataDir)).rejects.toThrow(/read-only|cannot be written|writable/);
  }, 60_000);
});
