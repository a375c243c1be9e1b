import { Text, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Presence, presences } from '../../../server/domain/presence.ts';
import { PresenceMark } from './PresenceMark.tsx';

type PresenceFilterProps = {
  readonly counts: Readonly<Record<Presence, number>>;
  /** What the list is narrowed to; empty: nothing is left out. */
  readonly chosen: ReadonlySet<Presence>;
  readonly onChoose: (chosen: ReadonlySet<Presence>) => void;
};

/** How many units are there, late, lost and without a place; each count is a filter of the list under it. */
export function PresenceFilter({ counts, chosen, onChoose }: PresenceFilterProps) {
  const { t } = useTranslation();
  const toggle = (presence: Presence): void => {
    const next = new Set(chosen);
    if (!next.delete(presence)) next.add(presence);
    onChoose(next);
  };
  return (
    <fieldset className="presence-filter" aria-label={t('presence.filter')}>
      {presences.map((presence) => (
        <UnstyledButton
          key={presence}
          className="presence-choice"
          data-presence={presence}
          aria-pressed={chosen.has(presence)}
          title={t(`presenceMeans.${presence}`)}
          onClick={() => toggle(presence)}
        >
          <PresenceMark presence={presence} />
          <Text component="span" size="xs" className="presence-name">
            {t(`presence.${presence}`)}
          </Text>
          <Text component="span" size="sm" className="digits" data-count={presence}>
            {counts[presence]}
          </Text>
        </UnstyledButton>
      ))}
    </fieldset>
  );
}
