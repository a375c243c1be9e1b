import { Button, Menu } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { LogDialog } from '../log/LogDialog.tsx';
import { PeopleDialog } from '../people/PeopleDialog.tsx';
import type { SessionHolder } from '../session/sessionHolder.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { TokensDialog } from '../tokens/TokensDialog.tsx';
import { AccountDialog } from './AccountDialog.tsx';
import { grantsText } from './grantText.ts';

type AccountMenuProps = {
  readonly session: SessionInfo;
  readonly holder: SessionHolder;
  readonly zone: ZoneOfIndonesia;
};

type DialogName = 'account' | 'people' | 'tokens' | 'log';

/** Who is signed in, and everything that is about people rather than units. A wall screen only says what it is. */
export function AccountMenu({ session, holder, zone }: AccountMenuProps) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  const [shown, setShown] = useState<DialogName>();
  const grants = grantsText(session.grants, t);
  const name = session.fullName || session.name;
  if (session.kind !== 'person') {
    return (
      <Identity
        isWhole
        name={session.kind === 'display' ? `${t('menu.display')}: ${name}` : name}
        grants={grants}
      />
    );
  }
  const close = (): void => {
    setShown(undefined);
    button.current?.focus();
  };
  const may = (permission: SessionInfo['permissions'][number]): boolean =>
    session.permissions.includes(permission);
  const dialogs = [
    'account',
    ...(may('users.manage') ? (['people'] as const) : []),
    'tokens',
    ...(may('log.view') ? (['log'] as const) : []),
  ] as const;
  return (
    <>
      <Menu position="bottom-end" width={220} transitionProps={{ duration: 0 }}>
        <Menu.Target>
          <Button
            ref={button}
            size="compact-sm"
            variant="default"
            className="account-button"
            aria-label={t('menu.label', { who: `${name}, ${grants}` })}
            title={`${name}, ${grants}`}
          >
            <Identity name={name} grants={grants} />
            <span aria-hidden="true">▾</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {dialogs.map((dialog) => (
            <Menu.Item key={dialog} onClick={() => setShown(dialog)}>
              {t(`menu.${dialog}`)}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => void holder.signOut()}>{t('menu.signOut')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {shown === 'account' && (
        <AccountDialog session={session} holder={holder} zone={zone} onClose={close} />
      )}
      {shown === 'people' && (
        <PeopleDialog session={session} onOwnAccount={() => setShown('account')} onClose={close} />
      )}
      {shown === 'tokens' && <TokensDialog session={session} zone={zone} onClose={close} />}
      {shown === 'log' && <LogDialog zone={zone} onClose={close} />}
    </>
  );
}

type IdentityProps = {
  readonly name: string;
  readonly grants: string;
  /** Cut off nowhere: nothing else tells it. */
  readonly isWhole?: boolean;
};

function Identity({ name, grants, isWhole = false }: IdentityProps) {
  return (
    <span className="identity" data-whole={isWhole || undefined}>
      <span className="identity-name">{name}</span>
      <span className="identity-grants">{grants}</span>
    </span>
  );
}
