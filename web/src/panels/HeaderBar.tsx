import { Box, Button, Group, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { Connection } from '../live/liveClient.ts';
import type { LiveView } from '../live/liveView.ts';
import type { Theme } from '../map/mapColors.ts';
import { languageOf, switchLanguage } from '../texts/setUpTexts.ts';
import { Clocks } from './Clocks.tsx';

type HeaderBarProps = {
  readonly view: LiveView;
  readonly zone: ZoneOfIndonesia;
  readonly serverNowMs: () => number;
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
};

/** One line on top: what this is, whether it is live, how many units, what time it is. */
export function HeaderBar({ view, zone, serverNowMs, theme, onTheme }: HeaderBarProps) {
  const { t, i18n } = useTranslation();
  const otherLanguage = languageOf(i18n) === 'id' ? 'en' : 'id';
  const otherTheme = theme === 'dark' ? 'light' : 'dark';
  return (
    <header className="header-bar">
      <Text component="h1" size="lg" fw={600}>
        {t('app.name')}
      </Text>
      {view.mode === 'demo' && (
        <Tooltip label={t('demo.explain')}>
          <Text size="sm" fw={600} className="demo-mark">
            {t('demo.mark')}
          </Text>
        </Tooltip>
      )}
      <ConnectionState connection={view.connection} zone={zone} />
      <Counts view={view} />
      <Box flex={1} />
      <Clocks zone={zone} serverNowMs={serverNowMs} />
      <Group gap={6} wrap="nowrap">
        <Button
          size="compact-sm"
          variant="default"
          lang={otherLanguage}
          aria-label={t('language.label')}
          onClick={() => void switchLanguage(i18n, otherLanguage)}
        >
          {t('language.switch')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => onTheme(otherTheme)}>
          {t(theme === 'dark' ? 'theme.toLight' : 'theme.toDark')}
        </Button>
      </Group>
    </header>
  );
}

type ConnectionStateProps = { readonly connection: Connection; readonly zone: ZoneOfIndonesia };

function ConnectionState({ connection, zone }: ConnectionStateProps) {
  const { t } = useTranslation();
  const isLost = connection.state === 'lost';
  const text = isLost
    ? t('connection.lost', {
        time: `${timeOfDay(connection.sinceMs, zone.timeZone)} ${zone.name}`,
      })
    : t(`connection.${connection.state}`);
  return (
    <Tooltip label={t('connection.lostExplain')} disabled={!isLost}>
      <Text size="sm" role="status" className="connection" data-connection={connection.state}>
        {text}
      </Text>
    </Tooltip>
  );
}

function Counts({ view }: { readonly view: LiveView }) {
  const { t } = useTranslation();
  const counts = [
    { name: 'fresh', n: view.fresh },
    { name: 'stale', n: view.stale },
    { name: 'withoutFix', n: view.withoutFix },
    // a room without it is a healthy one, so nobody has to read a zero
    ...(view.notStored > 0 ? [{ name: 'notStored' as const, n: view.notStored }] : []),
  ] as const;
  return (
    <Group gap="md" wrap="nowrap" component="dl" aria-label={t('counts.label')} m={0}>
      {counts.map(({ name, n }) => (
        <Tooltip key={name} label={t(`counts.${name}Explain`)}>
          <Group gap={6} wrap="nowrap" align="baseline">
            <Text component="dt" size="xs" className={name === 'notStored' ? 'warns' : 'quiet'}>
              {t(`counts.${name}`)}
            </Text>
            <Text component="dd" m={0} size="md" className="digits" data-count={name}>
              {n}
            </Text>
          </Group>
        </Tooltip>
      ))}
    </Group>
  );
}
