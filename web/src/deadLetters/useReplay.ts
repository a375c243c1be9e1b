import { useState } from 'react';
import { useApi } from '../api/ApiContext.ts';
import { type Order, useOrder } from '../api/useOrder.ts';
import { type Replayed, readReplayed } from './deadLetters.ts';

/** When a fix is said to have been: as its device said, or when it came in. */
export type ReplayTime = 'own' | 'received';

/** Sending dead letters again, and what became of each so far. */
export type Replay = {
  readonly order: Order;
  readonly time: ReplayTime;
  readonly setTime: (time: ReplayTime) => void;
  /** By key: the newest outcome. */
  readonly outcomes: ReadonlyMap<number, Replayed>;
  /** True when the server did what it could with them; what became of each is in `outcomes`. */
  readonly send: (keys: readonly number[]) => Promise<boolean>;
};

export function useReplay(): Replay {
  const api = useApi();
  const order = useOrder();
  const [time, setTime] = useState<ReplayTime>('own');
  const [outcomes, setOutcomes] = useState<ReadonlyMap<number, Replayed>>(new Map());
  const send = async (keys: readonly number[]): Promise<boolean> => {
    const results = await order.run(() =>
      api.send('POST', '/deadletters/replay', { keys, time }, readReplayed),
    );
    if (results === undefined) return false;
    setOutcomes((before) => new Map([...before, ...results.map((one) => [one.key, one] as const)]));
    return true;
  };
  return { order, time, setTime, outcomes, send };
}
