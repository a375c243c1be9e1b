import type { DoorReason } from '../../server/domain/setAside.ts';

/** aedes tells its reasons apart by their sentences only. */
export function brokerReason(error: Error): DoorReason {
  switch (error.message) {
    case 'connect did not arrive in time':
      return 'connect_timeout';
    case 'keep alive timeout':
      return 'keepalive_timeout';
    case 'unacceptable protocol version':
      return 'unsupported_protocol_version';
    case 'topic has too many levels':
      return 'topic_too_long';
    default:
      return 'bad_packet';
  }
}
