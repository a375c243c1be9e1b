import { Button, Popover, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isUnacknowledged } from '../../../server/domain/alarm.ts';
import type { AlarmDetails, AlarmLoadDetails } from '../../../server/domain/alarmDetails.ts';
import { type Priority, priorities } from '../../../server/domain/rule.ts';
import { languageOf } from '../texts/setUpTexts.ts';
import { LoadFacts } from './LoadFacts.tsx';
import { PriorityMark } from './PriorityMark.tsx';

/** The most urgent first, as people count them. */
const urgentFirst = priorities.toReversed();

/** How many alarms of each priority nobody has taken. */
export function waitingByPriority(alarms: readonly AlarmDetails[]): Record<Priority, number> {
  const waiting = { low: 0, medium: 0, high: 0, sos: 0 };
  for (const { state, priority } of alarms) if (isUnacknowledged(state)) waiting[priority] += 1;
  return waiting;
}

type LoadStripProps = {
  readonly alarms: readonly AlarmDetails[];
  readonly load: AlarmLoadDetails;
  readonly isGrouped: boolean;
  readonly onGroup: () => void;
};

/** How much there is to do: what nobody has taken, by priority, and the rate for each operator. */
export function LoadStrip({ alarms, load, isGrouped, onGroup }: LoadStripProps) {
  const { t, i18n } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const rate = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const n = rate.format(load.perOperator10Min);
  const nameOf = (ruleId: string): string =>
    alarms.find((alarm) => alarm.ruleId === ruleId)?.name[languageOf(i18n)] ?? ruleId;
  return (
    <>
      <div className="load-strip">
        <WaitingCounts alarms={alarms} />
        <Popover
          opened={isOpen}
          onChange={setOpen}
          position="bottom-end"
          shadow="md"
          width={380}
          trapFocus
          returnFocus
          closeOnEscape
        >
          <Popover.Target>
            <UnstyledButton
              className="load-rate digits"
              title={t('load.rateExplain', { n, total: load.last10Min })}
              aria-label={`${t('load.details')}: ${t('load.rate', { n })}`}
              onClick={() => setOpen(!isOpen)}
            >
              {t('load.rate', { n })}
            </UnstyledButton>
          </Popover.Target>
          <Popover.Dropdown aria-label={t('load.title')}>
            <LoadFacts nameOf={nameOf} />
          </Popover.Dropdown>
        </Popover>
      </div>
      {load.isFlood && (
        <div className="flood-banner" role="status">
          <span>{t('load.flood', { count: load.last10Min })}</span>
          {!isGrouped && (
            <Button size="compact-xs" variant="default" onClick={onGroup}>
              {t('load.floodGroup')}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

type WaitingCountsProps = {
  readonly alarms: readonly AlarmDetails[];
  /** Where no list beside it does. */
  readonly flash?: boolean;
};

/** A sign and a number for each priority, grey where there is none. */
export function WaitingCounts({ alarms, flash = false }: WaitingCountsProps) {
  const { t } = useTranslation();
  const waiting = waitingByPriority(alarms);
  return (
    <ul className="waiting-counts">
      {urgentFirst.map((priority) => {
        const count = waiting[priority];
        const words = t('load.waiting', { priority: t(`priority.${priority}`), count });
        return (
          <li key={priority} title={words} data-none={count === 0} data-waiting-of={priority}>
            <PriorityMark priority={priority} flashes={flash && count > 0} sizePx={16} />
            <span aria-hidden="true" className="digits">
              {count}
            </span>
            <span className="for-screen-readers">{words}</span>
          </li>
        );
      })}
    </ul>
  );
}
