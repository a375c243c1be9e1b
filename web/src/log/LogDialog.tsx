import { Button, Group, Table, Text } from '@mantine/core';
import { useCallback, useContext, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { PageDialog } from '../forms/PageDialog.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { IsCovered } from '../session/IsCovered.ts';
import { actionText, actorText, dataText, subjectText } from './deedText.ts';
import { type LogPage, readLogPage } from './logPage.ts';

type LogDialogProps = { readonly zone: ZoneOfIndonesia; readonly onClose: () => void };

const pageSize = 50;

/** Who did what, newest first, a page at a time. */
export function LogDialog({ zone, onClose }: LogDialogProps) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const isCovered = useContext(IsCovered);
  const [page, setPage] = useState<LogPage>();
  const { run } = order;
  const load = useCallback(
    async (earlier: LogPage | undefined): Promise<void> => {
      const before = earlier?.nextCursor ?? undefined;
      const query = new URLSearchParams({ limit: String(pageSize) });
      if (before !== undefined) query.set('before', String(before));
      const next = await run(() => api.get(`/audit?${query}`, readLogPage));
      if (next === undefined) return;
      setPage({ ...next, entries: [...(earlier?.entries ?? []), ...next.entries] });
    },
    [api, run],
  );
  useEffect(() => {
    if (!isCovered) void load(undefined);
  }, [load, isCovered]);
  const time = (ms: number): string => dayAndTime(ms, zone.timeZone, i18n.language);
  return (
    <PageDialog title={t('log.title')} widthPx={1180} onClose={onClose}>
      <Group justify="space-between" mb="xs">
        <Text size="sm">{t('log.intro', { zone: zone.name })}</Text>
        <Button
          variant="default"
          size="compact-sm"
          loading={order.isBusy}
          onClick={() => void load(undefined)}
        >
          {t('log.newest')}
        </Button>
      </Group>
      <ProblemNotice problem={order.problem} />
      {page?.entries.length === 0 && <Text size="sm">{t('log.none')}</Text>}
      {page !== undefined && page.entries.length > 0 && (
        <Table className="data-table">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('log.time')}</Table.Th>
              <Table.Th>{t('log.actor')}</Table.Th>
              <Table.Th>{t('log.action')}</Table.Th>
              <Table.Th>{t('log.subject')}</Table.Th>
              <Table.Th>{t('log.region')}</Table.Th>
              <Table.Th>{t('log.details')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {page.entries.map((entry) => (
              <Table.Tr key={entry.sequence} data-action={entry.action}>
                <Table.Td className="digits log-time">{time(entry.happenedAtMs)}</Table.Td>
                <Table.Td>{actorText(entry.actor, t)}</Table.Td>
                <Table.Td>{actionText(entry.action, t)}</Table.Td>
                <Table.Td>{subjectText(entry.subject, t)}</Table.Td>
                <Table.Td>{entry.region}</Table.Td>
                <Table.Td className="quiet log-data">{dataText(entry.data, t, time)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {page !== undefined && page.nextCursor !== null && (
        <Button variant="default" mt="sm" loading={order.isBusy} onClick={() => void load(page)}>
          {t('log.older')}
        </Button>
      )}
    </PageDialog>
  );
}
