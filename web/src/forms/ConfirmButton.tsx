import { Button, type ButtonProps, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

type ConfirmButtonProps = ButtonProps & {
  readonly text: string;
  /** What a screen reader says, where the text alone would not tell whom it concerns. */
  readonly label?: string;
  /** What it brings about, said while it asks. */
  readonly consequence?: string;
  readonly onConfirm: () => void;
};

/** A button for what cannot be taken back: the first press asks, the second does it. */
export function ConfirmButton({
  text,
  label,
  consequence,
  onConfirm,
  ...style
}: ConfirmButtonProps) {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  const look = { size: 'compact-sm', variant: 'default', ...style } as const;
  if (!asks) {
    return (
      <Button {...look} aria-label={label} onClick={() => setAsks(true)}>
        {text}…
      </Button>
    );
  }
  const decide = (isSure: boolean): void => {
    setAsks(false);
    if (isSure) onConfirm();
  };
  return (
    <Group gap={6} wrap={consequence === undefined ? 'nowrap' : 'wrap'} display="inline-flex">
      {consequence !== undefined && (
        <Text size="sm" role="status" className="warns">
          {consequence}
        </Text>
      )}
      <Button {...look} className="dangerous" aria-label={label} onClick={() => decide(true)}>
        {text}
      </Button>
      <Button {...look} autoFocus onClick={() => decide(false)}>
        {t('confirm.cancel')}
      </Button>
    </Group>
  );
}
