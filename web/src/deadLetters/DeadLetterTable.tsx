import { Button, Checkbox, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { ListedDeadLetter, Replayed } from './deadLetters.ts';
import { Outcome } from './Outcome.tsx';
import { reasonText } from './reasonText.ts';

type DeadLetterTableProps = {
  readonly deadLetters: readonly ListedDeadLetter[];
  readonly outcomes: ReadonlyMap<number, Replayed>;
  readonly chosen: ReadonlySet<number>;
  readonly zone: ZoneOfIndonesia;
  readonly onChoose: (chosen: ReadonlySet<number>) => void;
  readonly onShow: (key: number) => void;
};

/** Dead letters, newest first, each with why it is one. */
export function DeadLetterTable(props: DeadLetterTableProps) {
  const { deadLetters, outcomes, chosen, zone, onChoose, onShow } = props;
  const { t, i18n } = useTranslation();
  const toggle = (key: number): void => {
    const next = new Set(chosen);
    if (!next.delete(key)) next.add(key);
    onChoose(next);
  };
  const isAllChosen = deadLetters.every(({ key }) => chosen.has(key));
  return (
    <Table className="data-table">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            <Checkbox
              size="xs"
              aria-label={t('deadLetters.chooseAll')}
              checked={isAllChosen}
              indeterminate={chosen.size > 0 && !isAllChosen}
              onChange={() =>
                onChoose(new Set(isAllChosen ? [] : deadLetters.map(({ key }) => key)))
              }
            />
          </Table.Th>
          <Table.Th>{t('log.time')}</Table.Th>
          <Table.Th>{t('deadLetters.tracker')}</Table.Th>
          <Table.Th>{t('deadLetters.reason')}</Table.Th>
          <Table.Th>{t('deadLetters.from')}</Table.Th>
          <Table.Th>{t('deadLetters.what')}</Table.Th>
          <Table.Th>{t('deadLetters.state')}</Table.Th>
          <Table.Th aria-hidden="true" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {deadLetters.map((deadLetter) => {
          const { key, kind, trackerId, topic, address, receivedAtMs, reason, bytes } = deadLetter;
          return (
            <Table.Tr key={key} data-dead-letter={key}>
              <Table.Td>
                <Checkbox
                  size="xs"
                  aria-label={t('deadLetters.choose', { key })}
                  checked={chosen.has(key)}
                  onChange={() => toggle(key)}
                />
              </Table.Td>
              <Table.Td className="digits log-time">
                {dayAndTime(receivedAtMs, zone.timeZone, i18n.language)}
              </Table.Td>
              <Table.Td>{trackerId ?? <span className="quiet">{t('unit.unknown')}</span>}</Table.Td>
              <Table.Td>{reasonText(reason, t)}</Table.Td>
              <Table.Td>
                <span className="mono">{topic}</span>
                {topic !== undefined && address !== undefined && <br />}
                <span className="quiet digits">{address}</span>
              </Table.Td>
              <Table.Td className="digits log-time">
                {kind === 'fix' ? t('deadLetters.fix') : t('deadLetters.bytes', { n: bytes ?? 0 })}
              </Table.Td>
              <Table.Td>
                <Outcome deadLetter={deadLetter} replayed={outcomes.get(key)} zone={zone} />
              </Table.Td>
              <Table.Td>
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={t('deadLetters.openOf', { key })}
                  onClick={() => onShow(key)}
                >
                  {t('deadLetters.open')}
                </Button>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
