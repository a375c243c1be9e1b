import { describe, expect, it } from 'vitest';
import { checkTimescaleFacts, type TimescaleFacts } from '../../../server/cli/doctorTimescale.ts';

const none: TimescaleFacts = {
  found: { installed: undefined, available: undefined, isLoaded: false, edition: undefined },
  dialect: undefined,
  mayCreate: false,
  telemetryLevel: undefined,
};
const offered: TimescaleFacts = {
  ...none,
  found: { ...none.found, available: '2.30.2', isLoaded: true },
  telemetryLevel: 'basic',
};
const full: TimescaleFacts = {
  found: { installed: '2.30.2', available: '2.30.2', isLoaded: true, edition: 'community' },
  dialect: 'timescale',
  mayCreate: false,
  telemetryLevel: 'off',
};

describe('the doctor on TimescaleDB before the first start', () => {
  it.each<[string, TimescaleFacts, 'ok' | 'problem', RegExp]>([
    ['a server that has none', none, 'ok', /^not loaded by this server/],
    [
      'a server that has it and does not load it',
      { ...none, found: { ...none.found, available: '2.30.2' } },
      'ok',
      /^not loaded by this server/,
    ],
    [
      'a user who may add it',
      { ...offered, mayCreate: true },
      'ok',
      /^2\.30\.2: the first start adds/,
    ],
    ['a user who may not add it', offered, 'problem', /has 2\.30\.2, and this user may not add/],
    [
      'a database that has it already',
      { ...full, dialect: undefined, telemetryLevel: 'basic' },
      'ok',
      /^2\.30\.2, community edition$/,
    ],
  ])('tells %s', (_what, facts, level, detail) => {
    const found = checkTimescaleFacts(facts);
    expect(found).toMatchObject([{ check: 'TimescaleDB', level }]);
    expect(found[0]?.detail).toMatch(detail);
    if (level === 'problem') expect(found[0]?.todo).toMatch(/as a superuser/);
  });
});

describe('the doctor on TimescaleDB', () => {
  it('finds nothing to say about a full one', () => {
    expect(checkTimescaleFacts(full)).toEqual([
      { check: 'TimescaleDB', level: 'ok', detail: '2.30.2, community edition' },
    ]);
  });

  it('warns of what the Apache edition lacks', () => {
    const apache = { ...full.found, edition: 'apache' } as const;
    const found = checkTimescaleFacts({ ...full, found: apache, dialect: 'timescale_apache' });
    expect(found).toMatchObject([
      { level: 'ok', detail: '2.30.2, apache edition' },
      { level: 'warning', detail: expect.stringMatching(/without columnstore/) },
    ]);
  });

  it('warns of what a database without it could have', () => {
    expect(
      checkTimescaleFacts({ ...offered, dialect: 'plain', telemetryLevel: 'off' }),
    ).toMatchObject([
      { level: 'ok', detail: 'not used by this database' },
      { level: 'warning', detail: expect.stringMatching(/goes on so: copy it to a new one/) },
    ]);
  });

  it('warns of its telemetry', () => {
    expect(checkTimescaleFacts({ ...full, telemetryLevel: 'basic' })).toMatchObject([
      { level: 'ok' },
      {
        check: 'telemetry',
        level: 'warning',
        todo: expect.stringMatching(/telemetry_level = off/),
      },
    ]);
  });
});
