import { rm } from 'node:fs/promises';
import pino from 'pino';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openExternal } from '../../server/storage/database.ts';
import { startEmbeddedPostgres } from '../../server/storage/embedded/startEmbeddedPostgres.ts';
import { addOperator } from '../fixtures/operator.ts';
import { testConfig } from '../fixtures/testConfig.ts';
import { registerTrackers } from '../integration/fixtures/runningPosko.ts';
import { scratchForTest } from '../integration/storage/scratch.ts';
import {
  beyondRefusals,
  hasChromium,
  keepScreenshot,
  launchChromium,
  openAsStranger,
  untilLive,
} from './fixtures/browser.ts';
import { addPeople, openFromMenu, signIn } from './fixtures/people.ts';
import { startQuietPosko } from './fixtures/quietPosko.ts';

const mayRun = hasChromium || process.env['CI'] === 'true';
const people = { budi: [{ role: 'dispatcher', region: '64.08' }] } as const;
/** Whoever asks comes from there, says a proxy on this machine. */
const elsewhere = '192.0.2.7';
const hostName = 'posko.test';

vi.setConfig({ testTimeout: 120_000 });

let browser: Browser;

describe.skipIf(!mayRun)(
  mayRun
    ? 'the page when something is amiss'
    : 'the page when something is amiss (skipped: /usr/bin/chromium is not installed)',
  () => {
    beforeAll(async () => {
      browser = await launchChromium([`--host-resolver-rules=MAP ${hostName} 127.0.0.1`]);
    });
    afterAll(() => browser.close());

    it('says what signing out has come to while the database is away', async () => {
      const log = pino({ level: 'silent' });
      const postgres = await startEmbeddedPostgres({ dataDir: scratchForTest(), log });
      const { host, port, user, password, database: name } = postgres.connection;
      const url = `postgres://${user}:${password}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`;
      const database = await openExternal(url, log);
      await addOperator(database.pool);
      await addPeople(database.pool, people);
      await database.close();
      const config = { ...(await testConfig()), databaseUrl: url };
      const posko = await startQuietPosko(config);
      onTestFinished(async () => {
        await posko.close();
        await rm(config.dataDir, { recursive: true, force: true });
      });
      const { page, complaints } = await openAsStranger(
        browser,
        `http://127.0.0.1:${posko.httpPort}`,
      );
      await signIn(page, 'budi');
      await untilLive(page);
      await postgres.stop();
      await openFromMenu(page, 'Keluar');
      await page
        .getByRole('heading', { name: 'Keluar di komputer ini, belum di server' })
        .waitFor();
      await page.getByText('berakhir sendiri setelah 12 jam').waitFor();
      await keepScreenshot(page, 'signed-out-here-only');
      await page.getByRole('button', { name: 'Ke halaman masuk' }).click();
      await page.getByRole('heading', { name: 'Masuk', exact: true }).waitFor();
      expect(complaints.filter((text) => !/status of (401|503)/.test(text))).toEqual([]);
    });

    it('goes on signing out by itself while the server does not answer', async () => {
      const config = await testConfig();
      await registerTrackers(config.dataDir, [], (pool) => addPeople(pool, people));
      const posko = await startQuietPosko(config);
      onTestFinished(async () => {
        await posko.close();
        await rm(config.dataDir, { recursive: true, force: true });
      });
      const { page } = await openAsStranger(browser, `http://127.0.0.1:${posko.httpPort}`);
      await signIn(page, 'budi');
      await untilLive(page);
      await page.context().setOffline(true);
      await openFromMenu(page, 'Keluar');
      await page.getByRole('heading', { name: 'Belum keluar' }).waitFor();
      await page.getByText('Rincian').click();
      await page.getByText(/^unreachable · /).waitFor();
      await keepScreenshot(page, 'not-signed-out-yet');
      await page.context().setOffline(false);
      await page.getByRole('heading', { name: 'Masuk', exact: true }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Masuk', exact: true }).waitFor();
    });

    it('warns of plain HTTP beyond this machine, before and after the sign-in, for as long as it is so', async () => {
      const made = await testConfig();
      const http = {
        ...made.http,
        names: [hostName],
        allowsPlainHttp: true,
        trustedProxies: ['127.0.0.1'],
      };
      const config = { ...made, http };
      await registerTrackers(config.dataDir, ['hp-01'], (pool) => addPeople(pool, people));
      const posko = await startQuietPosko(config);
      onTestFinished(async () => {
        await posko.close();
        await rm(config.dataDir, { recursive: true, force: true });
      });
      const { page, complaints } = await openAsStranger(
        browser,
        `http://${hostName}:${posko.httpPort}`,
        { extraHTTPHeaders: { 'x-forwarded-for': elsewhere } },
      );
      const band = page.getByRole('note').filter({ hasText: 'tidak terenkripsi' });
      await band.waitFor();
      await signIn(page, 'budi');
      await untilLive(page);
      await band.waitFor();
      await keepScreenshot(page, 'plain-http');
      expect(await band.getByRole('button').count()).toBe(0);
      await page.reload();
      await untilLive(page);
      await band.waitFor();
      // what a browser itself has against such pages
      const others = complaints.filter((text) => !text.includes("URL's origin was untrustworthy"));
      expect(beyondRefusals(others)).toEqual([]);

      const near = await openAsStranger(browser, `http://127.0.0.1:${posko.httpPort}`);
      await near.page.getByRole('heading', { name: 'Masuk', exact: true }).waitFor();
      expect(await near.page.getByRole('note').count()).toBe(0);
      await signIn(near.page, 'budi');
      await untilLive(near.page);
      expect(await near.page.getByRole('note').count()).toBe(0);
    });
  },
);
