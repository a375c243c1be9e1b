import type { Logger } from 'pino';
import { createRotatingSeal, type Seal } from './accounts/seal.ts';
import { openSealKeys } from './storage/sealKeys.ts';

/**
 * The seal over the keys of a data folder. Keys that others can read are refused at the start; when
 * that happens later the log says so once and the work goes on: who has read them has them by then,
 * and a refusal would only keep people from signing in.
 *
 * @param nowMs UTC epoch milliseconds
 * @throws ObstacleError when others can read the keys, or this account cannot
 */
export function openSeal(dataDir: string, nowMs: () => number, log: Logger): Seal {
  openSealKeys(dataDir);
  let isTold = false;
  const tell = (sentence: string): void => {
    if (isTold) return;
    isTold = true;
    log.warn({ event: 'secretsReadable' }, sentence);
  };
  return createRotatingSeal(() => openSealKeys(dataDir, tell), nowMs);
}
