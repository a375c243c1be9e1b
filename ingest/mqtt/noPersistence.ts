import { Readable } from 'node:stream';

/** A client of the broker, and a packet of its. */
type Of = { readonly conn: object };
type Numbered = { readonly messageId?: number | undefined };

/**
 * What the broker keeps of sessions, wills and messages: nothing. It delivers nothing, every session
 * is a clean one, and wills are the listener's; its own store would keep an entry for each client
 * that ever acknowledged something it was not sent.
 *
 * @param onAcknowledged told of every PUBACK, whose message it is not the broker's to forget
 */
export function noPersistence(onAcknowledged: (client: Of, packet: Numbered) => void): object {
  const nothing = async (): Promise<undefined> => undefined;
  const noMessages = (): Readable => Readable.from([]);
  return {
    setup: nothing,
    storeRetained: nothing,
    createRetainedStreamCombi: noMessages,
    createRetainedStream: noMessages,
    addSubscriptions: nothing,
    removeSubscriptions: nothing,
    subscriptionsByClient: async () => [],
    subscriptionsByTopic: async () => [],
    cleanSubscriptions: nothing,
    outgoingEnqueue: nothing,
    outgoingEnqueueCombi: nothing,
    outgoingUpdate: nothing,
    outgoingClearMessageId: async (client: Of, packet: Numbered): Promise<undefined> => {
      onAcknowledged(client, packet);
      return undefined;
    },
    outgoingStream: noMessages,
    incomingStorePacket: nothing,
    incomingGetPacket: nothing,
    incomingDelPacket: nothing,
    cleanIncoming: nothing,
    putWill: nothing,
    getWill: nothing,
    delWill: nothing,
    streamWill: noMessages,
  };
}
