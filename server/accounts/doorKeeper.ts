import { createHmac, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { minuteMs } from '../domain/durations.ts';
import { networkOf } from '../domain/networkOf.ts';
import type { KeptSecret } from '../domain/principal.ts';
import type { SecretCheck, SecretChecked } from '../domain/submission.ts';
import { createThrottle } from './throttle.ts';
import { isTrackerSecret, type KeptHash, readTrackerHash } from './trackerSecrets.ts';
import { busyWaitMs } from './wait.ts';
import { createWaitingRoom, type Knock, type WaitingRoom } from './waitingRoom.ts';

/**
 * Looks at the secrets of trackers and gateways, and sees to those who wait to become known.
 *
 * Guessing is slowed down where it comes from: after three wrong tries of an id from a network, that
 * network waits for that id, up to a minute. Nobody else does, so that a tracker cannot be kept out
 * by others who try its id. Of secrets that somebody chose a network waits for all of its wrong tries
 * together, up to 5 s; of made ones it does not, since nobody guesses those, and a whole fleet shares
 * one address of a mobile network with whoever is set up wrongly. What ingest knows already is not
 * asked here.
 */
export type DoorKeeper = Pick<WaitingRoom, 'hashOf' | 'remove'> & {
  /** All secrets, by id of a tracker or gateway: of everybody registered, also of those without one. */
  set(secrets: ReadonlyMap<string, KeptSecret>): void;
  /** Never rejects. Who is not registered goes into the waiting room. */
  check(check: SecretCheck): Promise<SecretChecked>;
  /** Somebody of whom no secret was asked. */
  noteUnknown(knock: Knock): void;
  /** Newest knock first. */
  waiting: WaitingRoom['list'];
};

export type DoorKeeperParts = { readonly nowMs: () => number; readonly log: Logger };

/** Bounds of memory: each entry is some hundred bytes. */
const maxKeys = 20_000;
/** Checks of one network under way at once, of made and of chosen secrets; the queues are for others too. */
const atOnceOfMade = 200;
const atOnceOfChosen = 8;

type Known = KeptSecret & { readonly read: KeptHash | undefined };

const right: SecretChecked = { isRight: true, retryAfterMs: undefined };
const wrong: SecretChecked = { isRight: false, retryAfterMs: undefined };

function later(retryAfterMs: number): SecretChecked {
  return { isRight: false, retryAfterMs };
}

export function createDoorKeeper({ nowMs, log }: DoorKeeperParts): DoorKeeper {
  const room = createWaitingRoom({ nowMs, log });
  const ofId = createThrottle({ maxWaitMs: 60_000, atOnce: 1, maxKeys });
  const ofNetwork = createThrottle({ maxWaitMs: 5_000, atOnce: atOnceOfChosen, maxKeys });
  const underWay = new Map<string, number>();
  const asked = new Map<string, Promise<SecretChecked>>();
  const askedKey = randomBytes(32);
  let secrets: ReadonlyMap<string, Known> = new Map();
  /** Checks that came to nothing since that was logged, and when it may be logged again. */
  let [unlooked, nextNoteAtMs] = [0, Number.NEGATIVE_INFINITY];

  /** Logs what keeps secrets from being looked at: once a minute, since thousands may wait at once. */
  const noteFailure = (error: unknown): void => {
    unlooked += 1;
    if (nowMs() < nextNoteAtMs) return;
    log.warn(
      { event: 'secretsNotChecked', err: error, count: unlooked },
      'secrets could not be checked: too many came at once, and those who sent them come again',
    );
    unlooked = 0;
    nextNoteAtMs = nowMs() + minuteMs;
  };

  /** Undefined: it could not be looked at now. */
  const look = async (kept: KeptHash, secret: string): Promise<boolean | undefined> => {
    try {
      return await isTrackerSecret(kept, secret);
    } catch (error) {
      noteFailure(error);
      return undefined;
    }
  };

  const lookAtMade = async (
    network: string,
    kept: KeptHash,
    secret: string,
  ): Promise<boolean | undefined> => {
    const before = underWay.get(network) ?? 0;
    if (before >= atOnceOfMade) return undefined;
    underWay.set(network, before + 1);
    const isRight = await look(kept, secret);
    const left = (underWay.get(network) ?? 1) - 1;
    if (left === 0) underWay.delete(network);
    else underWay.set(network, left);
    return isRight;
  };

  const checkKnown = async (
    { id, secret }: SecretCheck,
    network: string,
    { version, read: kept }: Known,
  ): Promise<SecretChecked> => {
    if (kept === undefined) return wrong;
    const pair = `${id} ${network}`;
    const waitMs = ofId.begin(pair, nowMs());
    if (waitMs > 0) return later(waitMs);
    const networkWaitMs = kept.isMade ? 0 : ofNetwork.begin(network, nowMs());
    if (networkWaitMs > 0) {
      ofId.end(pair, 'withdrawn', nowMs());
      return later(networkWaitMs);
    }
    const isRight = await (kept.isMade ? lookAtMade(network, kept, secret) : look(kept, secret));
    const isOfNow = secrets.get(id)?.version === version;
    const outcome = isRight === undefined || !isOfNow ? 'withdrawn' : isRight ? 'passed' : 'failed';
    ofId.end(pair, outcome, nowMs());
    // what others under the same address failed at stays
    if (!kept.isMade) {
      ofNetwork.end(network, outcome === 'failed' ? 'failed' : 'withdrawn', nowMs());
    }
    if (isRight === undefined) return later(busyWaitMs);
    // a new secret came meanwhile: the old one counts no more, and this may be the new one
    if (!isOfNow) return later(1_000);
    return isRight ? right : wrong;
  };

  const check = async (asking: SecretCheck): Promise<SecretChecked> => {
    const { id, secret, address, door } = asking;
    const known = secrets.get(id);
    if (known === undefined) {
      room.note({ id, address, door, region: undefined }, secret);
      return wrong;
    }
    const network = networkOf(address);
    // a phone that sends what it kept sends it all at once, each with the same secret
    const key = createHmac('sha256', askedKey)
      .update(`${network}\0${id}\0${known.version}\0${secret}`)
      .digest('base64');
    const same = asked.get(key);
    if (same !== undefined) return same;
    const answer = checkKnown(asking, network, known);
    asked.set(key, answer);
    try {
      return await answer;
    } finally {
      asked.delete(key);
    }
  };

  const readKept = (id: string, { hash, version }: KeptSecret): Known => {
    const known = secrets.get(id);
    if (known?.version === version && known.hash === hash) return known;
    const read = hash === null ? undefined : readTrackerHash(hash);
    if (hash !== null && read === undefined) {
      log.error(
        { event: 'secretUnreadable', id },
        'the hash of a secret is none: give it a new one',
      );
    }
    return { hash, version, read };
  };

  return {
    set: (kept) => {
      secrets = new Map([...kept].map(([id, each]) => [id, readKept(id, each)]));
      for (const { id } of room.list()) if (secrets.has(id)) room.remove(id);
    },
    check,
    noteUnknown: (knock) => {
      if (!secrets.has(knock.id)) room.note(knock, undefined);
    },
    waiting: room.list,
    hashOf: room.hashOf,
    remove: room.remove,
  };
}
