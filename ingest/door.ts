import { isOsmAndSos } from '../devices/protocols/osmAnd.ts';
import type { Codec } from '../server/domain/decoded.ts';
import type { DoorLimits } from '../server/domain/doorLimits.ts';
import type { JournalInput } from '../server/domain/journalRecord.ts';
import type { Door as DoorName } from '../server/domain/principal.ts';
import {
  type DoorReason,
  SetAsideCounter,
  type SetAsideCounts,
} from '../server/domain/setAside.ts';
import type { Submission, Submitted } from '../server/domain/submission.ts';
import { admit } from './admission.ts';
import { Buckets } from './buckets.ts';
import type { Identities } from './identities.ts';
import type { OnSettled } from './journal/commitGroup.ts';
import type { UnknownCaller } from './messages.ts';
import type { Concerning, Published, Settle } from './mqtt/mqttHandlers.ts';
import { covers } from './mqtt/topicFilter.ts';
import { isInWeakNetwork, type Speaker, speakerOf, voicesOf } from './principals.ts';
import { Refusals } from './refusals.ts';

/** What the door needs of the journal, and tells. */
export type DoorParts = {
  readonly limits: DoorLimits;
  readonly identities: Identities;
  readonly append: (
    input: JournalInput,
    atMs: number,
    isUrgent: boolean,
    onSettled: OnSettled,
  ) => void;
  readonly isCrowded: () => boolean;
  readonly onUnknown: (unknown: UnknownCaller) => void;
  readonly nowMs: () => number;
};

/** More senders than any installation has principals. */
const maxSenders = 1_000_000;
/** A message counts as many as it has of these, bytes: an array of a thousand fixes is not one. */
const bytesPerMessage = 1_024;
/** Pings and the like may come twice as often as messages: QoS 2 has one for each. */
const controlsPerMessage = 2;
/** A SUBSCRIBE with as many filters as it may have, and what else a connection begins with. */
const leastControls = 100;

/** Lets messages in, whatever way they come, or sets them aside. */
export class Door {
  readonly #parts: DoorParts;
  readonly #setAside = new SetAsideCounter();
  readonly #refusals: Refusals;
  readonly #turns: Buckets;
  /** SOS are never made to wait; with too many their sender is read no further. */
  readonly #sos: Buckets;
  readonly #controls: Buckets;
  #admitted = 0;
  #lost = 0;

