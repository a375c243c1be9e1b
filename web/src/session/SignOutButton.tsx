import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useOrder } from '../api/useOrder.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { SessionHolder } from './sessionHolder.ts';

/** Ends the session where there is no menu to do it from. */
export function SignOutButton({ holder }: { readonly holder: SessionHolder }) {
  const { t } = useTranslation();
  const order = useOrder();
  const signOut = async (): Promise<void> => {
    if ((await order.run(() => holder.signOut())) === true) window.location.reload();
  };
  return (
    <>
      <Button variant="default" loading={order.isBusy} onClick={() => void signOut()}>
        {t('menu.signOut')}
      </Button>
      <ProblemNotice problem={order.problem} />
    </>
  );
}
