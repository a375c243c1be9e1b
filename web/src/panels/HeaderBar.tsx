import { Box, Group, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AccountMenu } from '../account/AccountMenu.tsx';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { Connection } from '../live/liveClient.ts';
import type { LiveView } from '../live/liveView.ts';
import type { SessionHolder } from '../session/sessionHolder.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { Clocks } from './Clocks.tsx';
import { PageSwitches } from './PageSwitches.tsx';

type HeaderBarProps = {
  readonly view: LiveView;
  readonly zone: ZoneOfIndonesia;
  readonly serverNowMs: () => number;
  readonly session: SessionInfo;
  readonly holder: SessionHolder;
};

/** One line on top: what this is, whether it is live, how many units, what time it is, who looks. */
export function HeaderBar({ view, zone, serverNowMs, session, holder }: HeaderBarProps) {
  const { t } = useTranslation();
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
      <PageSwitches />
      <AccountMenu session={session} holder={holder} zone={zone} />
    </header>
  );
}

type ConnectionStateProps = { readonly connection: Connection; readonly zone: ZoneOfIndonesia };

function ConnectionState({ connection, zone }: ConnectionStateProps) {
  const { t } = useTranslation();
  const isLost = connection.state === 'lost' || connection.state === 'paused';
  const text = isLost
    ? t(`connection.${connection.state}`, {
        time: `${timeOfDay(connection.sinceMs, zone.timeZone)} ${zone.name}`,
      })
    : t(`connection.${connection.state}`);
  return (
    <Tooltip label={t('connection.lostExplain')} disabled={connection.state !== 'lost'}>
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
