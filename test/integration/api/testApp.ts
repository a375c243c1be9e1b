import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { createApp, type HttpParts } from '../../../server/api/httpServer.ts';

/** The HTTP application without a port, with an empty page and nobody signed in unless `parts` say so. */
export async function testApp(parts: Partial<HttpParts>): Promise<FastifyInstance> {
  const pageDir = mkdtempSync(path.join(os.tmpdir(), 'posko-page-'));
  writeFileSync(path.join(pageDir, 'index.html'), '<title>Posko</title>');
  const app = await createApp({
    maxConnections: 10,
    reach: { names: [], allowsPlainHttp: true },
    tls: undefined,
    trustedProxies: [],
    gate: {
      hasAdministrator: async () => true,
      identityOf: () => undefined,
      identify: async () => ({ ok: false, reason: 'none', detail: '' }),
    },
    basemap: { from: 'style', url: 'https://example.org/style.json' },
    pageDir,
    health: () => {
      throw new Error('nobody asks for it here');
    },
    takeScreen: (socket) => socket.close(),
    door: {
      submit: async () => ({ outcome: 'stored' }),
      packetBytes: 65_536,
      onSetAside: () => undefined,
    },
    routes: [],
    log: pino({ level: 'silent' }),
    ...parts,
  });
  app.addHook('onClose', (_app, done) => {
    rmSync(pageDir, { recursive: true });
    done();
  });
  return app;
}
