import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';

type WaitingButtonProps = {
  readonly count: number;
  readonly onOpen: (button: HTMLElement) => void;
};

/** The way to the waiting room, and how many are in it. No colour: somebody who waits is no alarm. */
export function WaitingButton({ count, onOpen }: WaitingButtonProps) {
  const { t } = useTranslation();
  return (
    <Button
      size="compact-sm"
      variant="default"
      className="waiting-button"
      data-waiting={count}
      aria-label={t('waiting.open', { count })}
      title={t('waiting.intro')}
      onClick={(event) => onOpen(event.currentTarget)}
    >
      {t('waiting.title')}
      {count > 0 && <span className="count-badge digits">{count}</span>}
    </Button>
  );
}
