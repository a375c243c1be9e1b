import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeProblems, loadConfig, projectRoot } from '../../server/config.ts';
import { defaultDoorLimits } from '../../server/domain/doorLimits.ts';
import { usualWatchRadiiM } from '../../server/domain/watchRadii.ts';

const tlsDir = 'test/fixtures/tls';

const problemsOf = (env: Record<string, string>): string[] => {
  const loaded = loadConfig(env);
  return loaded.ok ? [] : loaded.problems.map(({ variable }) => variable);
};

describe('configuration', () => {
  it('needs nothing to be set', () => {
    expect(loadConfig({ PATH: '/bin' })).toEqual({
      ok: true,
      config: {
        dataDir: path.join(projectRoot, 'data'),
        http: {
          host: '127.0.0.1',
          port: 8080,
          tls: undefined,
          names: [],
          shownHost: '127.0.0.1',
          allowsPlainHttp: false,
          trustedProxies: [],
        },
        mqtt: { host: '127.0.0.1', port: 1883, tls: undefined },
        broker: undefined,
        doorLimits: defaultDoorLimits,
        databaseUrl: undefined,
        retentionDays: 366,
        journal: { maxBytes: 5e9, keepMs: 7 * 24 * 3_600_000 },
        mqttOut: new Set(['alarm']),
        watchRadiiM: usualWatchRadiiM,
        basemap: { from: 'built-in' },
        logLevel: 'info',
      },
    });
  });

  it('takes whole numbers within their bounds', () => {
    const set = {
      POSKO_RETENTION_DAYS: '30',
      POSKO_JOURNAL_MAX_MB: '16',
      POSKO_JOURNAL_KEEP_HOURS: '0',
    };
    expect(loadConfig(set)).toMatchObject({
      ok: true,
      config: { retentionDays: 30, journal: { maxBytes: 16e6, keepMs: 0 } },
    });
    const wrong = {
      POSKO_RETENTION_DAYS: '0',
      POSKO_JOURNAL_MAX_MB: 'abc',
      POSKO_JOURNAL_KEEP_HOURS: '1.5',
    };
    const refused = loadConfig(wrong);
    if (refused.ok) throw new Error('taken');
    expect(refused.problems.map(({ variable }) => variable)).toEqual(Object.keys(wrong));
  });

  it('takes how far sites of a kind watch, and leaves the other kinds as they are', () => {
    expect(loadConfig({ POSKO_WATCH_RADII: 'tps=500, kpu = 5000,' })).toMatchObject({
      ok: true,
      config: { watchRadiiM: { ...usualWatchRadiiM, tps: 500, kpu: 5_000 } },
    });
  });

  it.each([
    ['school=500', 'has "school=500"; it must list kind=metres, with a kind of tps, ppk, kpu'],
    ['tps', 'has tps=; it must be whole metres from 1 to 20000'],
    ['tps=0', 'has tps=0'],
    ['tps=20001', 'has tps=20001'],
    ['tps=1km', 'has tps=1km'],
    ['tps=1,tps=2', 'has tps twice'],
  ])('refuses %s for how far sites watch', (text, problem) => {
    const refused = loadConfig({ POSKO_WATCH_RADII: text });
    if (refused.ok) throw new Error('taken');
    expect(refused.problems).toEqual([
      { variable: 'POSKO_WATCH_RADII', problem: expect.stringContaining(problem) },
    ]);
  });

  it('takes what is set, and an empty variable for unset', () => {
    const loaded = loadConfig({
      POSKO_DATA_DIR: '/var/lib/posko',
      POSKO_HTTP_PORT: '0',
      POSKO_MQTT_HOST: 'localhost',
      POSKO_DATABASE_URL: 'postgres://posko:secret@db:5432/posko',
      POSKO_BASEMAP: '/maps/kaltim.pmtiles',
      POSKO_LOG_LEVEL: 'debug',
      POSKO_MQTT_PORT: '',
    });
    expect(loaded).toMatchObject({
      ok: true,
      config: {
        dataDir: '/var/lib/posko',
        http: { port: 0 },
        mqtt: { host: 'localhost', port: 1883 },
        databaseUrl: 'postgres://posko:secret@db:5432/posko',
        basemap: { from: 'pmtiles', file: '/maps/kaltim.pmtiles' },
        logLevel: 'debug',
      },
    });
  });

  it('reports all problems together', () => {
    expect(
      problemsOf({
        POSKO_HTTP_HOST: '0.0.0.0',
        POSKO_HTTP_PORT: 'eighty',
        POSKO_MQTT_PORT: '65536',
        POSKO_DATABASE_URL: 'mysql://root@db/posko',
        POSKO_BASEMAP: 'kaltim.mbtiles',
        POSKO_LOG_LEVEL: 'loud',
        POSKO_HTPP_PORT: '8080',
      }).sort(),
    ).toEqual([
      'POSKO_BASEMAP',
      'POSKO_DATABASE_URL',
      'POSKO_HTPP_PORT',
      'POSKO_HTTP_HOST',
      'POSKO_HTTP_PORT',
      'POSKO_LOG_LEVEL',
      'POSKO_MQTT_PORT',
    ]);
  });

  it.each(['127.0.0.1', '127.0.0.2', 'localhost', '::1'])('listens on %s', (host) => {
    expect(problemsOf({ POSKO_HTTP_HOST: host })).toEqual([]);
  });

  it.each([
    { POSKO_TLS_CERT: `${tlsDir}/cert.pem`, POSKO_TLS_KEY: `${tlsDir}/key.pem` },
    { POSKO_TRUSTED_PROXIES: '10.0.0.5, 192.168.0.0/16, fd00::/8' },
    { POSKO_ALLOW_PLAIN_HTTP: '1' },
  ])('shows the page to the network where it is protected, or meant: %o', (protection) => {
    expect(problemsOf({ POSKO_HTTP_HOST: '0.0.0.0', ...protection })).toEqual([]);
  });

  it('shows links with a name that a certificate can be for, or an address that others reach', () => {
    const shown = (env: Record<string, string>): string => {
      const loaded = loadConfig({ POSKO_ALLOW_PLAIN_HTTP: '1', ...env });
      if (!loaded.ok) throw new Error(describeProblems(loaded.problems));
      return loaded.config.http.shownHost;
    };
    const all = { POSKO_HTTP_HOST: '0.0.0.0' };
    expect(shown({ ...all, POSKO_HTTP_NAMES: 'posko.polres.id, lain.id' })).toBe('posko.polres.id');
    expect(shown(all)).toMatch(/^(?!0\.0\.0\.0)\d+\.\d+\.\d+\.\d+$/);
    expect(shown({ ...all, POSKO_PUBLISHED_ON_LOOPBACK: '1' })).toBe('127.0.0.1');
    expect(shown({ POSKO_HTTP_HOST: '10.0.0.5' })).toBe('10.0.0.5');
  });

  it('does not show the page to the network in the clear unasked, and says what to set', () => {
    const loaded = loadConfig({ POSKO_HTTP_HOST: '0.0.0.0' });
    if (loaded.ok) throw new Error('taken');
    expect(describeProblems(loaded.problems)).toMatch(
      /in the clear.*POSKO_TLS_CERT.*POSKO_TRUSTED_PROXIES.*POSKO_ALLOW_PLAIN_HTTP=1/,
    );
  });

  it('takes certificates, names and proxies', () => {
    const loaded = loadConfig({
      POSKO_TLS_CERT: `${tlsDir}/cert.pem`,
      POSKO_TLS_KEY: path.join(projectRoot, tlsDir, 'key.pem'),
      POSKO_HTTP_NAMES: 'Posko.example.id, posko',
      POSKO_TRUSTED_PROXIES: '10.0.0.5',
    });
    expect(loaded).toMatchObject({
      ok: true,
      config: {
        http: {
          tls: {
            certFile: path.join(projectRoot, tlsDir, 'cert.pem'),
            keyFile: path.join(projectRoot, tlsDir, 'key.pem'),
          },
          names: ['posko.example.id', 'posko'],
          trustedProxies: ['10.0.0.5'],
        },
      },
    });
  });

  it.each([
    [{ POSKO_TLS_CERT: 'cert.pem' }, 'POSKO_TLS_KEY'],
    [{ POSKO_TLS_KEY: 'key.pem' }, 'POSKO_TLS_CERT'],
    [{ POSKO_TRUSTED_PROXIES: 'proxy.example.id' }, 'POSKO_TRUSTED_PROXIES'],
    [{ POSKO_TRUSTED_PROXIES: '10.0.0.0/33' }, 'POSKO_TRUSTED_PROXIES'],
    [{ POSKO_HTTP_NAMES: 'https://posko.example.id' }, 'POSKO_HTTP_NAMES'],
    [{ POSKO_ALLOW_PLAIN_HTTP: 'yes' }, 'POSKO_ALLOW_PLAIN_HTTP'],
  ])('refuses %o', (env, variable) => {
    expect(problemsOf(env)).toEqual([variable]);
  });

  it.each([
    ['missing.pem', 'key.pem', /^ {2}POSKO_TLS_CERT is .*missing\.pem, which is not there$/],
    ['key.pem', 'key.pem', /^ {2}POSKO_TLS_CERT is .*does not hold a certificate in PEM form$/],
    ['cert.pem', 'missing.pem', /^ {2}POSKO_TLS_KEY is .*missing\.pem, which is not there$/],
    ['cert.pem', 'cert.pem', /^ {2}POSKO_TLS_KEY is .*does not hold a private key/],
    ['cert.pem', '.', /^ {2}POSKO_TLS_KEY is .*cannot be read \(EISDIR\)$/],
    ['cert.pem', 'otherKey.pem', /^ {2}POSKO_TLS_KEY is .*which is not the key of .*cert\.pem$/],
  ])('refuses the certificate %s with the key %s before anything is started', (cert, key, sentence) => {
    const loaded = loadConfig({
      POSKO_TLS_CERT: `${tlsDir}/${cert}`,
      POSKO_TLS_KEY: `${tlsDir}/${key}`,
    });
    if (loaded.ok) throw new Error('taken');
    expect(describeProblems(loaded.problems)).toMatch(sentence);
  });

  it('listens everywhere inside a container whose ports are published on the loopback only', () => {
    expect(problemsOf({ POSKO_HTTP_HOST: '0.0.0.0', POSKO_PUBLISHED_ON_LOOPBACK: '1' })).toEqual(
      [],
    );
  });

  it('refuses one port for both', () => {
    expect(problemsOf({ POSKO_HTTP_PORT: '1883' })).toEqual(['POSKO_MQTT_PORT']);
    expect(problemsOf({ POSKO_HTTP_PORT: '0', POSKO_MQTT_PORT: '0' })).toEqual([]);
  });

  it('takes no other word for it', () => {
    expect(problemsOf({ POSKO_PUBLISHED_ON_LOOPBACK: 'yes' })).toEqual([
      'POSKO_PUBLISHED_ON_LOOPBACK',
    ]);
  });

  it('never shows a password in a problem', () => {
    const loaded = loadConfig({ POSKO_DATABASE_URL: 'mysql://root:hunter2@db/posko' });
    expect(JSON.stringify(loaded)).not.toContain('hunter2');
  });

  it('leaves alone what belongs to compose, which reads the same .env, and to commands', () => {
    expect(problemsOf({ POSKO_DB_PASSWORD: 'x', POSKO_BACKUP_PASSPHRASE: 'y' })).toEqual([]);
  });
});
