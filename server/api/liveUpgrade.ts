import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { liveSubprotocol, maxClientMessageBytes } from '../domain/liveMessage.ts';
import { hostOf, isLoopback } from '../domain/loopback.ts';
import { describeProblem, type ProblemCode } from './problem.ts';

/**
 * Opens `/api/v1/live`: upgrades a request to a WebSocket and hands it on. Refused with a problem
 * document: another path, a missing subprotocol, and a page of another site (browsers let any page
 * open a socket to any host, and send along where it comes from).
 */
export function createLiveUpgrade(
  take: (socket: WebSocket) => void,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxClientMessageBytes,
    perMessageDeflate: false,
    handleProtocols: () => liveSubprotocol,
  });
  return (request, socket, head) => {
    const code = refusalOf(request);
    if (code === undefined) sockets.handleUpgrade(request, socket, head, take);
    else refuse(request, socket, code);
  };
}

function refusalOf(request: IncomingMessage): ProblemCode | undefined {
  // compared as text: what a request line holds need not be a URL
  if (request.url?.split('?', 1)[0] !== '/api/v1/live') return 'not_found';
  const { origin, host = '' } = request.headers;
  if (!isLoopback(hostOf(host))) return 'host_refused';
  // programs send no origin; browsers always do
  if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) {
    return 'origin_refused';
  }
  const offered = request.headers['sec-websocket-protocol']?.split(',') ?? [];
  return offered.some((name) => name.trim() === liveSubprotocol)
    ? undefined
    : 'subprotocol_missing';
}

function refuse(request: IncomingMessage, socket: Duplex, code: ProblemCode): void {
  const problem = describeProblem(code, request.headers['accept-language']);
  const body = JSON.stringify(problem);
  // nobody else listens any more, and an error unheard would end the process
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n` +
      'content-type: application/problem+json\r\nconnection: close\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