  constructor(parts: DoorParts) {
    this.#parts = parts;
    const { messageBurst, messagesPerSecond } = parts.limits;
    const rate = { burst: messageBurst, perSecond: messagesPerSecond };
    this.#turns = new Buckets(rate, maxSenders);
    this.#sos = new Buckets(rate, maxSenders);
    this.#controls = new Buckets(
      {
        burst: Math.max(leastControls, controlsPerMessage * rate.burst),
        perSecond: controlsPerMessage * rate.perSecond,
      },
      maxSenders,
    );
    this.#refusals = new Refusals(this.#setAside, (input, atMs) => {
      // what was let in comes first
      if (!parts.isCrowded()) parts.append(input, atMs, false, () => undefined);
    });
  }

  /** Messages let in since the start. */
  get admitted(): number {
    return this.#admitted;
  }

  /** Messages of QoS 0 that could not be stored. */
  get lost(): number {
    return this.#lost;
  }

  setAside(): SetAsideCounts {
    return this.#setAside.counts();
  }

  /** Counts what concerns a connection. */
  count(reason: DoorReason, detail: string, address: string, about: Concerning = {}): void {
    this.#setAside.add(reason, { atMs: this.#parts.nowMs(), detail, address, ...about });
  }

  /** True when a sender may have a message of so many bytes handed on now. */
  takeTurn(speaker: Speaker, bytes: number): boolean {
    const voices = voicesOf(speaker, this.#parts.identities.known);
    return this.#turns.take(speaker.id, performance.now(), voices, messagesIn(bytes));
  }

  /** True when packets without a message may be worked on, at this cost in small ones. */
  takeControls(speaker: Speaker, cost: number): boolean {
    const voices = voicesOf(speaker, this.#parts.identities.known);
    return this.#controls.takeAll(speaker.id, performance.now(), voices, cost);
  }

  /** True while a sender has sent so many SOS that no more of it should be read. */
  isOverdrawn(speaker: Speaker): boolean {
    const voices = voicesOf(speaker, this.#parts.identities.known);
    return this.#sos.isOverdrawn(speaker.id, performance.now(), voices);
  }

  /** True for an SOS that will be let in: it waits for nothing. */
  isUrgent(topic: string, speaker: Speaker): boolean {
    if (!topic.endsWith('/sos')) return false;
    const { identities, limits } = this.#parts;
    const admitted = admit(topic, speaker, identities.known, limits);
    return admitted.ok && admitted.value.codec === 'native_sos';
  }

  /**
   * Lets a message in or sets it aside. A refused one is acknowledged too: it would only come again.
   *
   * @param speaker undefined: a broker of others brings it
   */
  take(
    { topic, payload, address, qos }: Published,
    speaker: Speaker | undefined,
    door: DoorName,
    settle: Settle,
  ): void {
    const { identities, limits, nowMs } = this.#parts;
    const admitted = admit(topic, speaker, identities.known, limits);
    if (!admitted.ok) {
      const { reason, detail, claim } = admitted;
      if (reason === 'unknown_tracker' && claim !== undefined) {
        this.#parts.onUnknown({ id: claim.trackerId, address, door, region: claim.region });
      }
      const trackerId = speaker?.kind === 'tracker' ? speaker.id : claim?.trackerId;
      const sender = speaker?.id ?? claim?.trackerId;
      this.#refusals.add({ reason, detail, topic, address, trackerId, payload, sender }, nowMs());
      settle(true);
      return;
    }
    const isUrgent = isSos(admitted.value.codec, payload);
    if (isUrgent && speaker !== undefined) {
      const voices = voicesOf(speaker, identities.known);
      this.#sos.charge(speaker.id, performance.now(), voices, messagesIn(payload.byteLength));
    }
    this.#append({ ...admitted.value, topic, payload }, isUrgent, (isStored) => {
      if (qos === 0 && !isStored) this.#lost += 1;
      settle(isStored);
    });
  }

  /** Takes a message that came another way than by MQTT. Resolves when its fate is known. */
  async submit(submission: Submission): Promise<Submitted> {
    const no = await this.#checkSubmission(submission);
    if (no !== undefined) {
      if (!submission.isSentAgain) this.#refuseSubmission(submission, no);
      return { outcome: 'refused', ...no };
    }
    const { trackerId, codec, payload, firstReceivedAtMs } = submission;
    const message = { trackerId, codec, payload, firstReceivedAtMs };
    return new Promise((resolve) => {
      this.#append(message, isSos(codec, payload), (isStored) => {
        resolve({ outcome: isStored ? 'stored' : 'not_stored' });
      });
    });
  }

  /** What may come again in a moment is only counted. */
  #refuseSubmission(submission: Submission, { reason, detail, retryAfterMs }: No): void {
    const { trackerId, codec, payload, address } = submission;
    const isKept =
      retryAfterMs === undefined && payload.byteLength <= this.#parts.limits.packetBytes;
    if (!isKept) {
      this.count(reason, detail, address, { trackerId });
      return;
    }
    // under its network: who it is was said, and not shown
    const refused = { reason, detail, topic: undefined, address, trackerId, codec, payload };
    this.#refusals.add({ ...refused, sender: undefined }, this.#parts.nowMs());
  }

  async #checkSubmission(submission: Submission): Promise<No | undefined> {
    const { credentials, trackerId, codec, payload, address, door, isSentAgain } = submission;
    const { identities, limits } = this.#parts;
    if (payload.byteLength > limits.packetBytes) {
      return refuse('packet_too_large', `a message may have at most ${limits.packetBytes} bytes`);
    }
    let speaker: Speaker | undefined;
    if (credentials !== undefined && !isSentAgain) {
      const identified = await identities.check(credentials, address, door);
      if (!identified.ok) {
        return refuse(identified.reason, identified.detail, identified.retryAfterMs);
      }
      speaker = identified.speaker;
    }
    const { known } = identities;
    if (!known.trackers.has(trackerId)) {
      if (!isSentAgain) this.#parts.onUnknown({ id: trackerId, address, door, region: undefined });
      return refuse(
        'unknown_tracker',
        `tracker "${trackerId}" is not registered: let it in from the waiting room`,
      );
    }
    if (isSentAgain) return undefined;
    const no =
      speaker === undefined
        ? this.#checkWeak(trackerId, address)
        : this.#checkSpeaker(speaker, submission);
    if (no !== undefined) return no;
    const sender = speaker ?? speakerOf(trackerId, known);
    return sender === undefined ? undefined : this.#checkRate(sender, codec, payload);
  }

  /** An SOS has a rate of its own: nothing else that its tracker sends makes it wait. */
  #checkRate(sender: Speaker, codec: Codec, payload: Uint8Array): No | undefined {
    const { identities, limits } = this.#parts;
    const rates = isSos(codec, payload) ? this.#sos : this.#turns;
    const voices = voicesOf(sender, identities.known);
    const nowMs = performance.now();
    if (rates.take(sender.id, nowMs, voices, messagesIn(payload.byteLength))) return undefined;
    return refuse(
      'sending_too_fast',
      `"${sender.id}" sends more than ${limits.messagesPerSecond} messages a second (a long message counts once for each KiB)`,
      rates.waitMs(sender.id, nowMs, voices),
    );
  }

  /** The same rules as by MQTT: who speaks for whom, and in which topics. */
  #checkSpeaker({ kind, id }: Speaker, { trackerId, codec, payload }: Submission): No | undefined {
    if (kind === 'listener') return refuse('topic_refused', `"${id}" listens, and says nothing`);
    if (kind === 'tracker') {
      return id === trackerId
        ? undefined
        : refuse('topic_refused', `"${id}" may speak for itself only, not for "${trackerId}"`);
    }
    const { known } = this.#parts.identities;
    const gateway = known.gateways.get(id);
    if (gateway === undefined || !gateway.trackerIds.has(trackerId)) {
      return refuse(
        'topic_refused',
        `gateway "${id}" does not speak for tracker "${trackerId}": list the tracker with the gateway`,
      );
    }
    const region = known.trackers.get(trackerId)?.region ?? '';
    const topic = topicLike(codec, isSos(codec, payload), trackerId, region);
    if (gateway.filters.some((filter) => covers(filter, withDevice(topic, filter)))) {
      return undefined;
    }
    return refuse(
      'topic_refused',
      `by MQTT its topic would be ${topic.join('/')}, which is not among those of gateway "${id}": add it to the gateway`,
    );
  }

  /** Without a secret, a registered id and the right network must do. */
  #checkWeak(trackerId: string, address: string): No | undefined {
    const { known } = this.#parts.identities;
    if (!known.trackers.get(trackerId)?.isWeak) {
      return refuse(
        'bad_credentials',
        `tracker "${trackerId}" must show its secret: set it on the device, or allow the tracker a weak identity`,
      );
    }
    if (isInWeakNetwork(trackerId, address, known)) return undefined;
    return refuse(
      'weak_identity_refused',
      `tracker "${trackerId}" may speak without a secret from its own networks only, and ${address} is in none of them`,
    );
  }

  /** @param isUrgent it may use the journal's reserve */
  #append(
    message: Omit<RawMessage, 'kind'>,
    isUrgent: boolean,
    onStored: (isStored: boolean) => void,
  ): void {
    this.#admitted += 1;
    const input = { kind: 'raw_message', ...message } as const;
    this.#parts.append(input, this.#parts.nowMs(), isUrgent, (outcome) =>
      onStored(outcome === 'stored'),
    );
  }
}

