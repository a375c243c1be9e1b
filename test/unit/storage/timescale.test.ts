import { describe, expect, it } from 'vitest';
import type { Dialect } from '../../../server/storage/dialect/dialect.ts';
import {
  checkTimescale,
  missingFeatures,
  type Timescale,
} from '../../../server/storage/dialect/timescale.ts';

const none: Timescale = {
  installed: undefined,
  available: undefined,
  isLoaded: false,
  edition: undefined,
};
const offered: Timescale = { ...none, available: '2.30.2', isLoaded: true };
const full: Timescale = { ...offered, installed: '2.30.2', edition: 'community' };
const apache: Timescale = { ...full, edition: 'apache' };

describe('the start-up check of TimescaleDB', () => {
  it.each<[string, Timescale, Dialect | undefined]>([
    ['a server without it', none, undefined],
    ['a server that offers it', offered, undefined],
    ['the oldest version', { ...full, installed: '2.28.3' }, 'timescale'],
    ['a version of more digits', { ...full, installed: '2.100.0' }, 'timescale'],
    ['a version of fewer parts', { ...full, installed: '3' }, 'timescale'],
    ['a database without it, whatever the server has', { ...full, installed: '2.1' }, 'plain'],
    ['an old one that is not loaded', { ...none, available: '2.9.0' }, undefined],
    ['the Apache edition', apache, 'timescale_apache'],
    ['the community edition over a database of the Apache edition', full, 'timescale_apache'],
  ])('lets pass %s', (_, found, recorded) => {
    expect(() => checkTimescale(found, recorded)).not.toThrow();
  });

  it.each<[string, Timescale, Dialect | undefined, RegExp]>([
    [
      'an old version in the database',
      { ...full, installed: '2.28.2' },
      'timescale',
      /has TimescaleDB 2\.28\.2, .* needs 2\.28\.3 or newer: run "alter extension/,
    ],
    [
      'an old version on the server',
      { ...offered, available: '2.9.10' },
      undefined,
      /server has TimescaleDB 2\.9\.10, .*: update it/,
    ],
    ['a build before a release', { ...full, installed: '2.23.0-dev' }, 'timescale', /2\.23\.0-dev/],
    ['a server that does not load it any more', none, 'timescale', /shared_preload_libraries/],
    ['a server that lost it', { ...full, isLoaded: false }, 'timescale_apache', /does not load it/],
    ['a lesser edition than before', apache, 'timescale', /set timescaledb\.license to timescale/],
  ])('refuses %s with a sentence', (_, found, recorded, sentence) => {
    expect(() => checkTimescale(found, recorded)).toThrow(sentence);
  });
});

it.each<[string, Timescale, Dialect, RegExp[]]>([
  ['nothing of a full one', full, 'timescale', []],
  ['nothing where there is none to be had', none, 'plain', []],
  ['what the Apache edition has not', apache, 'timescale_apache', [/without columnstore/]],
  [
    'that it could have more by now',
    full,
    'timescale_apache',
    [/without columnstore/, /copy it to a new one/],
  ],
  ['that the server has more', offered, 'plain', [/was made without it .* copy it/]],
  [
    'that the server could load it',
    { ...none, available: '2.30.2' },
    'plain',
    [/2\.30\.2 installed but does not load it/],
  ],
])('tells %s', (_, found, dialect, sentences) => {
  const told = missingFeatures(found, dialect);
  expect(told).toHaveLength(sentences.length);
  for (const [i, sentence] of sentences.entries()) expect(told[i]).toMatch(sentence);
});
