import { Button, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/ApiContext.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { useOrder } from '../api/useOrder.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { Outcome } from '../forms/Outcome.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { readDeadWebhooks, readWanted } from './webhooks.ts';

type DeadWebhooksProps = { readonly webhookId: string; readonly zone: ZoneOfIndonesia };

/** Events that the other side never took, and the way to send them once more. */
export function DeadWebhooks({ webhookId, zone }: DeadWebhooksProps) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [done, setDone] = useState<string>();
  const path = `/webhooks/${webhookId}/dead-letters`;
  const { answer, askAgain } = useAnswer(`${path}?limit=100`, readDeadWebhooks);
  const resend = async (keys: readonly number[] | undefined): Promise<void> => {
    setDone(undefined);
    const body = keys === undefined ? {} : { keys };
    const wanted = await order.run(() => api.send('POST', `${path}/resend`, body, readWanted));
    if (wanted !== undefined) setDone(t('webhooks.wanted', { n: wanted }));
    askAgain();
  };
  if (answer === undefined) return null;
  if (!answer.ok) return <ProblemNotice problem={answer.problem} />;
  const { deadLetters, nextCursor } = answer.value;
  return (
    <>
      {deadLetters.length === 0 && <Text size="sm">{t('webhooks.noDeadLetters')}</Text>}
      {deadLetters.length > 0 && (
        <Table className="data-table">
          <Table.Tbody>
            {deadLetters.map(({ key, givenUpAtMs, attempts, status, error, isWanted, event }) => (
              <Table.Tr key={key} data-letter={key}>
                <Table.Td className="digits log-time">
                  {dayAndTime(givenUpAtMs, zone.timeZone, i18n.language)}
                </Table.Td>
                <Table.Td className="mono">{event?.kind ?? t('webhooks.eventGone')}</Table.Td>
                <Table.Td>
                  HTTP {status ?? '–'} · {error} · {t('webhooks.attempts', { n: attempts })}
                </Table.Td>
                <Table.Td>
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={isWanted || event === null}
                    onClick={() => void resend([key])}
                  >
                    {t(isWanted ? 'webhooks.isWanted' : 'webhooks.resend')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Group gap="sm">
        {deadLetters.length > 1 && (
          <Button
            size="compact-sm"
            variant="default"
            loading={order.isBusy}
            onClick={() => void resend(undefined)}
          >
            {t('webhooks.resendAll')}
          </Button>
        )}
        <Button size="compact-sm" variant="subtle" onClick={askAgain}>
          {t('webhooks.look')}
        </Button>
        {nextCursor !== null && (
          <Text size="xs" className="quiet">
            {t('webhooks.more', { n: deadLetters.length })}
          </Text>
        )}
      </Group>
      <Outcome order={order} done={done} />
    </>
  );
}
