/**
 * Bounds of the door, each with its name in `POSKO_DOOR_LIMITS`. At a bound the sender pays, never
 * another sender.
 */
export type DoorLimits = {
  /** Longest body of an MQTT packet or HTTP request, bytes. */
  readonly packetBytes: number;
  /** Connections of one address at once: mobile networks show many phones behind one. */
  readonly connectionsPerAddress: number;
  /** New connections of one address: so many at once, and so many a second for long. */
  readonly connectBurst: number;
  readonly connectsPerSecond: number;
  /** A connection that has not introduced itself by then is closed, seconds. */
  readonly connectSeconds: number;
  /**
   * Messages of one tracker: so many at once, and so many a second for long. A long one counts once
   * for each KiB. SOS are counted apart, by the same rate; of pings, subscriptions and the like twice
   * as many may come.
   */
  readonly messageBurst: number;
  readonly messagesPerSecond: number;
  /**
   * Messages of one connection that are on their way to the disk; with more it is read no further. For
   * their turn 16 times as many may wait; one that goes on sending beyond that for a minute is ended.
   */
  readonly inFlight: number;
  readonly topicBytes: number;
  readonly topicLevels: number;
  /** Subscriptions of one connection. */
  readonly subscriptions: number;
  readonly willBytes: number;
  /** Longest keepalive, seconds; one that asks for more, or for none, gets this. */
  readonly keepaliveSeconds: number;
};

/** With each limit its bounds: smallest, usual, largest. */
export const doorLimitBounds = {
  packetBytes: [1_024, 65_536, 1_000_000],
  connectionsPerAddress: [1, 2_000, 1_000_000],
  connectBurst: [1, 500, 1_000_000],
  connectsPerSecond: [1, 50, 100_000],
  connectSeconds: [1, 10, 120],
  messageBurst: [1, 600, 1_000_000],
  messagesPerSecond: [1, 20, 100_000],
  inFlight: [8, 256, 4_096],
  topicBytes: [32, 256, 1_024],
  topicLevels: [4, 8, 32],
  subscriptions: [0, 16, 256],
  willBytes: [0, 4_096, 65_536],
  keepaliveSeconds: [10, 3_600, 65_535],
} as const satisfies Record<keyof DoorLimits, readonly [number, number, number]>;

/** What counts where nothing else is said. */
export const defaultDoorLimits: DoorLimits = {
  packetBytes: doorLimitBounds.packetBytes[1],
  connectionsPerAddress: doorLimitBounds.connectionsPerAddress[1],
  connectBurst: doorLimitBounds.connectBurst[1],
  connectsPerSecond: doorLimitBounds.connectsPerSecond[1],
  connectSeconds: doorLimitBounds.connectSeconds[1],
  messageBurst: doorLimitBounds.messageBurst[1],
  messagesPerSecond: doorLimitBounds.messagesPerSecond[1],
  inFlight: doorLimitBounds.inFlight[1],
  topicBytes: doorLimitBounds.topicBytes[1],
  topicLevels: doorLimitBounds.topicLevels[1],
  subscriptions: doorLimitBounds.subscriptions[1],
  willBytes: doorLimitBounds.willBytes[1],
  keepaliveSeconds: doorLimitBounds.keepaliveSeconds[1],
};
