import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

/** Says in the title of the tab how many alarms nobody has taken. */
export function usePageTitle(waiting: number): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = waiting === 0 ? t('app.title') : `(${waiting}) ${t('app.title')}`;
    return () => {
      document.title = t('app.title');
    };
  }, [waiting, t]);
}
