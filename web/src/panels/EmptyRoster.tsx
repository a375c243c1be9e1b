import { Code, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

const addCommand = 'npm run posko -- tracker add hp-07 --region 64.08 --callsign "Alpha 1"';
const publishCommand = (mqttPort: number): string =>
  `mosquitto_pub -p ${mqttPort} -t owntracks/hp-07/phone -m '{"_type":"location","lat":0.5049,"lon":117.5279,"tst":'$(date +%s)',"acc":8}'`;

/** For somebody who cannot register trackers. */
export function NoUnits() {
  const { t } = useTranslation();
  return <EmptyNotice text={t('empty.noneOfYours')} />;
}

/** What to do when no unit is known yet: two commands to a first symbol on the map. */
export function EmptyRoster({ mqttPort }: { readonly mqttPort: number }) {
  const { t } = useTranslation();
  return (
    <EmptyNotice text={t('empty.intro')}>
      <Text size="sm" mt="md" fw={600}>
        {t('empty.add')}
      </Text>
      <Code block>{addCommand}</Code>
      <Text size="sm" mt="md" fw={600}>
        {t('empty.publish')}
      </Text>
      <Code block>{publishCommand(mqttPort)}</Code>
      <Text size="sm" mt="md" className="quiet">
        {t('empty.publishHint')}
      </Text>
    </EmptyNotice>
  );
}

type EmptyNoticeProps = { readonly text: string; readonly children?: ReactNode };

function EmptyNotice({ text, children }: EmptyNoticeProps) {
  const { t } = useTranslation();
  return (
    <Paper component="section" className="empty-roster" p="lg" shadow="sm">
      <Text component="h2" size="lg" fw={600}>
        {t('empty.title')}
      </Text>
      <Text size="sm" mt="xs">
        {text}
      </Text>
      {children}
    </Paper>
  );
}
