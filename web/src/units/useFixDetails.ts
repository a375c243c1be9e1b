import { useEffect, useRef, useState } from 'react';
import { useApi } from '../api/ApiContext.ts';
import { askForDetails, browserSurroundings, type DetailsAsker } from './askForDetails.ts';
import type { FixDetails } from './fixDetails.ts';

export type AskedDetails = {
  readonly details: FixDetails | undefined;
  /** True when the newest question got no usable answer. */
  readonly hasFailed: boolean;
};

/** Details of one unit, asked for at once and again when its fix time changes. */
export function useFixDetails(unitId: string, fixedAtMs: number | undefined): AskedDetails {
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new fix is the reason to ask again
  useEffect(() => asker.current?.ask(), [unitId, fixedAtMs]);
  return asked;
}
