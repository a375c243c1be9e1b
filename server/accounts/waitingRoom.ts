import { createHmac, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { networkOf } from '../domain/networkOf.ts';
import type { Door, WaitingTracker } from '../domain/principal.ts';
import { isRegencyCode, isTrackerId } from '../domain/unit.ts';
import { checkTrackerSecret, hashTrackerSecret } from './trackerSecrets.ts';

/** Somebody unknown who knocks. */
export type Knock = {
  readonly id: string;
  readonly address: string;
  readonly door: Door;
  /** What its topic says, where one was seen. */
  readonly region: string | undefined;
};

/**
 * Who knocked and is not known, so that an operator can let them in. In memory only: whoever still
 * wants in knocks again. Of each the hash of the secret that it presented last is kept, by which it
 * can be let in without being set up anew; never the secret.
 */
export type WaitingRoom = {
  /** @param secret what it presented; undefined: nothing was asked for */
  note(knock: Knock, secret: string | undefined): void;
  /** Newest knock first. */
  list(): readonly WaitingTracker[];
  /** Of that secret, as a PHC string; undefined: it has presented another since, or waits no more. */
  hashOf(id: string, secretVersion: number): string | undefined;
  /** False: nobody of that id waits. */
  remove(id: string): boolean;
};

/** All, and from one network: somebody who makes ids up pushes out their own. */
const maxWaiting = 500;
const maxOfNetwork = 100;
/** One that comes by now is hashed at its next knock. */
const hashesPerSecond = 2;
const maxAddressLength = 64;

type Waiting = {
  -readonly [Name in keyof Omit<WaitingTracker, 'id' | 'secretVersion'>]: WaitingTracker[Name];
} & {
  network: string;
  /** Tells the same secret from another without keeping it. */
  mark: string | undefined;
  secret: { readonly hash: string; readonly version: number } | undefined;
};

export type WaitingRoomParts = { readonly nowMs: () => number; readonly log: Logger };

export function createWaitingRoom({ nowMs, log }: WaitingRoomParts): WaitingRoom {
  // in the order of their last knock, since each one puts its id at the end
  const waiting = new Map<string, Waiting>();
  const markKey = randomBytes(32);
  let secondMs = Number.NEGATIVE_INFINITY;
  let hashedInSecond = 0;
  let secretVersion = 0;

  const makeRoom = (network: string): void => {
    const ofNetwork = [...waiting].filter(([, each]) => each.network === network);
    const [longestSilent] = ofNetwork.length >= maxOfNetwork ? ofNetwork : [...waiting];
    const isFull = ofNetwork.length >= maxOfNetwork || waiting.size >= maxWaiting;
    if (isFull && longestSilent !== undefined) waiting.delete(longestSilent[0]);
  };

  /** True when one more may be hashed this second. */
  const mayHash = (now: number): boolean => {
    if (Math.abs(now - secondMs) >= 1_000) {
      secondMs = now;
      hashedInSecond = 0;
    }
    if (hashedInSecond >= hashesPerSecond) return false;
    hashedInSecond += 1;
    return true;
  };

  const keepHash = (entry: Waiting, id: string, secret: string, now: number): void => {
    const mark = createHmac('sha256', markKey).update(`${id}\0${secret}`).digest('base64');
    if (entry.mark === mark) return;
    // the one before it is not what was presented last
    entry.mark = undefined;
    entry.secret = undefined;
    if (!checkTrackerSecret(secret).ok || !mayHash(now)) return;
    entry.mark = mark;
    hashTrackerSecret(secret).then(
      (hash) => {
        if (entry.mark !== mark) return;
        secretVersion += 1;
        entry.secret = { hash, version: secretVersion };
      },
      (error: unknown) => {
        if (entry.mark === mark) entry.mark = undefined;
        log.debug({ event: 'waitingSecretNotHashed', err: error, id }, 'hashed at its next knock');
      },
    );
  };

  return {
    note: ({ id, address, door, region }, secret) => {
      // whoever has no possible id cannot be let in
      if (!isTrackerId(id)) return;
      const now = nowMs();
      const network = networkOf(address);
      const known = waiting.get(id);
      if (known === undefined) makeRoom(network);
      const entry: Waiting = known ?? {
        network,
        address,
        door,
        region: undefined,
        firstAtMs: now,
        lastAtMs: now,
        attempts: 0,
        mark: undefined,
        secret: undefined,
      };
      entry.network = network;
      entry.address = address.slice(0, maxAddressLength);
      entry.door = door;
      if (region !== undefined && isRegencyCode(region)) entry.region = region;
      entry.lastAtMs = now;
      entry.attempts += 1;
      waiting.delete(id);
      waiting.set(id, entry);
      if (secret !== undefined) keepHash(entry, id, secret, now);
    },
    list: () =>
      [...waiting].reverse().map(([id, entry]) => ({
        id,
        address: entry.address,
        door: entry.door,
        region: entry.region,
        firstAtMs: entry.firstAtMs,
        lastAtMs: entry.lastAtMs,
        attempts: entry.attempts,
        secretVersion: entry.secret?.version,
      })),
    hashOf: (id, version) => {
      const secret = waiting.get(id)?.secret;
      return secret?.version === version ? secret.hash : undefined;
    },
    remove: (id) => waiting.delete(id),
  };
}
