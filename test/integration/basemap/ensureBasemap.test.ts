import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureBasemap } from '../../../web/basemap/ensureBasemap.ts';

// each build takes seconds, and several times that on a busy machine
describe('ensureBasemap', { timeout: 120_000 }, () => {
  let cacheDir: string;
  let programDir: string;

  beforeEach(async () => {
    cacheDir = await mkdtemp(path.join(tmpdir(), 'posko-basemap-'));
    programDir = await mkdtemp(path.join(tmpdir(), 'posko-program-'));
  });

  afterEach(async () => {
    await rm(cacheDir, { recursive: true, force: true });
    await rm(programDir, { recursive: true, force: true });
  });

  test('builds at the first call, and gives the same untouched file at the second', async () => {
    const { log, events } = recordingLog();
    const file = await ensureBasemap(path.join(cacheDir, 'not', 'yet', 'there'), log);
    const { mtimeMs, ino } = await stat(file);
    expect(await ensureBasemap(path.dirname(file), log)).toBe(file);
    expect(await stat(file)).toMatchObject({ mtimeMs, ino });
    expect(events).toEqual(['basemapBuilt']);
    expect(await readdir(path.dirname(file))).toEqual([path.basename(file)]);
  });

  test('builds again when the file is cut short or a byte of it has changed', async () => {
    const file = await ensureBasemap(cacheDir);
    const whole = await readFile(file);
    const altered = Buffer.from(whole);
    altered[altered.length >> 1] = (altered[altered.length >> 1] ?? 0) ^ 1;
    for (const damaged of [whole.subarray(0, whole.length >> 1), altered]) {
      await writeFile(file, damaged);
      const { log, events } = recordingLog();
      expect(await ensureBasemap(cacheDir, log)).toBe(file);
      expect(Buffer.compare(await readFile(file), whole)).toBe(0);
      expect(events).toEqual(['basemapDamaged', 'basemapBuilt']);
    }
  });

  test('leaves out files of another version, and clears them and abandoned ones away', async () => {
    const older = path.join(cacheDir, 'basemap-0123456789abcdef-0123456789abcdef.pmtiles');
    const abandoned = path.join(cacheDir, 'basemap-1-killed-long-ago.tmp');
    const inUse = path.join(cacheDir, 'basemap-2-being-written.tmp');
    for (const file of [older, abandoned, inUse]) await writeFile(file, 'not a map');
    await utimes(abandoned, 1e9, 1e9);
    const file = await ensureBasemap(cacheDir);
    expect(new Set(await readdir(cacheDir))).toEqual(
      new Set([path.basename(file), path.basename(inUse)]),
    );
  });

  test('several processes at once agree on one whole file', async () => {
    const starts = [1, 2, 3].map(() => startProcess(cacheDir, programDir));
    const children = await Promise.all(starts);
    const files = await Promise.all(children.map(({ output }) => output));
    expect(new Set(files).size).toBe(1);
    expect(await readdir(cacheDir)).toEqual([path.basename(files[0] ?? '')]);
    const { log, events } = recordingLog();
    expect(await ensureBasemap(cacheDir, log)).toBe(files[0]);
    expect(events).toEqual([]);
  });

  test('a process killed while it builds leaves nothing that is taken for a map', async () => {
    const { child } = await startProcess(cacheDir, programDir);
    await once(child.stderr ?? child, 'data');
    child.kill('SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect((await readdir(cacheDir)).filter((name) => name.endsWith('.pmtiles'))).toEqual([]);
    const { log, events } = recordingLog();
    await ensureBasemap(cacheDir, log);
    expect(events).toEqual(['basemapBuilt']);
  });

  test('says which folder it could not make', async () => {
    const inTheWay = path.join(cacheDir, 'a-file');
    await writeFile(inTheWay, '');
    await expect(ensureBasemap(path.join(inTheWay, 'cache'))).rejects.toThrow(inTheWay);
  });
});

function recordingLog() {
  const events: unknown[] = [];
  const record = (facts: Record<string, unknown>): void => {
    events.push(facts['event']);
  };
  return { log: { info: record, warn: record }, events };
}

/** A process that says something on stderr just before it calls ensureBasemap, and prints the path it got. */
async function startProcess(
  cacheDir: string,
  programDir: string,
): Promise<{ child: ChildProcess; output: Promise<string> }> {
  const module = new URL('../../../web/basemap/ensureBasemap.ts', import.meta.url).href;
  const program = path.join(programDir, `${crypto.randomUUID()}.mjs`);
  await writeFile(
    program,
    `import { ensureBasemap } from ${JSON.stringify(module)};
     process.stderr.write('starting');
     process.stdout.write(await ensureBasemap(${JSON.stringify(cacheDir)}));`,
  );
  const child = spawn(process.execPath, [
    '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
    program,
  ]);
  return { child, output: text(child.stdout) };
}
