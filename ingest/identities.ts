import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Listener } from '../server/domain/outMessage.ts';
import type { Door, Principals } from '../server/domain/principal.ts';
import type { Refusal } from '../server/domain/result.ts';
import type { DoorReason } from '../server/domain/setAside.ts';
import type { Credentials, SecretCheck, SecretChecked } from '../server/domain/submission.ts';
import { isTrackerId } from '../server/domain/unit.ts';
import type { UnknownCaller } from './messages.ts';
import {
  indexPrincipals,
  type KnownPrincipals,
  nobody,
  type Speaker,
  speakerOf,
} from './principals.ts';

/** What somebody showed: a secret of that version, or a certificate that is valid from then on. */
export type Proof =
  | { readonly kind: 'secret'; readonly version: number }
  | { readonly kind: 'certificate'; readonly validFromMs: number }
  /** An API token, whose end the server thread tells. */
  | { readonly kind: 'token' };

/** Who somebody is, or why not. */
export type Identified =
  | {
      readonly ok: true;
      readonly speaker: Speaker;
      readonly proof: Proof;
    }
  | ({ readonly ok: false } & NotIdentified);

export type NotIdentified = Refusal<DoorReason> & {
  /** What kind of no it is: the secret, the principal, or not now. */
  readonly because: 'secret' | 'principal' | 'busy';
  /** Only where it is busy. */
  readonly retryAfterMs: number | undefined;
};

/** How somebody says who they are at the start of a connection. */
export type Hello = {
  readonly userName: string | undefined;
  readonly secret: string | undefined;
  /** Common name of a client certificate that our CA signed. */
  readonly certificateName: string | undefined;
  /** From when on that certificate is valid, epoch ms. */
  readonly certificateValidFromMs: number | undefined;
  /** Why the client certificate that was shown does not count. */
  readonly certificateFault: string | undefined;
  readonly address: string;
  readonly door: Door;
  /** True once it has gone away without waiting for the answer. */
  readonly isGone: () => boolean;
};

export type IdentityHandlers = {
  /** The server thread looks whether it is the secret of this id; told of unknown ids too. */
  readonly verify: (check: SecretCheck) => Promise<SecretChecked>;
  /** Somebody unknown knocked without a secret. */
  readonly onUnknown: (unknown: UnknownCaller) => void;
};

/** Longest secret, characters. Ours have 43. */
const maxSecretLength = 256;
/**
 * A connection whose secret cannot be looked at yet waits this long at most, ms: less than clients
 * wait for an answer, 30 s mostly. To be told to come again is to be the last resort, since some
 * never do (mqtt.js, unless it is told to).
 */
const patienceMs = 20_000;
/** What is told to those who come in the moment in which who may speak changes, ms. */
const changingMs = 1_000;

/**
 * Says who somebody is. What was right once is remembered as a keyed hash and not asked for again,
 * so that ten thousand trackers that come back at once cost one slow hash each in their lifetime.
 */
export class Identities {
  readonly #handlers: IdentityHandlers;
  /** Of this process only: what is remembered is of no use to anybody else. */
  readonly #key = randomBytes(32);
  /** By id; of known principals only. */
  readonly #right = new Map<string, { readonly digest: Buffer; readonly version: number }>();
  #known = nobody;

  constructor(handlers: IdentityHandlers) {
    this.#handlers = handlers;
  }

  /** All who may speak now. */
  get known(): KnownPrincipals {
    return this.#known;
  }

  /** Replaces all who may speak, and forgets secrets that are no longer right. */
  setPrincipals(principals: Principals): void {
    this.#known = indexPrincipals(principals);
    for (const [id, { version }] of this.#right) {
      if (principals.secretVersions.get(id) !== version) this.#right.delete(id);
    }
  }

