import { useEffect, useRef, useState } from 'react';
import type { Presence } from '../../../server/domain/presence.ts';
import { useApi } from '../api/ApiContext.ts';
import { askForDetails, browserSurroundings, type DetailsAsker } from './askForDetails.ts';
import type { FixDetails } from './fixDetails.ts';

export type AskedDetails = {
  readonly details: FixDetails | undefined;
  /** True when the newest question got no usable answer. */
  readonly hasFailed: boolean;
};

/** What there may be something new to learn of when it changes. */
export type DetailsNews = {
  readonly fixedAtMs: number | undefined;
  readonly presence: Presence;
  /** Changes by itself from time to time. */
  readonly turn: number;
};

/** Details of one unit, asked for at once and again with news. */
export function useFixDetails(
  unitId: string,
  { fixedAtMs, presence, turn }: DetailsNews,
): AskedDetails {
  const api = useApi();
  const [asked, setAsked] = useState<AskedDetails>({ details: undefined, hasFailed: false });
  const asker = useRef<DetailsAsker>(undefined);
  useEffect(() => {
    const tell = (details: FixDetails | undefined): void => {
      setAsked((before) =>
        details === undefined ? { ...before, hasFailed: true } : { details, hasFailed: false },
      );
    };
    asker.current = askForDetails(unitId, tell, browserSurroundings(api));
    return () => asker.current?.close();
  }, [api, unitId]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: news is the reason to ask again
  useEffect(() => asker.current?.ask(), [unitId, fixedAtMs, presence, turn]);
  return asked;
}
