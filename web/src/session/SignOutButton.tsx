import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SessionHolder } from './sessionHolder.ts';

/** Ends the session where there is no menu to do it from. */
export function SignOutButton({ holder }: { readonly holder: SessionHolder }) {
  const { t } = useTranslation();
  return (
    <Button variant="default" onClick={() => void holder.signOut()}>
      {t('menu.signOut')}
    </Button>
  );
}
