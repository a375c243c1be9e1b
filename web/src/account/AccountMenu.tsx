import { Button, Menu } from '@mantine/core';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { DialogName } from '../dialogs/useDialogs.ts';
import type { SessionHolder } from '../session/sessionHolder.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { grantsText } from './grantText.ts';

type AccountMenuProps = {
  readonly session: SessionInfo;
  readonly holder: SessionHolder;
  readonly onOpen: (dialog: DialogName, opener: HTMLElement | null) => void;
};

/** Who is signed in, and the way to everything beside the map. A wall screen only says what it is. */
export function AccountMenu({ session, holder, onOpen }: AccountMenuProps) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
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
  const may = (permission: SessionInfo['permissions'][number]): boolean =>
    session.permissions.includes(permission);
  const dialogs = [
    'account',
    ...(may('users.manage') ? (['people'] as const) : []),
    ...(may('trackers.manage') ? (['trackers'] as const) : []),
    ...(may('deadletters.manage') ? (['deadLetters'] as const) : []),
    ...(may('alarms.view') ? (['rules'] as const) : []),
    ...(may('webhooks.manage') ? (['webhooks'] as const) : []),
    'tokens',
    ...(may('log.view') ? (['log'] as const) : []),
  ] as const;
  return (
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
          <Menu.Item key={dialog} onClick={() => onOpen(dialog, button.current)}>
            {t(`menu.${dialog}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void holder.signOut()}>{t('menu.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
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
