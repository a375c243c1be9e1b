import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../server/config.ts';
import { asOperator, healthOf } from '../fixtures/operator.ts';
import { listening, printedLink } from './fixtures/listening.ts';
import { LiveScreen } from './fixtures/liveScreen.ts';
import { registerTrackers } from './fixtures/runningPosko.ts';

let dataDir: string;
const started: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'posko-test-'));
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  await rm(dataDir, { recursive: true, force: true });
});

const environment = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  POSKO_DATA_DIR: dataDir,
  POSKO_HTTP_PORT: '0',
  POSKO_MQTT_PORT: '0',
  ...more,
});

function start(command: string, args: string[], more?: Record<string, string>): ChildProcess {
  const child = spawn(command, args, { cwd: projectRoot, env: environment(more), stdio: 'pipe' });
  started.push(child);
  return child;
}
const npmStart = (script: string): ChildProcess => start('npm', ['run', '--silent', script]);

async function ending(
  child: ChildProcess,
): Promise<{ code: number | null; stderr: string; stdout: string }> {
  let [stderr, stdout] = ['', ''];
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  child.stdout?.on('data', (data) => {
    stdout += data;
  });
  const [code] = await once(child, 'close');
  return { code, stderr, stdout };
}

/** Ids of living processes whose command line names the data folder. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        // it ended between the two looks
        return false;
      }
    });
}
/** The server itself, behind npm. */
function serverPid(): number {
  return JSON.parse(readFileSync(path.join(dataDir, 'posko.lock'), 'utf8')).pid;
}
function posko(...args: string[]): string {
  return execFileSync('npm', ['run', '--silent', 'posko', '--', ...args], {
    cwd: projectRoot,
    env: environment(),
    encoding: 'utf8',
  });
}
async function ping(
  mqttPort: number,
  trackerId: string,
  secret: string,
  lon: number,
): Promise<void> {
  const device = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
    username: trackerId,
    password: secret,
  });
  const fix = JSON.stringify({ fixedAt: Date.now(), lon, lat: 0.5 });
  await device.publishAsync(`posko/64.08/${trackerId}/fix`, fix, { qos: 1 });
  await device.endAsync();
}
async function written(http: string): Promise<number> {
  return (await healthOf(http)).storage.written;
}

/** Signs in, and returns the cookie. */
async function sessionFrom(url: string, body: object): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-posko-request': '1' },
    body: JSON.stringify(body),
  });
  expect(await answer.json()).toMatchObject({ kind: 'person' });
  return answer.headers.getSetCookie().find((each) => each.startsWith('posko=')) ?? '';
}

