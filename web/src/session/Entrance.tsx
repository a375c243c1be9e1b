import { Button, Code, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ProblemDetails, problemText } from '../forms/ProblemNotice.tsx';
import { ChangePasswordForm } from './ChangePasswordForm.tsx';
import { EntrancePage } from './EntrancePage.tsx';
import { LeavingPage, LeftUnrecordedPage } from './LeavingPage.tsx';
import { SetUpPage } from './SetUpPage.tsx';
import { SignInForm } from './SignInForm.tsx';
import { SignOutButton } from './SignOutButton.tsx';
import type { SessionHolder, SessionState } from './sessionHolder.ts';
import type { SessionInfo } from './sessionInfo.ts';
import { WaitingPage } from './WaitingPage.tsx';

type EntranceProps = {
  readonly now: Exclude<SessionState, { state: 'signed_in' }>;
  readonly holder: SessionHolder;
};

/** What stands before the control room until somebody is signed in. */
export function Entrance({ now, holder }: EntranceProps) {
  const { t } = useTranslation();
  const take = (session: SessionInfo): void => holder.take(session);
  switch (now.state) {
    case 'asking':
      return <WaitingPage text={t('entrance.connecting')} />;
    case 'unreachable':
      return (
        <EntrancePage title={t('entrance.unreachableTitle')}>
          <Text size="sm" role="status">
            {problemText(now.problem, t)}
          </Text>
          <Text size="sm" className="quiet">
            {t('entrance.unreachable')}
          </Text>
          <ProblemDetails problem={now.problem} />
        </EntrancePage>
      );
    case 'not_set_up':
      return (
        <EntrancePage title={t('entrance.notSetUpTitle')}>
          <Text size="sm">{t('entrance.notSetUp')}</Text>
          <Code block>npm run posko -- user add</Code>
          <Text size="sm" className="quiet">
            {t('entrance.notSetUpGoesOn')}
          </Text>
        </EntrancePage>
      );
    case 'setting_up':
      return <SetUpPage token={now.token} onSession={take} />;
    case 'link_refused':
      return (
        <EntrancePage title={t('entrance.linkTitle')}>
          <Text size="sm" role="alert">
            {problemText(now.problem, t)}
          </Text>
          <Button onClick={() => void holder.start(undefined)}>{t('entrance.linkSignIn')}</Button>
        </EntrancePage>
      );
    case 'signed_out':
      return (
        <EntrancePage title={t('signIn.title')}>
          <SignInForm onSession={take} />
        </EntrancePage>
      );
    case 'leaving':
      return <LeavingPage leaving={now} holder={holder} />;
    case 'left_unrecorded':
      return <LeftUnrecordedPage session={now.session} />;
  }
}

type AntechamberProps = { readonly session: SessionInfo; readonly holder: SessionHolder };

/** For somebody who is signed in and has something to settle first: a password of their own, or a role. */
export function Antechamber({ session, holder }: AntechamberProps) {
  const { t } = useTranslation();
  if (session.mustChangePassword) {
    return (
      <EntrancePage title={t('newPassword.title')}>
        <Text size="sm">{t('newPassword.must')}</Text>
        <ChangePasswordForm
          name={session.name}
          onChanged={({ session: next }) => holder.take(next)}
        />
        <SignOutButton holder={holder} />
      </EntrancePage>
    );
  }
  return (
    <EntrancePage title={t('entrance.noRoleTitle')}>
      <Text size="sm">{t('entrance.noRole', { name: session.fullName || session.name })}</Text>
      <Group>
        <Button onClick={() => void holder.check()}>{t('entrance.askAgain')}</Button>
        <SignOutButton holder={holder} />
      </Group>
    </EntrancePage>
  );
}
