import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AlarmGroup } from './alarmGroups.ts';
import { PriorityMark } from './PriorityMark.tsx';

type GroupRowProps = {
  readonly group: AlarmGroup;
  readonly isOpen: boolean;
  readonly isTabStop: boolean;
  readonly position: number;
  readonly count: number;
  readonly onFocus: (key: string) => void;
  readonly onToggle: (key: string) => void;
};

/** The head of a group: its name, how many alarms it has, and the most urgent one's sign. */
export function GroupRow(props: GroupRowProps) {
  const { group, isOpen, isTabStop, position, count, onFocus, onToggle } = props;
  const { t } = useTranslation();
  const first = group.alarms[0];
  return (
    <li className="alarm-row" data-group={group.key} aria-setsize={count} aria-posinset={position}>
      <UnstyledButton
        className="alarm-row-main"
        data-row={group.key}
        tabIndex={isTabStop ? 0 : -1}
        aria-expanded={isOpen}
        onFocus={() => onFocus(group.key)}
        onClick={() => onToggle(group.key)}
      >
        {first !== undefined && (
          <PriorityMark priority={first.priority} flashes={group.waiting > 0} sizePx={22} />
        )}
        <span className="alarm-row-words">
          <span className="alarm-row-text">{group.name ?? t('alarm.noPlace')}</span>
          <span className="alarm-row-state">
            {t('alarm.groupCount', { count: group.alarms.length, waiting: group.waiting })}
          </span>
        </span>
        <svg
          aria-hidden="true"
          className="alarm-group-arrow"
          data-open={isOpen}
          width={16}
          height={16}
          viewBox="0 0 24 24"
        >
          <path d="M9 5l7 7-7 7" fill="none" stroke="currentColor" strokeWidth={2} />
        </svg>
      </UnstyledButton>
    </li>
  );
}
