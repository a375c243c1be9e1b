import { Paper, Text } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { PageSwitches } from '../panels/PageSwitches.tsx';
import { PlainHttpBand } from './PlainHttpBand.tsx';

type EntrancePageProps = { readonly title: string; readonly children: ReactNode };

/** What is shown while nobody is in: one card on an empty page. */
export function EntrancePage({ title, children }: EntrancePageProps) {
  const { t } = useTranslation();
  const titleId = useId();
  return (
    <div className="entrance">
      {/* a password is typed here; who may read along the server says only once it knows who asks */}
      {!window.isSecureContext && <PlainHttpBand />}
      <header className="header-bar entrance-bar">
        <Text component="p" size="lg" fw={600} m={0}>
          {t('app.name')}
        </Text>
        <PageSwitches />
      </header>
      <main className="entrance-main">
        <Paper component="section" className="entrance-card" shadow="sm" aria-labelledby={titleId}>
          <Text component="h1" id={titleId} size="xl" fw={600} m={0}>
            {title}
          </Text>
          {children}
        </Paper>
      </main>
    </div>
  );
}
