import type { TFunction } from 'i18next';
import { grantsText } from '../account/grantText.ts';
import { readGrants } from '../session/sessionInfo.ts';
import { id } from '../texts/id.ts';
import type { LoggedDeed } from './logPage.ts';

const isKnown = (key: string): key is keyof typeof id => Object.hasOwn(id, key);

type Group =
  | 'action'
  | 'subject'
  | 'data'
  | 'tokenKind'
  | 'way'
  | 'changed'
  | 'endReason'
  | 'kind'
  | 'agency';

/** The words of this page for a code, or else the code: a newer server may know more of them. */
function wordsOf(group: Group, code: string, t: TFunction): string {
  const key = `${group}.${code}`;
  return isKnown(key) ? t(key) : code;
}

/** What was done. */
export function actionText(action: string, t: TFunction): string {
  return wordsOf('action', action, t);
}

/** Who did it: a name, the command line, or the server by itself. */
export function actorText(actor: string | null, t: TFunction): string {
  if (actor === null) return t('log.server');
  return actor === 'cli' ? t('log.cli') : actor;
}

/** To what: `user:andi` is `pengguna andi`. */
export function subjectText(subject: string | null, t: TFunction): string {
  if (subject === null) return '';
  const [, kind, name] = /^([a-z]+):(.*)$/s.exec(subject) ?? [];
  return kind === undefined ? subject : `${wordsOf('subject', kind, t)} ${name}`;
}

/**
 * What else is known of a deed, `name: value` each.
 *
 * @param time writes epoch ms in the zone of the page
 */
export function dataText(
  data: LoggedDeed['data'],
  t: TFunction,
  time: (epochMs: number) => string,
): string {
  return Object.entries(data)
    .map(([name, value]) => `${wordsOf('data', name, t)}: ${valueText(name, value, t, time)}`)
    .join(', ');
}

/** What holds roles: none of them is said in words too. */
const grantNames: readonly string[] = ['grants', 'before', 'after'];

const isFull = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && value.length > 0;

function valueText(
  name: string,
  value: unknown,
  t: TFunction,
  time: (epochMs: number) => string,
): string {
  if (typeof value === 'number') return name.endsWith('AtMs') ? time(value) : String(value);
  if (typeof value === 'boolean') return t(value ? 'unit.yes' : 'unit.no');
  if (typeof value === 'string') return codeText(name, value, t);
  if (Array.isArray(value) && value.length === 0 && !grantNames.includes(name)) return '–';
  if (isFull(value) && value.every((item) => typeof item === 'string')) {
    return value.map((item) => codeText(name, item, t)).join(', ');
  }
  if (isFull(value) && value.every((item) => typeof item === 'number')) {
    return value.join(', ');
  }
  const grants = readGrants(Array.isArray(value) ? value : [value]);
  return grants === undefined ? JSON.stringify(value) : grantsText(grants, t);
}

/** What a text of this name is a code of; most are what somebody wrote. */
const groups: Readonly<Record<string, readonly Group[]>> = {
  way: ['way'],
  // of a token or of a unit
  kind: ['tokenKind', 'kind'],
  agency: ['agency'],
  changed: ['changed'],
  reason: ['endReason'],
};

function codeText(name: string, code: string, t: TFunction): string {
  const words = (groups[name] ?? []).map((group) => wordsOf(group, code, t));
  return words.find((text) => text !== code) ?? code;
}
