import type { Server } from 'node:net';
import { networkOf } from '../domain/networkOf.ts';

/**
 * Bounds the connections of one asker, live sockets included, so that nobody takes them all: a
 * quarter of all is more than a control room of fifty screens behind one address needs.
 *
 * @param isShared true for addresses behind which are many, such as a proxy that is trusted
 */
export function limitConnections(
  server: Server,
  maxConnections: number,
  isShared: (address: string) => boolean,
): void {
  const share = Math.max(1, Math.floor(maxConnections / 4));
  const counts = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress;
    // it is gone already
    if (address === undefined) return;
    if (isShared(address)) return;
    const asker = networkOf(address);
    const count = (counts.get(asker) ?? 0) + 1;
    if (count > share) {
      socket.destroy();
      return;
    }
    counts.set(asker, count);
    socket.once('close', () => {
      const left = (counts.get(asker) ?? 1) - 1;
      if (left > 0) counts.set(asker, left);
      else counts.delete(asker);
    });
  });
}
