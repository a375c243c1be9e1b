import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a target got. */
export type Got = { readonly headers: IncomingHttpHeaders; readonly body: string };

/** Another system, on a port of its own until the test ends. */
export async function target(
  answer: (response: ServerResponse, got: Got) => void = (response) =>
    response.writeHead(204).end(),
): Promise<{ url: string; got: Got[]; until: (count: number) => Promise<Got[]> }> {
  const got: Got[] = [];
  let wake = (): void => undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const each = { headers: request.headers, body: Buffer.concat(chunks).toString() };
      got.push(each);
      answer(response, each);
      wake();
    });
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/alarm`,
    got,
    until: async (count) => {
      while (got.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return got;
    },
  };
}

/** Another system that takes connections and never says anything. */
export async function silentTarget(): Promise<{ url: string; connections: () => number }> {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    onTestFinished(() => {
      socket.destroy();
    });
  });
  onTestFinished(() => {
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, connections: () => connections };
}
