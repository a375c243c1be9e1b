import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { PageDialog } from '../forms/PageDialog.tsx';
import { Section } from '../forms/Section.tsx';
import type { SessionHolder } from '../session/sessionHolder.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { grantsText } from './grantText.ts';
import { PasswordPart } from './PasswordPart.tsx';
import { SecondFactorPart } from './SecondFactorPart.tsx';
import { SessionsPart } from './SessionsPart.tsx';

type AccountDialogProps = {
  readonly session: SessionInfo;
  readonly holder: SessionHolder;
  readonly zone: ZoneOfIndonesia;
  readonly onClose: () => void;
};

/** One's own account: where one is signed in, second factor and password. */
export function AccountDialog({ session, holder, zone, onClose }: AccountDialogProps) {
  const { t } = useTranslation();
  return (
    <PageDialog title={t('account.title')} widthPx={960} onClose={onClose}>
      <Section title={t('account.who')}>
        <Text size="sm">
          {session.fullName} ({session.name})
        </Text>
        <Text size="sm" className="quiet">
          {grantsText(session.grants, t)}
        </Text>
      </Section>
      <Section title={t('account.sessions')}>
        <SessionsPart idleMs={session.idleMs} zone={zone} />
      </Section>
      <Section title={t('account.secondFactor')}>
        <SecondFactorPart session={session} onChange={() => void holder.check()} />
      </Section>
      <Section title={t('newPassword.title')}>
        <PasswordPart session={session} holder={holder} />
      </Section>
    </PageDialog>
  );
}
