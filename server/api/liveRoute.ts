import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import type { Access } from '../domain/access.ts';
import { liveSubprotocol, maxClientMessageBytes } from '../domain/liveMessage.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';

const livePath = '/api/v1/live';

/** Makes requests that want to become a socket pass the same hooks as all others. Comes before them. */
export async function acceptSockets(app: FastifyInstance): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: maxClientMessageBytes,
      perMessageDeflate: false,
      handleProtocols: () => liveSubprotocol,
    },
    // the hub hears of errors by itself, and ends its sockets before the server ends
    errorHandler: (_error, socket) => socket.terminate(),
    preClose: (done) => done(),
  });
  app.addHook('onRequest', (request, _reply, done) => {
    const isLost = request.ws && request.routeOptions.url !== livePath;
    done(isLost ? new ProblemError('not_found') : undefined);
  });
}

/** `/api/v1/live`: the live socket. */
export function liveRoute(
  app: FastifyInstance,
  take: (socket: WebSocket, access: Access) => void,
): void {
  app.route({
    method: 'GET',
    url: livePath,
    config: { access: 'units.view' },
    onRequest: (request, _reply, done) => {
      const offered = request.headers['sec-websocket-protocol']?.split(',') ?? [];
      const isOurs = offered.some((name) => name.trim() === liveSubprotocol);
      done(request.ws && !isOurs ? new ProblemError('subprotocol_missing') : undefined);
    },
    handler: () => {
      throw new ProblemError('not_found');
    },
    wsHandler: (socket, request) => take(socket, accessOf(request)),
  });
}