  /** True while somebody who was identified still is who they were then. */
  isStill({ kind, id }: Speaker, proof: Proof): boolean {
    if (proof.kind === 'token') return true;
    if (speakerOf(id, this.#known)?.kind !== kind) return false;
    return proof.kind === 'certificate'
      ? !this.#isRevoked(id, proof.validFromMs)
      : this.#known.secretVersions.get(id) === proof.version;
  }

  #isRevoked(id: string, validFromMs: number): boolean {
    return validFromMs < (this.#known.certificatesFromMs.get(id) ?? Number.NEGATIVE_INFINITY);
  }

  /** Who begins a connection. A certificate stands for the secret. */
  identify(hello: Hello): Identified | Promise<Identified> {
    const { userName, secret, certificateName, certificateFault, address, door } = hello;
    if (certificateName !== undefined) return this.#byCertificate(certificateName, hello);
    if (userName === undefined || userName === '') {
      const fault =
        certificateFault === undefined
          ? ''
          : `the client certificate does not count (${certificateFault}), and there is `;
      return refuse(
        'secret',
        'bad_credentials',
        `${fault}no user name: set it to the tracker's id, and the password to its secret`,
      );
    }
    if (secret !== undefined && secret !== '') {
      return this.#checkPatiently({ id: userName, secret }, hello);
    }
    const speaker = this.#lookUp(userName, address, door);
    if (!speaker.ok) return speaker;
    const fault =
      certificateFault === undefined
        ? ''
        : `: its client certificate does not count (${certificateFault})`;
    return refuse(
      'secret',
      'bad_credentials',
      `"${userName}" came without its secret${fault}; set it as the password`,
    );
  }

  /** Asks again for as long as it makes sense to wait. */
  async #checkPatiently(credentials: Credentials, hello: Hello): Promise<Identified> {
    const untilMs = performance.now() + patienceMs;
    for (;;) {
      const identified = await this.check(credentials, hello.address, hello.door);
      if (identified.ok || identified.retryAfterMs === undefined || hello.isGone()) {
        return identified;
      }
      // not all of those who wait at the same moment
      const waitMs = identified.retryAfterMs * (1 + Math.random() / 2);
      if (performance.now() + waitMs > untilMs) return identified;
      await delay(waitMs, undefined, { ref: false });
    }
  }

  /** Whether somebody who shows a secret is who they say. */
  check(
    { id, secret }: Credentials,
    address: string,
    door: Door,
  ): Identified | Promise<Identified> {
    if (!isTrackerId(id) && !mayListen(id, door)) return badId(id);
    if (secret.length > maxSecretLength) {
      return refuse(
        'secret',
        'bad_credentials',
        `the secret of "${id}" is longer than ${maxSecretLength} characters`,
      );
    }
    const speaker = speakerOf(id, this.#known);
    const version = this.#known.secretVersions.get(id);
    if (speaker !== undefined && version === undefined) {
      return refuse(
        'principal',
        'bad_credentials',
        `"${id}" has no secret yet: give it one, and set it on the device`,
      );
    }
    const digest = createHmac('sha256', this.#key).update(secret).digest();
    const right = this.#right.get(id);
    if (
      speaker !== undefined &&
      version !== undefined &&
      right?.version === version &&
      timingSafeEqual(right.digest, digest)
    ) {
      return { ok: true, speaker, proof: { kind: 'secret', version } };
    }
    return this.#ask({ id, secret, address, door }, digest, version);
  }

  async #ask(
    check: SecretCheck,
    digest: Buffer,
    versionBefore: number | undefined,
  ): Promise<Identified> {
    const { id, door } = check;
    const { isRight, retryAfterMs, listener } = await this.#handlers.verify(check);
    const speaker = speakerOf(id, this.#known);
    if (retryAfterMs !== undefined) {
      return busy(
        `the secret of "${id}" could not be looked at now: too many are, or too many wrong ones came from its address`,
        retryAfterMs,
      );
    }
    if (speaker === undefined && listener !== undefined) return asListener(id, door, listener);
    if (isRight) {
      const version = this.#known.secretVersions.get(id);
      if (speaker === undefined && versionBefore === undefined) return notCarried(id);
      // it was let in or got another secret in this very moment
      if (speaker === undefined || version === undefined || version !== versionBefore) {
        return busy(`who "${id}" is changed while it came`, changingMs);
      }
      this.#right.set(id, { digest, version });
      return { ok: true, speaker, proof: { kind: 'secret', version } };
    }
    if (speaker === undefined) return unknown(id);
    return refuse(
      'secret',
      'bad_credentials',
      `the secret of "${id}" is wrong: set the one that it was given, or give it another`,
    );
  }

  #byCertificate(
    name: string,
    { userName, certificateValidFromMs: validFromMs = 0, address, door }: Hello,
  ): Identified {
    if (userName !== undefined && userName !== '' && userName !== name) {
      return refuse(
        'secret',
        'bad_credentials',
        `the client certificate is of "${name.slice(0, 64)}" and the user name is another: leave the user name out, or make it the same`,
      );
    }
    const speaker = this.#lookUp(name, address, door);
    if (!speaker.ok) return speaker;
    if (this.#isRevoked(name, validFromMs)) {
      return refuse(
        'secret',
        'bad_credentials',
        `the client certificate of "${name}" was revoked: give the device a new one`,
      );
    }
    return { ok: true, speaker: speaker.value, proof: { kind: 'certificate', validFromMs } };
  }

  #lookUp(
    id: string,
    address: string,
    door: Door,
  ): { readonly ok: true; readonly value: Speaker } | ({ readonly ok: false } & NotIdentified) {
    if (!isTrackerId(id)) return badId(id);
    const value = speakerOf(id, this.#known);
    if (value !== undefined) return { ok: true, value };
    this.#handlers.onUnknown({ id, address, door, region: undefined });
    return unknown(id);
  }
}

type No = { readonly ok: false } & NotIdentified;

function refuse(because: 'secret' | 'principal', reason: DoorReason, detail: string): No {
  return { ok: false, because, reason, detail, retryAfterMs: undefined };
}

function busy(what: string, retryAfterMs: number): No {
  const detail = `${what}; it may come again in ${Math.ceil(retryAfterMs / 1000)} s`;
  return { ok: false, because: 'busy', reason: 'connecting_too_fast', detail, retryAfterMs };
}

function badId(id: string): No {
  return refuse(
    'principal',
    'bad_credentials',
    `the user name "${id.slice(0, 64)}" is no id of a tracker or gateway: those have 1 to 64 letters, digits, "_" and "-"`,
  );
}

/** User names with which somebody comes to listen: a token says whose it is, and MQTT wants a name as well. */
function mayListen(userName: string, door: Door): boolean {
  return userName.startsWith('token') && isMqtt(door);
}

const isMqtt = (door: Door): boolean => door === 'mqtt' || door === 'mqtts';

/** @param listener whose token it was; null: of nobody */
function asListener(userName: string, door: Door, listener: Listener | null): Identified {
  if (!isMqtt(door)) {
    return refuse(
      'secret',
      'bad_credentials',
      'devices come here with their secrets, not by tokens',
    );
  }
  if (listener === null) {
    return refuse(
      'secret',
      'bad_credentials',
      `the token of "${userName.slice(0, 64)}" is none, or has ended: make another API token, and set it as the password`,
    );
  }
  const speaker = { kind: 'listener', id: listener.actor, listener } as const;
  return { ok: true, speaker, proof: { kind: 'token' } };
}

/** Its secret is right; to wait for somebody to carry it would only cost another look at that. */
function notCarried(id: string): No {
  return refuse(
    'principal',
    'unknown_tracker',
    `tracker "${id}" is registered, and its secret is right, but no unit carries it: assign it to a unit`,
  );
}

function unknown(id: string): No {
  return refuse(
    'principal',
    'unknown_tracker',
    `"${id}" is not registered: let it in from the waiting room, or npm run posko -- tracker add ${id} --region <regency code>`,
  );
}
