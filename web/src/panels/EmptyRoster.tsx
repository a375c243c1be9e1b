import { Button, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** For somebody who cannot register trackers. */
export function NoUnits() {
  const { t } = useTranslation();
  return <EmptyNotice text={t('empty.noneOfYours')} />;
}

/** What to do when no unit is known yet. */
export function EmptyRoster({ onAdd }: { readonly onAdd: (button: HTMLElement) => void }) {
  const { t } = useTranslation();
  return (
    <EmptyNotice text={t('empty.intro')}>
      <Button mt="md" onClick={(event) => onAdd(event.currentTarget)}>
        {t('empty.add')}
      </Button>
      <Text size="sm" mt="md" className="quiet">
        {t('empty.waitingHint')}
      </Text>
    </EmptyNotice>
  );
}

type EmptyNoticeProps = { readonly text: string; readonly children?: ReactNode };

function EmptyNotice({ text, children }: EmptyNoticeProps) {
  const { t } = useTranslation();
  return (
    <Paper component="section" className="empty-roster" p="lg" shadow="sm">
      <Text component="h2" size="lg" fw={600}>
        {t('empty.title')}
      </Text>
      <Text size="sm" mt="xs">
        {text}
      </Text>
      {children}
    </Paper>
  );
}
