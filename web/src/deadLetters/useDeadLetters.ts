import { useCallback, useContext, useEffect, useState } from 'react';
import { useApi } from '../api/ApiContext.ts';
import type { Order } from '../api/useOrder.ts';
import { IsCovered } from '../session/IsCovered.ts';
import { type DeadLetterPage, readDeadLetterPage } from './deadLetters.ts';

const pageSize = 50;

/** What the list is narrowed to; empty texts: nothing is left out. */
export type DeadLetterFilter = { readonly tracker: string; readonly reason: string };

export type DeadLetterList = {
  /** Undefined until the first answer. */
  readonly list: DeadLetterPage | undefined;
  /** The newest once more. */
  readonly reload: () => void;
  /** Those before the last one of the list. */
  readonly loadOlder: () => void;
};

/** Dead letters newest first, a page at a time; `order` says whether one is on its way, and what went wrong. */
export function useDeadLetters(
  { tracker, reason }: DeadLetterFilter,
  order: Order,
): DeadLetterList {
  const api = useApi();
  const isCovered = useContext(IsCovered);
  const [list, setList] = useState<DeadLetterPage>();
  const { run } = order;
  const load = useCallback(
    async (before: DeadLetterPage | undefined): Promise<void> => {
      const query = new URLSearchParams({ limit: String(pageSize) });
      if (tracker !== '') query.set('tracker', tracker);
      if (reason !== '') query.set('reason', reason);
      if (before?.nextCursor !== undefined) query.set('cursor', before.nextCursor);
      const next = await run(() => api.get(`/deadletters?${query}`, readDeadLetterPage));
      if (next === undefined) return;
      const deadLetters = [...(before?.deadLetters ?? []), ...next.deadLetters];
      setList({ deadLetters, nextCursor: next.nextCursor });
    },
    [api, run, tracker, reason],
  );
  useEffect(() => {
    if (!isCovered) void load(undefined);
  }, [load, isCovered]);
  return { list, reload: () => void load(undefined), loadOlder: () => void load(list) };
}
