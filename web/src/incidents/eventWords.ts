import type { TFunction } from 'i18next';
import { commands, forces, levels } from '../../../server/domain/incident.ts';
import {
  checklists,
  commandTexts,
  decisionTexts,
  forceTexts,
  levelTexts,
} from '../../../server/domain/incidentChecklists.ts';
import type { IncidentEventDetails } from '../../../server/domain/incidentDetails.ts';
import { fieldsOf, numberOf, textOf } from '../api/jsonFields.ts';
import type { Language } from '../texts/language.ts';

/** A line of a log in words: what happened, and what was said about it. */
export type EventWords = {
  readonly what: string;
  /** In the words of whoever did it. */
  readonly said?: string | undefined;
  readonly photoId?: string | undefined;
};

/** Says what a line of an incident's log means. */
export function eventWords(
  { kind, data }: Pick<IncidentEventDetails, 'kind' | 'data'>,
  t: TFunction,
  language: Language,
): EventWords {
  const text = textOf(data['text']);
  const callsign = textOf(data['callsign']) ?? textOf(data['unitId']) ?? '?';
  switch (kind) {
    case 'open':
      return { what: t('incidentLog.open'), said: textOf(data['title']) };
    case 'rename':
      return { what: t('incidentLog.rename'), said: textOf(data['title']) };
    case 'move':
      return { what: t('incidentLog.move', { n: numberOf(data['radiusM']) ?? '?' }) };
    case 'decide':
      return decisionWords(data, t, language);
    case 'note':
      return { what: t('incidentLog.note'), said: text };
    case 'message': {
      const from = textOf(data['from']) ?? '?';
      const to = textOf(data['to']) ?? '?';
      return { what: `${from} → ${to}`, said: text };
    }
    case 'photo':
      return { what: t('incidentLog.photo'), said: text, photoId: textOf(data['photoId']) };
    case 'check':
      return {
        what: t(data['isDone'] === true ? 'incidentLog.checked' : 'incidentLog.unchecked'),
        said: itemText(textOf(data['item']), language),
      };
    case 'crowd':
      return { what: t('incidentLog.crowd', { n: numberOf(data['size']) ?? '?' }), said: text };
    case 'close':
      return { what: t('incidentLog.close'), said: text };
    case 'reopen':
      return { what: t('incidentLog.reopen'), said: textOf(data['reason']) };
    case 'link_alarm':
    case 'unlink_alarm':
      return { what: t(`incidentLog.${kind}`) };
    case 'add_unit':
    case 'remove_unit':
    case 'unit_arrived':
    case 'unit_left':
      return { what: t(`incidentLog.${kind}`, { callsign }) };
  }
}

function decisionWords(
  data: IncidentEventDetails['data'],
  t: TFunction,
  language: Language,
): EventWords {
  const decision = fieldsOf(data['decision']);
  const level = levels.find((each) => each === decision['level']);
  const to = commands.find((each) => each === decision['to']);
  const as = commands.find((each) => each === data['command']);
  const kinds = ['set_level', 'lapis_ganti', 'lintas_ganti', 'alih_kendali'] as const;
  const kind = kinds.find((each) => each === decision['kind']);
  const target = level === undefined ? undefined : levelTexts[level][language];
  const taker = to === undefined ? undefined : commandTexts[to][language];
  const name = kind === undefined ? '?' : decisionTexts[kind][language];
  const what = [name, target ?? taker].filter((part) => part !== undefined).join(' → ');
  const approvedBy = textOf(decision['approvedBy']);
  const force = forces.find((each) => each === fieldsOf(data['before'])['force']);
  const said = [
    textOf(data['reason']),
    approvedBy === undefined ? undefined : t('incidentLog.approvedBy', { who: approvedBy }),
    as === undefined ? undefined : t('incidentLog.as', { who: commandTexts[as][language] }),
    force === undefined || kind === 'alih_kendali'
      ? undefined
      : t('incidentLog.before', { force: forceTexts[force][language] }),
  ];
  return { what, said: said.filter((part) => part !== undefined).join(' · ') };
}

function itemText(id: string | undefined, language: Language): string | undefined {
  const items = Object.values(checklists).flat();
  return items.find((item) => item.id === id)?.text[language] ?? id;
}
