import { Anchor, Button, Text } from '@mantine/core';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { SignInForm } from './SignInForm.tsx';
import type { SessionInfo } from './sessionInfo.ts';

type EndedOverlayProps = {
  readonly session: SessionInfo;
  readonly isDemo: boolean;
  readonly onSession: (session: SessionInfo) => void;
};

/**
 * Asks for the password again over the map, which stays. Nothing behind it can be reached, and only
 * signing in ends it. The browser's own modal dialog, since it stands above every other one and holds
 * the focus by itself.
 */
export function EndedOverlay({ session, isDemo, onSession }: EndedOverlayProps) {
  const { t } = useTranslation();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    if (shown === null) return;
    const before = document.activeElement;
    shown.showModal();
    shown.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    const keepOpen = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', keepOpen, { capture: true });
    return () => {
      window.removeEventListener('keydown', keepOpen, { capture: true });
      shown.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const isPerson = session.kind === 'person';
  return (
    <dialog
      ref={dialog}
      className="ended-overlay"
      aria-labelledby={titleId}
      onCancel={(event) => event.preventDefault()}
    >
      <Text component="h2" id={titleId} size="xl" fw={600} m={0}>
        {t(isPerson ? 'ended.title' : 'ended.displayTitle')}
      </Text>
      <Text size="sm">{t(isPerson ? 'ended.intro' : 'ended.display')}</Text>
      {isPerson ? (
        <>
          {isDemo && <Text size="sm">{t('ended.demo')}</Text>}
          <SignInForm name={session.name} onSession={onSession} />
          <Anchor component="button" size="sm" onClick={() => window.location.reload()}>
            {t('ended.otherPerson', { name: session.fullName || session.name })}
          </Anchor>
        </>
      ) : (
        <Button variant="default" onClick={() => window.location.reload()}>
          {t('ended.signIn')}
        </Button>
      )}
    </dialog>
  );
}
