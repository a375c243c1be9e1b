import { Readable } from 'node:stream';

/**
 * What the broker keeps of sessions, wills and messages: nothing. It delivers nothing, every session
 * is a clean one, and wills are the listener's; its own store would keep an entry for each client
 * that ever acknowledged something it was not sent.
 */
export function noPersistence(): object {
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
    outgoingClearMessageId: nothing,
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
