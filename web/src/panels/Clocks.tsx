import { Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { timeOfDay, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';

type ClocksProps = { readonly zone: ZoneOfIndonesia; readonly serverNowMs: () => number };

/** The server's time in the local zone and in UTC, ticking on its whole seconds. */
export function Clocks({ zone, serverNowMs }: ClocksProps) {
  const { t } = useTranslation();
  const [nowMs, setNowMs] = useState(serverNowMs);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const tick = (): void => {
      const now = serverNowMs();
      setNowMs(now);
      timer = setTimeout(tick, 1000 - (now % 1000));
    };
    tick();
    return () => clearTimeout(timer);
  }, [serverNowMs]);
  return (
    <Group gap="md" wrap="nowrap" role="timer" aria-label={t('clock.label')} aria-live="off">
      <Clock name={zone.name} time={timeOfDay(nowMs, zone.timeZone)} />
      <Clock name="UTC" time={timeOfDay(nowMs, 'UTC')} />
    </Group>
  );
}

function Clock({ name, time }: { readonly name: string; readonly time: string }) {
  return (
    <Group gap={6} wrap="nowrap" align="baseline">
      <Text size="xs" className="quiet">
        {name}
      </Text>
      <Text size="md" className="digits">
        {time}
      </Text>
    </Group>
  );
}
