import { Box, Group, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AccountMenu } from '../account/AccountMenu.tsx';
import type { DialogName } from '../dialogs/useDialogs.ts';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { Connection } from '../live/liveClient.ts';
import type { LiveView } from '../live/liveView.ts';
import type { SessionHolder } from '../session/sessionHolder.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { WaitingButton } from '../waiting/WaitingButton.tsx';
import { Clocks } from './Clocks.tsx';
import { PageSwitches } from './PageSwitches.tsx';

type HeaderBarProps = {
  readonly view: LiveView;
  readonly zone: ZoneOfIndonesia;
  readonly serverNowMs: () => number;
  readonly session: SessionInfo;
  readonly holder: SessionHolder;
  /** How many wait at the door; undefined for those who may not let them in. */
  readonly waiting: number | undefined;
  readonly onOpen: (dialog: DialogName, opener: HTMLElement | null) => void;
};

/** One line on top: what this is, whether it is live, who waits at the door, what time it is, who looks. */
export function HeaderBar(props: HeaderBarProps) {
  const { view, zone, serverNowMs, session, holder, waiting, onOpen } = props;
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
      <NotStored count={view.notStored} />
      <Box flex={1} />
      {waiting !== undefined && (
        <WaitingButton count={waiting} onOpen={(button) => onOpen('waiting', button)} />
      )}
      <Clocks zone={zone} serverNowMs={serverNowMs} />
      <PageSwitches />
      <AccountMenu session={session} holder={holder} onOpen={onOpen} />
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

/** A room without it is a healthy one, so nobody has to read a zero. */
function NotStored({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <Tooltip label={t('counts.notStoredExplain')}>
      <Group gap={6} wrap="nowrap" align="baseline">
        <Text size="xs" className="warns">
          {t('counts.notStored')}
        </Text>
        <Text size="md" className="digits" data-count="notStored">
          {count}
        </Text>
      </Group>
    </Tooltip>
  );
}
