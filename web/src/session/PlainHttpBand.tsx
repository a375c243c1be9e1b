import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Says, for as long as it is so, that everybody on the way can read along. */
export function PlainHttpBand() {
  const { t } = useTranslation();
  return (
    <Text size="sm" component="p" role="note" className="warning-band">
      {t('band.plainHttp')}
    </Text>
  );
}
