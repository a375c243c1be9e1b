import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Type from 'typebox';
import Value from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../../../server/config.ts';

/**
 * docker-compose.yml read by a compose parser (Debian's docker-compose needs no engine for it).
 * Ports and volumes come back as strings from Compose 1 and as objects from Compose 2.
 */
const Port = Type.Union([Type.String(), Type.Object({ host_ip: Type.String() })]);
const Volume = Type.Union([
  Type.String(),
  Type.Object({ type: Type.String(), source: Type.String() }),
]);
const Service = Type.Object({
  image: Type.String(),
  user: Type.String(),
  environment: Type.Optional(Type.Record(Type.String(), Type.String())),
  healthcheck: Type.Object({ test: Type.Array(Type.String(), { minItems: 2 }) }),
  ports: Type.Optional(Type.Array(Port)),
  volumes: Type.Array(Volume),
  profiles: Type.Optional(Type.Array(Type.String())),
  privileged: Type.Optional(Type.Boolean()),
  network_mode: Type.Optional(Type.String()),
  cap_add: Type.Optional(Type.Array(Type.String())),
  cap_drop: Type.Array(Type.String()),
  security_opt: Type.Array(Type.String()),
  read_only: Type.Boolean(),
  restart: Type.String(),
});
const ComposeFile = Type.Object({
  services: Type.Record(Type.String(), Service),
  volumes: Type.Record(Type.String(), Type.Unknown()),
});
type Service = Type.Static<typeof Service>;
type ComposeFile = Type.Static<typeof ComposeFile>;

const password = 'katasandi';
const isInstalled = spawnSync('docker-compose', ['version']).error === undefined;
// CI installs it, so that there the tests fail rather than pass unnoticed
const isSkipped = !isInstalled && !process.env['CI'];
if (isSkipped) {
  process.stderr.write('skips the tests of docker-compose.yml: docker-compose is not installed\n');
}

describe.skipIf(isSkipped)('docker-compose.yml', () => {
  let folder: string;
  let services: [string, Service][];

  beforeAll(() => {
    // away from the checkout, where an .env file would set what a test leaves unset
    folder = mkdtempSync(path.join(tmpdir(), 'posko-compose-'));
    copyFileSync(path.join(projectRoot, 'docker-compose.yml'), path.join(folder, 'compose.yml'));
    services = Object.entries(read('--profile', 'broker').services);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const config = (given: string | undefined, ...options: string[]) =>
    spawnSync('docker-compose', ['--file', 'compose.yml', ...options, 'config'], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        ...(given !== undefined && { POSKO_DB_PASSWORD: given }),
      },
    });

  const read = (...options: string[]): ComposeFile => {
    const { status, stdout, stderr } = config(password, ...options);
    expect(status, stderr).toBe(0);
    return Value.Parse(ComposeFile, parse(stdout));
  };

  it('starts Posko and TimescaleDB, and a broker only when its profile is asked for', () => {
    // Compose 1 lists a service whose profile is not asked for, but would not start it
    const started = Object.entries(read().services).filter(([, { profiles }]) => !profiles);
    expect(started.map(([name]) => name).sort()).toEqual(['posko', 'timescaledb']);
    const profiled = services.filter(([, { profiles }]) => profiles?.includes('broker'));
    expect(profiled.map(([name]) => name)).toEqual(['broker']);
  });

  it.each([[undefined], ['']])('is refused with the database password %j', (given) => {
    const { status, stderr } = config(given);
    expect(status).not.toBe(0);
    expect(stderr).toContain('set POSKO_DB_PASSWORD to');
  });

  it('gives the password to the database and to Posko, and to nobody else', () => {
    const holders = services.filter(([, service]) => JSON.stringify(service).includes(password));
    expect(Object.fromEntries(holders)).toEqual({
      posko: expect.objectContaining({
        environment: expect.objectContaining({
          POSKO_DATABASE_URL: `postgres://posko:${password}@timescaledb:5432/posko`,
        }),
      }),
      timescaledb: expect.objectContaining({
        environment: expect.objectContaining({ POSTGRES_PASSWORD: password }),
      }),
    });
  });

  it('publishes ports on the loopback of the host only', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) {
      expect(typeof port === 'string' ? port : `${port.host_ip}:`).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('pins every image to one version', () => {
    for (const [name, { image }] of services) {
      expect(image, name).toMatch(/:\d+\.\d+\.\d+(-[a-z0-9]+)*$/);
    }
  });

  it('asks every service for its health and starts it again after a crash', () => {
    for (const [name, service] of services) {
      expect(service.healthcheck.test[0], name).toBe('CMD');
      expect(service.restart, name).toBe('unless-stopped');
    }
  });

  it('gives no service root, capabilities, the network of the host or a writable image', () => {
    for (const [name, service] of services) {
      expect(service.user, name).toMatch(/^(node|[1-9]\d*:[1-9]\d*)$/);
      expect(service.privileged ?? false, name).toBe(false);
      expect(service.network_mode, name).toBeUndefined();
      expect(service.cap_add, name).toBeUndefined();
      expect(service.cap_drop, name).toEqual(['ALL']);
      expect(service.security_opt, name).toContain('no-new-privileges:true');
      expect(service.read_only, name).toBe(true);
    }
  });

  it('keeps data in named volumes', () => {
    const file = read('--profile', 'broker');
    for (const [name, service] of Object.entries(file.services)) {
      expect(service.volumes.length, name).toBeGreaterThan(0);
      for (const volume of service.volumes) {
        const source = typeof volume === 'string' ? volume.split(':')[0] : volume.source;
        expect(Object.keys(file.volumes), name).toContain(source);
      }
    }
  });
});