type RawMessage = Extract<JournalInput, { kind: 'raw_message' }>;
type No = Omit<Extract<Submitted, { outcome: 'refused' }>, 'outcome'>;

function refuse(reason: DoorReason, detail: string, retryAfterMs?: number): No {
  return { reason, detail, retryAfterMs };
}

/** For how many messages one of so many bytes counts. */
function messagesIn(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / bytesPerMessage));
}

/** True for an SOS as its decoder finds it: it is never filtered and waits for nothing. */
function isSos(codec: Codec, payload: Uint8Array): boolean {
  return codec === 'native_sos' || (codec === 'osmand' && isOsmAndSos(payload));
}

/** Stands for the device in an OwnTracks topic, which a request does not name. */
const anyDevice = '+';

/** The topic of MQTT, in levels, by which a message that has none would come. */
function topicLike(
  codec: Codec,
  isAlarm: boolean,
  trackerId: string,
  region: string,
): readonly string[] {
  const own = (leaf: string): readonly string[] => ['posko', region, trackerId, leaf];
  switch (codec) {
    case 'native_fix':
      return own('fix');
    case 'native_sos':
      return own('sos');
    case 'native_status':
      return own('status');
    case 'osmand':
      return own(isAlarm ? 'sos' : 'fix');
    case 'owntracks':
      return ['owntracks', trackerId, anyDevice];
  }
}

/** With the device that a filter names, if it names one. */
function withDevice(levels: readonly string[], filter: readonly string[]): readonly string[] {
  return levels.map((level, at) => (level === anyDevice ? (filter[at] ?? level) : level));
}
