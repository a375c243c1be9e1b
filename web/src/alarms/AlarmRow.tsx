import { Button, UnstyledButton } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { isUnacknowledged } from '../../../server/domain/alarm.ts';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import { ageText } from '../formats/ageText.ts';
import { languageOf } from '../texts/setUpTexts.ts';
import { subjectUnsaid } from './alarmWords.ts';
import { PriorityMark } from './PriorityMark.tsx';

type AlarmRowProps = {
  readonly alarm: AlarmDetails;
  /** Whole seconds since it happened last, so that a row is drawn again only when it says something else. */
  readonly ageS: number;
  readonly holder: string | undefined;
  readonly position: number;
  readonly count: number;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly isBusy: boolean;
  readonly mayAcknowledge: boolean;
  readonly mayShelve: boolean;
  readonly onFocus: (id: string) => void;
  readonly onOpen: (id: string) => void;
  readonly onAcknowledge: (alarm: AlarmDetails) => void;
  readonly onShelve: (id: string) => void;
};

/** One alarm of the list: how urgent, in which state, what, where, who has it; and what can be done at once. */
export const AlarmRow = memo(function AlarmRow(props: AlarmRowProps) {
  const { alarm, ageS, holder, position, count, isSelected, isTabStop, isBusy } = props;
  const { id, state, priority, occurrences, isChattering, isExercise } = alarm;
  const { t, i18n } = useTranslation();
  const text = alarm.text[languageOf(i18n)];
  const subject = subjectUnsaid(alarm, text);
  const isWaiting = isUnacknowledged(state);
  const age = ageText(ageS * 1000);
  const tabIndex = isTabStop ? 0 : -1;
  return (
    <li
      className="alarm-row"
      data-alarm={id}
      data-state={state}
      data-priority={priority}
      data-waiting={isWaiting}
      data-selected={isSelected}
      aria-setsize={count}
      aria-posinset={position}
    >
      <UnstyledButton
        className="alarm-row-main"
        data-row={id}
        tabIndex={tabIndex}
        aria-current={isSelected}
        onFocus={() => props.onFocus(id)}
        onClick={() => props.onOpen(id)}
      >
        <PriorityMark
          priority={priority}
          isActive={alarm.isActive}
          flashes={isWaiting}
          sizePx={22}
        />
        <span className="alarm-row-words">
          <span className="alarm-row-state">
            <span className="alarm-row-clip">
              <b>{t(`priority.${priority}`)}</b> · {t(`alarmState.${state}`)}
              {holder !== undefined && ` ${t('alarm.heldBy', { by: holder })}`}
              {occurrences > 1 && ` · ${t('alarm.times', { count: occurrences })}`}
              {isChattering && ` · ${t('alarm.chatters')}`}
            </span>
            <span className="alarm-row-age digits">{t(age.key, { n: age.n })}</span>
          </span>
          <span className="alarm-row-text" title={text}>
            {isExercise && <span className="exercise-mark">{t('alarm.exercise')}</span>}
            {text}
            {subject !== '' && <span className="quiet"> – {subject}</span>}
          </span>
        </span>
      </UnstyledButton>
      <span className="alarm-row-buttons">
        {isWaiting && props.mayAcknowledge && (
          <Button
            size="compact-xs"
            variant="default"
            tabIndex={tabIndex}
            loading={isBusy}
            aria-label={t('alarm.acknowledgeThis', { text })}
            onClick={() => props.onAcknowledge(alarm)}
          >
            {t('alarm.acknowledge')}
          </Button>
        )}
        {isChattering && props.mayShelve && (
          <Button
            size="compact-xs"
            variant="default"
            tabIndex={tabIndex}
            aria-label={t('alarm.shelveThis', { text })}
            onClick={() => props.onShelve(id)}
          >
            {t('alarm.shelveOffer')}
          </Button>
        )}
      </span>
    </li>
  );
});
