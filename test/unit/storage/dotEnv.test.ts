import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { withDotEnv } from '../../../server/dotEnv.ts';

it('adds what the file says to the environment, which wins, even with nothing', () => {
  const file = path.join(scratch(), '.env');
  writeFileSync(file, '# ours\nPOSKO_HTTP_PORT=1\nPOSKO_MQTT_PORT="2"\nPOSKO_BASEMAP=x.pmtiles\n');
  expect(withDotEnv({ POSKO_MQTT_PORT: '3', POSKO_BASEMAP: '' }, file)).toEqual({
    POSKO_HTTP_PORT: '1',
    POSKO_MQTT_PORT: '3',
    POSKO_BASEMAP: '',
  });
});

it('does without the file', () => {
  const env = { POSKO_MQTT_PORT: '3' };
  expect(withDotEnv(env, path.join(scratch(), '.env'))).toEqual(env);
});

it('says so when the file cannot be read', () => {
  expect(() => withDotEnv({}, scratch())).toThrow(/settings file .* cannot be read/);
});

function scratch(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'posko-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