describe.skipIf(process.platform !== 'linux')('the process', () => {
  it('answers nothing until the link that it prints has made the first administrator, and prints none from then on', async () => {
    const first = npmStart('start');
    const link = printedLink(first);
    const http = `http://127.0.0.1:${(await listening(first)).http.port}`;
    const { kind, token } = await link;
    expect(kind).toBe('setup');
    for (const address of ['/api/v1/units', '/api/v1/session', '/health/ready', '/api/v1/x']) {
      const answer = await fetch(http + address, { headers: { 'accept-language': 'en' } });
      expect([address, answer.status]).toEqual([address, 503]);
      expect(await answer.json()).toMatchObject({ title: expect.stringMatching(/set-up link/) });
    }
    const person = { name: 'andi', fullName: 'Andi', password: 'kuda lumping hijau' };
    const cookie = await sessionFrom(`${http}/api/v1/setup`, { token, ...person });
    expect((await fetch(`${http}/api/v1/units`, { headers: { cookie } })).status).toBe(200);
    const ended = once(first, 'exit');
    first.kill('SIGTERM');
    await ended;

    const second = npmStart('start');
    let printed = '';
    second.stderr?.on('data', (data) => {
      printed += data;
    });
    const again = `http://127.0.0.1:${(await listening(second)).http.port}`;
    while (!printed.includes('Ctrl-C')) await once(second.stderr ?? second, 'data');
    expect(printed).not.toContain('#setup=');
    await sessionFrom(`${again}/api/v1/session`, { name: 'andi', password: person.password });
  }, 60_000);

  it('hears of a tracker that is added while it runs, survives kill -9 with what it stored, and ends with all its children', async () => {
    await registerTrackers(dataDir, []);
    const first = npmStart('start');
    const ports = await listening(first);
    const http = `http://127.0.0.1:${ports.http.port}`;
    const room = await LiveScreen.open(http);
    const said = posko('tracker', 'add', 'hp-09', '--region', '64.08', '--callsign', 'Alpha 9');
    const [, secret = ''] = /shown this once: (\w+)/.exec(said) ?? [];
    await room.until(() =>
      room.messages.some((m) => m.type === 'units' && m.units[0]?.callsign === 'Alpha 9'),
    );
    await ping(ports.mqtt.port, 'hp-09', secret, 117.25);
    await room.untilAt('hp-09', 117.25, 0.5);
    while ((await written(http)) < 1) await setTimeout(50);

    const killed = once(first, 'exit');
    process.kill(serverPid(), 'SIGKILL');
    await killed;
    expect(processesOf(dataDir).length).toBeGreaterThan(0);

    const second = npmStart('start');
    const again = await listening(second);
    const reopened = await LiveScreen.open(`http://127.0.0.1:${again.http.port}`);
    await reopened.untilAt('hp-09', 117.25, 0.5);

    const ended = once(second, 'exit');
    const askedAtMs = performance.now();
    second.kill('SIGTERM');
    await ended;
    expect(performance.now() - askedAtMs).toBeLessThan(5_000);
    expect(processesOf(dataDir)).toEqual([]);
    expect(existsSync(path.join(dataDir, 'posko.lock'))).toBe(false);
  }, 90_000);

  it('ends in order on Ctrl-C in a terminal, where the signal comes from the terminal and again from npm', async () => {
    // script(1) gives npm a terminal of its own, to which 0x03 is what Ctrl-C types
    await registerTrackers(dataDir, []);
    const child = start('script', ['-qec', 'npm run --silent start', '/dev/null']);
    const { http } = await listening(child);
    const room = await LiveScreen.open(`http://127.0.0.1:${http.port}`);
    const ended = once(child, 'exit');
    const gone = once(room.socket, 'close');
    child.stdin?.write('\u0003');
    await ended;
    expect((await gone)[0]).toBe(1001);
    expect(processesOf(dataDir)).toEqual([]);
    expect(existsSync(path.join(dataDir, 'posko.lock'))).toBe(false);
  }, 60_000);

  it('ends in order although clients keep their connections open and answer nothing', async () => {
    await registerTrackers(dataDir, []);
    const child = start('node', ['server/main.ts']);
    const { http, mqtt } = await listening(child);
    const ports = [http.port, http.port, mqtt.port];
    const [live, upgrade, silent] = ports.map((port) =>
      connect({ port, host: '127.0.0.1', allowHalfOpen: true }),
    );
    for (const socket of [live, upgrade, silent]) socket?.on('error', () => undefined);
    const asking = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
    live?.write(
      `GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nCookie: ${asOperator.cookie}\r\n${asking}${key}Sec-WebSocket-Protocol: posko.v1\r\n\r\n`,
    );
    upgrade?.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${asking}\r\n`);
    if (live !== undefined) await once(live, 'data');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    expect(processesOf(dataDir)).toEqual([]);
    for (const socket of [live, upgrade, silent]) socket?.destroy();
  }, 60_000);

  it('takes the database with it when it has to end in a hurry', async () => {
    const child = start('node', ['server/main.ts']);
    await listening(child);
    const postmaster = Number(
      readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0],
    );
    // a database that hangs keeps an orderly stop waiting
    process.kill(postmaster, 'SIGSTOP');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    // a second signal within a second is an echo of the first; after it, somebody in a hurry
    await setTimeout(1_100);
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(1);
    while (processesOf(dataDir).length > 0) await setTimeout(20);
    const again = start('node', ['server/main.ts']);
    await listening(again);
  }, 60_000);

  it('says in a sentence that the settings file cannot be read', async () => {
    const folder = path.join(dataDir, 'checkout');
    mkdirSync(path.join(folder, '.env'), { recursive: true });
    for (const part of ['server', 'ingest', 'devices', 'web', 'node_modules', 'package.json']) {
      symlinkSync(path.join(projectRoot, part), path.join(folder, part));
    }
    const flags = ['--preserve-symlinks', '--preserve-symlinks-main'];
    const child = spawn('node', [...flags, 'server/main.ts'], {
      cwd: folder,
      env: environment(),
      stdio: 'pipe',
    });
    const { code, stderr } = await ending(child);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Posko cannot start: The settings file .*cannot be read/);
  });

  it('ends on Ctrl-C while it starts, leaving nothing behind', async () => {
    const child = start('node', ['server/main.ts']);
    const lines = createInterface({ input: child.stdout ?? process.stdin });
    for await (const line of lines) if (line.includes('databaseCreating')) break;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
    expect(processesOf(dataDir)).toEqual([]);
  }, 60_000);

  it('does not share its data folder with a second server, and says what to do', async () => {
    const first = npmStart('start');
    await listening(first);
    const second = await ending(npmStart('start'));
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      /is using the data folder .*: stop it first, or set POSKO_DATA_DIR/,
    );
  }, 60_000);

  it.each([
    'HTTP',
    'MQTT',
  ])('says which port is taken, and how to take another: %s', async (what) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? `${address?.port}` : '';
    const ended = await ending(start('node', ['server/main.ts'], { [`POSKO_${what}_PORT`]: port }));
    other.close();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`${what} port ${port} on 127.0.0.1 is used by another program`);
    expect(ended.stderr).toContain(`set POSKO_${what}_PORT`);
    expect(processesOf(dataDir)).toEqual([]);
  }, 60_000);

  it('reports every wrong setting at once and starts nothing', async () => {
    const ended = await ending(
      start('node', ['server/main.ts'], { POSKO_HTTP_HOST: '0.0.0.0', POSKO_LOG_LEVEL: 'loud' }),
    );
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/POSKO_HTTP_HOST[\s\S]*POSKO_LOG_LEVEL/);
  });

  it('runs the demonstration: a dozen units that move, and data that do not outlive it', async () => {
    const child = npmStart('demo');
    const link = printedLink(child);
    const ports = await listening(child);
    const http = `http://127.0.0.1:${ports.http.port}`;
    const { kind, token } = await link;
    expect(kind).toBe('link');
    const room = await LiveScreen.open(http, {
      cookie: await sessionFrom(`${http}/api/v1/session/link`, { token }),
    });
    expect(room.messages[0]).toMatchObject({ type: 'hello', mode: 'demo' });
    const roster = room.messages.findLast((message) => message.type === 'units');
    expect(roster?.units).toHaveLength(12);
    await room.until(() => room.placeOf('polres-1') !== undefined);
    const place = room.placeOf('polres-1');
    await room.until(() => room.placeOf('polres-1')?.lon !== place?.lon);
    await room.close();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    expect(processesOf(`${dataDir}-demo`)).toEqual([]);
    expect(existsSync(path.join(`${dataDir}-demo`, 'postgres'))).toBe(false);
    await rm(`${dataDir}-demo`, { recursive: true, force: true });
  }, 60_000);
});

/** A Node that is too old, if the machine has one beside the pinned one. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find((node) => {
  if (!existsSync(node)) return false;
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(version)?.[1]) < 24;
});

describe.skipIf(oldNode === undefined)(
  oldNode === undefined ? 'an older Node (skipped: this machine has none)' : 'an older Node',
  () => {
    it.each([
      ['server/main.ts', 'npm ci && npm start'],
      ['server/cli/posko.ts', 'npm run posko'],
    ])('is told by %s what to run instead', async (file, command) => {
      const child = spawn(oldNode ?? '', [file], { cwd: projectRoot, stdio: 'pipe' });
      const { code, stderr } = await ending(child);
      expect(code).toBe(1);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).toContain('Posko needs Node 24');
      expect(stderr).toContain(command);
    });
  },
);
