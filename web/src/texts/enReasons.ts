import type { idReasons } from './idReasons.ts';

/** English: why something was set aside, and what to do about it, by the codes of the server. */
export const enReasons: Readonly<Record<keyof typeof idReasons, string>> = {
  'reason.unknown_topic': 'Unknown topic',
  'remedy.unknown_topic':
    'Set the device to posko/<region>/<tracker>/fix, …/sos, …/status, or owntracks/<tracker>/<device>.',
  'reason.topic_not_supported': 'The content of this topic is not supported',
  'remedy.topic_not_supported':
    'The device sends a kind of message that Posko does not read. Nothing is lost; switch it off if it disturbs.',
  'reason.unknown_tracker': 'The tracker is not registered',
  'remedy.unknown_tracker':
    'Let it in from the waiting room, or add it under Trackers; then send this message again.',
  'reason.wrong_region': "The region in the topic is not the tracker's",
  'remedy.wrong_region':
    "Give the device's topic the region that stands under Trackers, or change the region there.",
  'reason.bad_credentials': 'Wrong or missing secret',
  'remedy.bad_credentials':
    'Check user name (ID) and secret in the device. If the secret is lost, make a new one under Trackers; if its protocol carries none, allow weak identity there.',
  'reason.weak_identity_refused': 'Without a secret, and not from its networks',
  'remedy.weak_identity_refused':
    'Enter its secret in the device, or check its networks under Trackers.',
  'reason.topic_refused': 'Not its own topic',
  'remedy.topic_refused':
    'A tracker may send under its own topics only, a gateway only under the topics and for the trackers that it is listed with. Mend the topic or the list of the gateway.',
  'reason.will_refused': 'The last will was refused',
  'remedy.will_refused': "Set the device's will to its own status topic.",
  'reason.flapping': 'Connects and disconnects again and again',
  'remedy.flapping':
    'Mostly two devices have the same ID, or the network is bad. Give each device an ID of its own.',
  'reason.packet_too_large': 'The message is too large',
  'remedy.packet_too_large': 'Send fewer positions in one message.',
  'reason.bad_packet': 'Not a valid MQTT packet',
  'remedy.bad_packet':
    'What connected is no MQTT client, or speaks plain MQTT to the TLS port (or the reverse). Check port and TLS in the device.',
  'reason.connect_timeout': 'Connected without introducing itself',
  'remedy.connect_timeout':
    'The connection was opened without CONNECT. Mostly a network scanner, or a very slow network.',
  'reason.keepalive_timeout': 'Silent for longer than its keepalive',
  'remedy.keepalive_timeout':
    'The device lost its network without closing the connection. Nothing unusual now and then.',
  'reason.unsupported_protocol_version': 'This version of MQTT is not supported',
  'remedy.unsupported_protocol_version': 'Set the device to MQTT 3.1.1.',
  'reason.too_many_connections': 'Too many connections',
  'remedy.too_many_connections':
    'Close connections that are not used at that address, or raise the limit connectionsPerAddress.',
  'reason.connecting_too_fast': 'Connects too often',
  'remedy.connecting_too_fast':
    'Have the device wait longer before it connects again, or raise the limit connectsPerSecond.',
  'reason.sending_too_fast': 'Sends too fast',
  'remedy.sending_too_fast':
    'Send less often, or several positions in one message. The limit is messagesPerSecond.',
  'reason.too_many_in_flight': 'Too many messages without acknowledgement',
  'remedy.too_many_in_flight':
    'The device has to wait for acknowledgements before it sends more. The limit is inFlight.',
  'reason.topic_too_long': 'The topic is too long',
  'remedy.topic_too_long': 'Use a shorter topic. The limits are topicBytes and topicLevels.',
  'reason.too_many_subscriptions': 'Too many subscriptions',
  'remedy.too_many_subscriptions': 'Subscribe to less in the device. The limit is subscriptions.',
  'reason.will_too_large': 'The last will is too large',
  'remedy.will_too_large': 'Use a shorter will. The limit is willBytes.',
  'reason.subscription_refused': 'The subscription was refused',
  'remedy.subscription_refused':
    'A tracker may subscribe to its own topics only. If what it sends comes in, leave it so.',

  'reason.not_json': 'Not JSON',
  'remedy.not_json':
    'The message must be JSON. Look at it below: often a device sends another format under this topic.',
  'reason.not_an_object': 'JSON, but no object',
  'remedy.not_an_object': 'The message must be an object { … } or a list of objects.',
  'reason.missing_field': 'A field that is needed is missing',
  'remedy.missing_field': 'The device has to send the field that is named below.',
  'reason.wrong_type': 'A field of a wrong type',
  'remedy.wrong_type': 'The field that is named below must be a number, a text, or true or false.',
  'reason.out_of_range': 'A value out of range',
  'remedy.out_of_range':
    'The value that is named below cannot be: longitude and latitude changed over, for instance, or a time in another unit.',
  'reason.too_many_fixes': 'Too many positions in one message',
  'remedy.too_many_fixes': 'Split it into several messages.',
  'reason.too_many_attributes': 'Too many attributes',
  'remedy.too_many_attributes': 'Send at most 32 attributes with a position.',
  'reason.encrypted': 'Encrypted',
  'remedy.encrypted':
    'Switch the encryption of payloads off in the app (OwnTracks: empty the encryption key) and use TLS.',
  'reason.field_ignored': 'A field was ignored',
  'remedy.field_ignored': 'The position was taken without the field that is named below.',

  'reason.null_island': 'Position 0°, 0°',
  'remedy.null_island': 'The tracker had no satellites yet. There is no use in sending it again.',
  'reason.clock_ahead': 'A time in the future',
  'remedy.clock_ahead':
    "Set the tracker's clock, or its time zone under Trackers. The position can be sent again with the time of arrival.",
  'reason.clock_behind': 'A time too far back',
  'remedy.clock_behind':
    "Set the tracker's clock. The position can be sent again with the time of arrival.",
  'reason.clock_distrusted': "The tracker's clock is not trusted",
  'remedy.clock_distrusted':
    'Its clock jumps; check or replace the tracker. The position can be sent again with the time of arrival.',
  'reason.flagged_invalid': 'Marked as invalid by the tracker itself',
  'remedy.flagged_invalid':
    'The tracker is not sure of its position. Mostly there is no use in sending it again.',
  'reason.inaccurate': 'Too inaccurate',
  'remedy.inaccurate': 'Switch GPS on in the device, or allow it the precise location.',
  'reason.impossible_speed': 'A jump that cannot be',
  'remedy.impossible_speed':
    'A GPS error, or two devices with the same ID. If the position is right, send it to the history.',
  'reason.database_refused': 'The database refused it',
  'remedy.database_refused':
    'This is a bug: download the message and report it with the details below.',
};
