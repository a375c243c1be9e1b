import type { Socket } from 'node:net';
import type { Metered } from './metered.ts';
import type { SosSieve } from './sosSieve.ts';

/** How often it is looked whether anything still comes, ms. */
const lookEveryMs = 50;
/** Longest time, and most bytes, that are searched: more than a socket's buffers hold. */
const maxLooks = 100;
const maxBytes = 8 << 20;
/** The last acknowledgements have this long to go out, ms. */
const flushMs = 1_000;

export type Farewell = {
  readonly socket: Socket;
  readonly metered: Metered;
  readonly sieve: SosSieve;
  /** What was read already and given to nobody. */
  readonly chunk: Uint8Array | undefined;
  /** True while more SOS may be taken. */
  readonly mayTake: () => boolean;
  /** True when nothing that was taken is under way: then it is acknowledged, too. */
  readonly isSettled: () => boolean;
};

/**
 * Ends a connection, but not before what has come in already was searched for SOS, and what was
 * stored is acknowledged: otherwise an SOS that was sent without acknowledgement would be lost, and
 * stored messages would come again for ever.
 */
export function sayFarewell({ socket, metered, sieve, chunk, mayTake, isSettled }: Farewell): void {
  let [bytes, seen, looks] = [0, 0, 0];
  let isOver = chunk !== undefined && !sieve.take(chunk);
  metered.takeOver((next) => {
    bytes += next.byteLength;
    isOver ||= !sieve.take(next) || bytes > maxBytes || !mayTake();
    return !isOver;
  });
  const looking = setInterval(() => {
    looks += 1;
    const isQuiet = isOver || bytes === seen;
    seen = bytes;
    if (!socket.destroyed && looks < maxLooks && !(isQuiet && isSettled())) return;
    clearInterval(looking);
    if (socket.destroyed) return;
    socket.destroySoon();
    const patience = setTimeout(() => socket.destroy(), flushMs);
    socket.once('close', () => clearTimeout(patience));
  }, lookEveryMs);
}
