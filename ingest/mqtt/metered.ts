import type { Socket } from 'node:net';

/** What one read gives at most: then it is the turn of other connections. */
const maxReadBytes = 16_384;

/** How a socket's reader is held. */
export type Meter = {
  /** True while nothing more should be read. */
  readonly isEnough: () => boolean;
  /**
   * Looks at what was read. Returns how many bytes of it the reader gets, and is shown the others
   * again; none: the reader gets nothing more at all.
   */
  readonly onRead: (chunk: Uint8Array) => number;
};

/** A socket whose reading is metered. */
export type Metered = {
  /** To be called when it is no longer enough: reads on if something was held back. */
  readonly readOn: () => void;
  /**
   * Reads in place of the reader from now on, whether it is enough or not.
   *
   * @param onRead false: enough of this, too
   */
  readonly takeOver: (onRead: (chunk: Uint8Array) => boolean) => void;
};

/**
 * Puts a meter between a socket and its reader, which reads by `socket.read()` as aedes does. The
 * reader gets no more at once than leaves others their turn, and nothing while it is enough.
 */
export function meterReading(socket: Socket, { isEnough, onRead }: Meter): Metered {
  const read = socket.read.bind(socket);
  let isHeldBack = false;
  let isTurnOver = false;
  let isTakenOver = false;
  /** The reader waits for this event, and the bytes are there already. */
  const wake = (): void => {
    if (!socket.destroyed) socket.emit('readable');
  };
  const endTurn = (): void => {
    isTurnOver = true;
    setImmediate(() => {
      isTurnOver = false;
      wake();
    });
  };
  socket.read = (size?: number): unknown => {
    // the stream itself, asking for more without taking any
    if (size === 0) return read(0);
    if (isTakenOver) return null;
    isHeldBack = isEnough();
    if (isHeldBack || isTurnOver) return null;
    const isMore = socket.readableLength > maxReadBytes;
    const chunk: unknown = isMore ? read(maxReadBytes) : read();
    if (!(chunk instanceof Uint8Array)) return chunk;
    const taken = onRead(chunk);
    if (taken === 0) return null;
    if (taken < chunk.length) socket.unshift(chunk.subarray(taken));
    if (isMore || taken < chunk.length) endTurn();
    return taken < chunk.length ? chunk.subarray(0, taken) : chunk;
  };
  return {
    readOn: () => {
      if (!isHeldBack) return;
      isHeldBack = false;
      wake();
    },
    takeOver: (onTaken) => {
      isTakenOver = true;
      let isWaiting = false;
      const takeNext = (): void => {
        isWaiting = false;
        const isMore = socket.readableLength > maxReadBytes;
        const chunk: unknown = isMore ? read(maxReadBytes) : read();
        // without bytes the next event says when there are some
        if (!(chunk instanceof Uint8Array) || !onTaken(chunk)) return;
        take();
      };
      const take = (): void => {
        if (isWaiting || socket.destroyed) return;
        isWaiting = true;
        setImmediate(takeNext);
      };
      socket.on('readable', take);
      take();
    },
  };
}
