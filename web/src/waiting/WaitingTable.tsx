import { Button, Group, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ageText } from '../formats/ageText.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ConfirmButton } from '../forms/ConfirmButton.tsx';
import type { WaitingTracker } from './waiting.ts';

type WaitingTableProps = {
  readonly trackers: readonly WaitingTracker[];
  readonly zone: ZoneOfIndonesia;
  /** Server time. */
  readonly nowMs: number;
  readonly isBusy: boolean;
  /** Where it comes into without being asked about it; undefined: one has to choose. */
  readonly regionOf: (tracker: WaitingTracker) => string | undefined;
  readonly onAdmit: (tracker: WaitingTracker, region: string) => void;
  readonly onAskMore: (tracker: WaitingTracker) => void;
  readonly onSendAway: (tracker: WaitingTracker) => void;
};

/**
 * Everybody who waits, whoever came first on top: each knock would otherwise move the rows under the
 * hand that lets somebody in.
 */
export function WaitingTable(props: WaitingTableProps) {
  const { trackers, zone, nowMs, isBusy, regionOf, onAdmit, onAskMore, onSendAway } = props;
  const { t, i18n } = useTranslation();
  const sorted = trackers.toSorted(
    (a, b) => a.firstAtMs - b.firstAtMs || a.id.localeCompare(b.id, 'id'),
  );
  return (
    <Table className="data-table">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('waiting.id')}</Table.Th>
          <Table.Th>{t('waiting.door')}</Table.Th>
          <Table.Th>{t('waiting.address')}</Table.Th>
          <Table.Th>{t('field.region')}</Table.Th>
          <Table.Th>{t('waiting.first')}</Table.Th>
          <Table.Th>{t('waiting.last')}</Table.Th>
          <Table.Th>{t('waiting.attempts')}</Table.Th>
          <Table.Th>{t('trackers.secret')}</Table.Th>
          <Table.Th aria-hidden="true" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {sorted.map((tracker) => {
          const { id, door, address, firstAtMs, lastAtMs, attempts, secretVersion } = tracker;
          const region = regionOf(tracker);
          const last = ageText(nowMs - lastAtMs);
          return (
            <Table.Tr key={id} data-waiting-id={id}>
              <Table.Td>{id}</Table.Td>
              <Table.Td>{door !== undefined && t(`door.${door}`)}</Table.Td>
              <Table.Td className="digits">{address}</Table.Td>
              <Table.Td className="digits">
                {tracker.region ?? <span className="quiet">{t('unit.unknown')}</span>}
              </Table.Td>
              <Table.Td className="digits">
                {dayAndTime(firstAtMs, zone.timeZone, i18n.language)}
              </Table.Td>
              <Table.Td className="digits">{t(last.key, { n: last.n })}</Table.Td>
              <Table.Td className="digits">{attempts}</Table.Td>
              <Table.Td>
                {t(secretVersion === undefined ? 'waiting.noSecret' : 'waiting.ownSecret')}
              </Table.Td>
              <Table.Td>
                <Group gap={6} wrap="nowrap" justify="end">
                  {region !== undefined && (
                    <Button
                      size="compact-sm"
                      disabled={isBusy}
                      aria-label={t('waiting.admitOf', { id, region })}
                      title={t('waiting.admitOf', { id, region })}
                      onClick={() => onAdmit(tracker, region)}
                    >
                      {t('waiting.admit')}
                    </Button>
                  )}
                  <Button
                    size="compact-sm"
                    variant="default"
                    disabled={isBusy}
                    aria-label={t('waiting.admitMoreOf', { id })}
                    onClick={() => onAskMore(tracker)}
                  >
                    {t(region === undefined ? 'waiting.admitMore' : 'waiting.more')}
                  </Button>
                  <ConfirmButton
                    text={t('waiting.sendAway')}
                    label={t('waiting.sendAwayOf', { id })}
                    onConfirm={() => onSendAway(tracker)}
                  />
                </Group>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
