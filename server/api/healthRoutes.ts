import type { FastifyPluginCallback } from 'fastify';
import type { Health } from '../domain/health.ts';

/**
 * `GET /health/live` answers while the process runs; `GET /health/ready` tells everybody, once Posko
 * is set up, whether it can do its work and what works less well, without a number that says anything
 * of units; `GET /api/v1/health` tells all.
 */
export function healthRoutes(health: () => Health): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get('/health/live', { config: { access: 'public' } }, () => ({ status: 'live' }));
    // read by people too, in a browser or a terminal
    app.get('/health/ready', { config: { access: 'sign_in' } }, (_request, reply) => {
      const { status, degradations } = health();
      return reply
        .code(status === 'not_ready' ? 503 : 200)
        .type('application/json')
        .send(JSON.stringify({ status, degradations }, null, 2));
    });
    app.get('/api/v1/health', { config: { access: 'health.view' } }, (_request, reply) =>
      reply.type('application/json').send(JSON.stringify(health(), null, 2)),
    );
    done();
  };
}
