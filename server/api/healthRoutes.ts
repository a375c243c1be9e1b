import type { FastifyPluginCallback } from 'fastify';
import { mayIn } from '../domain/access.ts';
import type { Health } from '../domain/health.ts';
import { isLoopback } from '../domain/loopback.ts';
import { everywhere } from '../domain/region.ts';
import { accessOf } from './routeAccess.ts';

/**
 * `GET /health/live` answers while the process runs; `GET /health/ready` tells everybody, once Posko
 * is set up, whether it can do its work and what works less well, without a number that says anything
 * of units; `GET /api/v1/health` tells all.
 */
export function healthRoutes(health: () => Health): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get('/health/live', { config: { access: 'public' } }, () => ({ status: 'live' }));
    // read by people too, in a browser or a terminal
    app.get('/health/ready', { config: { access: 'sign_in' } }, (request, reply) => {
      const { status, degradations } = health();
      // what exactly is wrong with disk and database is for those who mend it
      const told = isLoopback(request.ip)
        ? degradations
        : degradations.map(({ code }) => ({ code }));
      return reply
        .code(status === 'not_ready' ? 503 : 200)
        .type('application/json')
        .send(JSON.stringify({ status, degradations: told }, null, 2));
    });
    app.get('/api/v1/health', { config: { access: 'health.view' } }, (request, reply) => {
      const all = health();
      // the newest case of each reason names a tracker, of whatever region
      const seesAll = mayIn(accessOf(request).grants, 'health.view', everywhere);
      const setAside = Object.fromEntries(
        Object.entries(all.setAside).map(([reason, { count }]) => [reason, { count }]),
      );
      return reply
        .type('application/json')
        .send(JSON.stringify(seesAll ? all : { ...all, setAside }, null, 2));
    });
    done();
  };
}
