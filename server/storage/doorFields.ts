import { isIP } from 'node:net';
import type { Result } from '../domain/result.ts';
import { isTimeZone } from '../domain/timeZone.ts';

const maxNetworks = 16;
const maxTopics = 16;
const maxTopicLength = 256;
const maxTopicLevels = 32;

/** Checks the name of a time zone as IANA has it. */
export function checkTimeZone(text: string): Result<string, 'bad_time_zone'> {
  if (isTimeZone(text)) return { ok: true, value: text };
  const detail = `a time zone is an IANA name such as Asia/Makassar; got "${text.slice(0, 80)}"`;
  return { ok: false, reason: 'bad_time_zone', detail };
}

/** Checks networks from which a tracker may speak: at most 16 addresses or CIDR blocks. */
export function checkNetworks(texts: readonly string[]): Result<readonly string[], 'bad_network'> {
  const bad = (detail: string) => ({ ok: false, reason: 'bad_network', detail }) as const;
  if (texts.length > maxNetworks) return bad(`a tracker has at most ${maxNetworks} networks`);
  const wrong = texts.find((text) => !isNetwork(text));
  if (wrong === undefined) return { ok: true, value: texts };
  return bad(
    `a network is an address or a block such as 10.20.0.0/16; got "${wrong.slice(0, 80)}"`,
  );
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

/** SQL of a parameter with networks as `cidr[]`: of a block with host bits, the block counts. */
export function cidrs(parameter: string): string {
  return `(select coalesce(array_agg(distinct network(each::inet)), '{}')
           from unnest(${parameter}::text[]) as each)`;
}

/**
 * Checks MQTT topic filters under which a gateway may publish: at most 16, each beginning with a word
 * (not a wildcard, which would include everything), none of the broker's own (`$...`) or of what
 * Posko says to others (`posko/<region>/out/...`). Wildcards as [MQTT-4.7.1-2] and [MQTT-4.7.1-3] ask.
 */
export function checkTopics(texts: readonly string[]): Result<readonly string[], 'bad_topic'> {
  const bad = (detail: string) => ({ ok: false, reason: 'bad_topic', detail }) as const;
  if (texts.length > maxTopics) return bad(`a gateway has at most ${maxTopics} topics`);
  for (const text of texts) {
    const wrong = wrongWithTopic(text);
    if (wrong !== undefined) return bad(`the topic "${text.slice(0, 80)}" ${wrong}`);
  }
  return { ok: true, value: [...new Set(texts)] };
}

function wrongWithTopic(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (Buffer.byteLength(text) > maxTopicLength) return `is longer than ${maxTopicLength} bytes`;
  if (/\p{C}/u.test(text)) return 'has characters that cannot be printed';
  const levels = text.split('/');
  if (levels.length > maxTopicLevels) return `has more than ${maxTopicLevels} levels`;
  const [first = ''] = levels;
  if (first === '+' || first === '#') return 'must begin with a word, not with a wildcard';
  if (first.startsWith('$')) return "is one of the broker's own";
  if (first === 'posko' && levels[2] === 'out') return 'is what Posko says to other systems';
  if (levels.some((level) => level.length > 1 && /[+#]/.test(level))) {
    return 'has a wildcard beside other characters: + and # must be a level of their own';
  }
  const hash = levels.indexOf('#');
  return hash === -1 || hash === levels.length - 1
    ? undefined
    : 'has # before its end, where it must be last';
}
