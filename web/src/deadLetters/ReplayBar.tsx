import { Button, Checkbox, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { Replay } from './useReplay.ts';

type ReplayBarProps = {
  /** How many are chosen. */
  readonly count: number;
  /** There may be positions among them, whose time can be chosen. */
  readonly asksTime: boolean;
  readonly replay: Replay;
  readonly onSend: () => void;
};

/** Sends what is chosen once more. */
export function ReplayBar({ count, asksTime, replay, onSend }: ReplayBarProps) {
  const { t } = useTranslation();
  const { order, time, setTime } = replay;
  return (
    <>
      <Group gap="md" mb="xs">
        <Button
          size="compact-sm"
          variant="default"
          disabled={count === 0}
          loading={order.isBusy}
          onClick={onSend}
        >
          {t('deadLetters.send', { count })}
        </Button>
        {asksTime && (
          <Checkbox
            size="xs"
            label={t('deadLetters.byReceived')}
            checked={time === 'received'}
            onChange={(event) => setTime(event.currentTarget.checked ? 'received' : 'own')}
          />
        )}
      </Group>
      <ProblemNotice problem={order.problem} />
    </>
  );
}
