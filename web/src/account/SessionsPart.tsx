import { Button, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/ApiContext.ts';
import { readNothing } from '../api/apiClient.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { useOrder } from '../api/useOrder.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { deviceText } from './deviceText.ts';
import { idleEndMs, readSessions } from './sessions.ts';

type SessionsPartProps = {
  /** A session ends when it was not used for this long, ms. */
  readonly idleMs: number | undefined;
  readonly zone: ZoneOfIndonesia;
};

/** Where one is signed in, with a way to end it there. */
export function SessionsPart({ idleMs, zone }: SessionsPartProps) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const { answer, askAgain } = useAnswer('/sessions', readSessions);
  const sessions = answer?.ok === true ? answer.value : [];
  const end = async (path: string): Promise<void> => {
    await order.run(() => api.send('DELETE', path, undefined, readNothing));
    askAgain();
  };
  const time = (ms: number): string => dayAndTime(ms, zone.timeZone, i18n.language);
  return (
    <>
      <Text size="sm">{t('account.sessionsIntro')}</Text>
      <ProblemNotice problem={answer?.ok === false ? answer.problem : order.problem} />
      <Table className="data-table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('account.device')}</Table.Th>
            <Table.Th>{t('account.address')}</Table.Th>
            <Table.Th>{t('account.since')}</Table.Th>
            <Table.Th>{t('account.seen')}</Table.Th>
            <Table.Th>{t('account.idleUntil')}</Table.Th>
            <Table.Th>{t('account.until')}</Table.Th>
            <Table.Th aria-hidden="true" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sessions.map((session) => {
            const device = deviceText(session.userAgent) ?? t('account.otherDevice');
            return (
              <Table.Tr key={session.key}>
                <Table.Td title={session.userAgent}>{device}</Table.Td>
                <Table.Td className="digits">{session.address}</Table.Td>
                <Table.Td className="digits">{time(session.createdAtMs)}</Table.Td>
                <Table.Td className="digits">{time(session.seenAtMs)}</Table.Td>
                <Table.Td className="digits">{time(idleEndMs(session, idleMs))}</Table.Td>
                <Table.Td className="digits">{time(session.expiresAtMs)}</Table.Td>
                <Table.Td>
                  {session.isThis ? (
                    <span className="quiet">{t('account.thisSession')}</span>
                  ) : (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={t('account.endSessionOf', { device, address: session.address })}
                      onClick={() => void end(`/sessions/${session.key}`)}
                    >
                      {t('account.endSession')}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
      {sessions.some(({ isThis }) => !isThis) && (
        <Button variant="default" loading={order.isBusy} onClick={() => void end('/sessions')}>
          {t('account.endOthers')}
        </Button>
      )}
    </>
  );
}
