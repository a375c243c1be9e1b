import type { TFunction } from 'i18next';
import { grantsText } from '../account/grantText.ts';
import { readGrants } from '../session/sessionInfo.ts';
import { idActions } from '../texts/idActions.ts';
import type { LoggedDeed } from './logPage.ts';

type DeedKey = keyof typeof idActions;

const isKnown = (key: string): key is DeedKey => Object.hasOwn(idActions, key);

/** The words of this page for a code, or else the code: a newer server may know more of them. */
function wordsOf(
  group: 'action' | 'subject' | 'data' | 'tokenKind' | 'way',
  code: string,
  t: TFunction,
): string {
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

function valueText(
  name: string,
  value: unknown,
  t: TFunction,
  time: (epochMs: number) => string,
): string {
  if (typeof value === 'number' && name.endsWith('AtMs')) return time(value);
  if (typeof value === 'string') {
    if (name === 'way') return wordsOf('way', value, t);
    return name === 'kind' ? wordsOf('tokenKind', value, t) : value;
  }
  const grants = readGrants(Array.isArray(value) ? value : [value]);
  return grants === undefined ? JSON.stringify(value) : grantsText(grants, t);
}
