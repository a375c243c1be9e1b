import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AlarmSound } from './alarmSound.ts';

/** Something calls and nobody hears it: a click anywhere is all that the browser wants. */
export function SoundBlocked({ sound }: { readonly sound: AlarmSound }) {
  const { t } = useTranslation();
  return (
    <div className="sound-blocked" role="alert">
      <span>{t('sound.blocked')}</span>
      <Button size="compact-xs" variant="default" onClick={() => sound.unblock()}>
        {t('sound.unblock')}
      </Button>
    </div>
  );
}
