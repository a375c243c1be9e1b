import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import type { AccountRecords } from '../../../server/accounts/accountRecords.ts';
import { type Accounts, createAccounts } from '../../../server/accounts/accounts.ts';
import { createSeal, toSealKey } from '../../../server/accounts/seal.ts';
import { auditRoutes } from '../../../server/api/auditRoutes.ts';
import { createApp } from '../../../server/api/httpServer.ts';
import { ownAccountRoutes } from '../../../server/api/ownAccountRoutes.ts';
import { sessionRoutes } from '../../../server/api/sessionRoutes.ts';
import { setupRoutes } from '../../../server/api/setupRoutes.ts';
import { tokenRoutes } from '../../../server/api/tokenRoutes.ts';
import { userRoutes } from '../../../server/api/userRoutes.ts';
import type { Grant } from '../../../server/domain/access.ts';
import { createAccountRecords } from '../../../server/storage/accountStore.ts';
import { type Database, openDatabase } from '../../../server/storage/database.ts';
import { openDataDir } from '../../../server/storage/dataDir.ts';

/** The account routes over a database of their own, with a clock that the test turns. */
export type AccountsApp = {
  readonly app: FastifyInstance;
  readonly accounts: Accounts;
  readonly database: Database;
  /** What the server has logged, as text. */
  readonly lines: readonly string[];
  readonly ended: string[];
  passTime(ms: number): void;
  nowMs(): number;
  close(): Promise<void>;
};

/** From here requests come that reached a proxy over TLS. */
export const tlsProxy = '127.0.0.9';

export const goodPassword = 'kuda lumping hijau';

/** @param around stands between the accounts and their records, so that a test can hold or break one */
export async function openAccountsApp(
  around: (records: AccountRecords) => AccountRecords = (records) => records,
): Promise<AccountsApp> {
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'posko-accounts-'));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, 'index.html'), '');
  const dataDir = openDataDir(path.join(folder, 'data'), 'command');
  parts.defer(() => dataDir.release());
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const silent = pino({ level: 'silent' });
  const database = await openDatabase({
    databaseUrl: undefined,
    dataDir: dataDir.dir,
    log: silent,
  });
  parts.defer(() => database.close());
  // stands still but for passTime, so that a slow machine changes no wait
  let atMs = Date.now();
  const nowMs = () => atMs;
  const seal = createSeal({ current: toSealKey(randomBytes(32)), others: [] });
  const records = around(createAccountRecords(database.pool));
  const accounts = createAccounts({ records, seal, nowMs, log });
  const ended: string[] = [];
  accounts.onEnded((credentials) => void ended.push(...credentials));
  const app = await createApp({
    maxConnections: 10,
    reach: { names: [], allowsPlainHttp: true },
    tls: undefined,
    trustedProxies: [tlsProxy],
    rateLimits: { sign_in: 1e6, export: 1e6, history: 1e6, door: 1e6, other: 1e6 },
    gate: accounts,
    basemap: { from: 'style', url: 'https://example.org/style.json' },
    pageDir: folder,
    health: () => {
      throw new Error('nobody asks here');
    },
    takeScreen: (socket) => socket.close(),
    door: {
      submit: () => {
        throw new Error('no device sends here');
      },
      packetBytes: 65_536,
      onSetAside: () => undefined,
    },
    routes: [
      sessionRoutes(accounts),
      ownAccountRoutes(accounts),
      setupRoutes(accounts.setUp),
      userRoutes(accounts.users),
      tokenRoutes(accounts.tokens),
      auditRoutes(accounts),
    ],
    log,
  });
  parts.defer(() => app.close());
  const open = parts.move();
  return {
    app,
    accounts,
    database,
    lines,
    ended,
    passTime: (ms) => {
      atMs += ms;
    },
    nowMs,
    close: () => open.disposeAsync(),
  };
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A browser: keeps its cookies, and marks its requests as the page does. */
export type Browser = {
  readonly cookies: Record<string, string>;
  send(method: Method, url: string, body?: object): Promise<LightMyRequestResponse>;
  /** Asks for what the page asks for by itself. */
  poll(url: string): Promise<LightMyRequestResponse>;
  signIn(name: string, password?: string, code?: string): Promise<LightMyRequestResponse>;
};

export function openBrowser({ app }: AccountsApp, remoteAddress = '127.0.0.1'): Browser {
  const cookies: Record<string, string> = {};
  const send = async (method: Method, url: string, body?: object, more: object = {}) => {
    const answer = await app.inject({
      method,
      url: `/api/v1${url}`,
      cookies,
      remoteAddress,
      headers: {
        'x-posko-request': '1',
        'accept-language': 'en',
        ...(remoteAddress === tlsProxy && { 'x-forwarded-proto': 'https' }),
        ...more,
      },
      ...(body !== undefined && { payload: body }),
    });
    for (const { name, value } of answer.cookies) {
      if (value === '') delete cookies[name];
      else cookies[name] = value;
    }
    return answer;
  };
  return {
    cookies,
    send: (method, url, body) => send(method, url, body),
    poll: (url) => send('GET', url, undefined, { 'x-posko-automatic': '1' }),
    signIn: (name, password = goodPassword, code) =>
      send('POST', '/session', { name, password, ...(code !== undefined && { code }) }),
  };
}

/** Makes the first administrator, `kepala`, whose browser this is. */
export async function setUp(posko: AccountsApp): Promise<Browser> {
  const token = await posko.accounts.setUp.begin();
  const browser = openBrowser(posko);
  const answer = await browser.send('POST', '/setup', {
    token,
    name: 'kepala',
    fullName: 'Kepala Operasi',
    password: goodPassword,
  });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return browser;
}

/** Adds a user who has already changed the password to goodPassword, signed in. */
export async function addUser(
  posko: AccountsApp,
  administrator: Browser,
  name: string,
  grants: readonly Grant[],
): Promise<Browser> {
  const first = 'kata sementara 7';
  const added = await administrator.send('POST', '/users', {
    name,
    fullName: `Orang ${name}`,
    password: first,
    grants,
  });
  if (added.statusCode !== 201) throw new Error(added.body);
  const browser = openBrowser(posko);
  await browser.signIn(name, first);
  const changed = await browser.send('PUT', '/session/password', { old: first, new: goodPassword });
  if (changed.statusCode !== 200) throw new Error(changed.body);
  return browser;
}
