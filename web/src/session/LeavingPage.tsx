import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { hourMs } from '../../../server/domain/durations.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { EntrancePage } from './EntrancePage.tsx';
import type { Leaving, SessionHolder } from './sessionHolder.ts';
import type { SessionInfo } from './sessionInfo.ts';
import { WaitingPage } from './WaitingPage.tsx';

type LeavingPageProps = { readonly leaving: Leaving; readonly holder: SessionHolder };

const nameOf = ({ fullName, name }: SessionInfo): string => fullName || name;

/** Covers what the person saw from the moment that they sign out, and says when it is not done yet. */
export function LeavingPage({ leaving, holder }: LeavingPageProps) {
  const { t } = useTranslation();
  const { session, problem } = leaving;
  if (problem === undefined) return <WaitingPage text={t('leaving.now')} />;
  return (
    <EntrancePage title={t('leaving.title')}>
      <ProblemNotice problem={problem} />
      <Text size="sm">{t('leaving.stillIn', { name: nameOf(session) })}</Text>
      <Text size="sm">{t('leaving.goesOn')}</Text>
      <Group>
        <Button onClick={() => void holder.signOut()}>{t('leaving.again')}</Button>
        <Button variant="default" onClick={() => void holder.stay()}>
          {t('leaving.stay')}
        </Button>
      </Group>
    </EntrancePage>
  );
}

/** The browser has forgotten the session, and nobody could tell the database. */
export function LeftUnrecordedPage({ session }: { readonly session: SessionInfo }) {
  const { t } = useTranslation();
  const { idleMs } = session;
  return (
    <EntrancePage title={t('left.title')}>
      <Text size="sm">{t('left.here', { name: nameOf(session) })}</Text>
      <Text size="sm" role="alert" className="problem-notice">
        {t('left.there')}{' '}
        {idleMs !== undefined && t('left.until', { hours: Math.ceil(idleMs / hourMs) })}
      </Text>
      <Text size="sm">{t('left.next')}</Text>
      <Group>
        <Button onClick={() => window.location.reload()}>{t('left.signIn')}</Button>
      </Group>
    </EntrancePage>
  );
}
