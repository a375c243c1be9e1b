import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import type { WebhookDetails } from '../../../server/domain/webhookDetails.ts';
import { useApi } from '../api/ApiContext.ts';
import { readNothing } from '../api/apiClient.ts';
import { useOrder } from '../api/useOrder.ts';
import { dayAndTime, type ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { ConfirmButton } from '../forms/ConfirmButton.tsx';
import { Outcome } from '../forms/Outcome.tsx';
import { Section } from '../forms/Section.tsx';
import { Fact } from '../panels/Facts.tsx';
import { DeadWebhooks } from './DeadWebhooks.tsx';
import { WebhookForm } from './WebhookForm.tsx';
import { type MadeWebhook, readMadeWebhook, readWebhook, readWebhookTest } from './webhooks.ts';

type WebhookViewProps = {
  readonly webhook: WebhookDetails;
  readonly scope: Scope;
  readonly zone: ZoneOfIndonesia;
  readonly onMade: (made: MadeWebhook) => void;
  readonly onChange: () => void;
  readonly onBack: () => void;
};

/** One webhook: whether the other side takes what is sent, what it did not take, and what can be changed. */
export function WebhookView({ webhook, scope, zone, onMade, onChange, onBack }: WebhookViewProps) {
  const { t, i18n } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [done, setDone] = useState<string>();
  const path = `/webhooks/${webhook.id}`;
  const { isOn, offBecause, lastSentAtMs, failingSinceMs, lastStatus, lastError } = webhook;
  const time = (ms: number): string => dayAndTime(ms, zone.timeZone, i18n.language);
  const test = async (): Promise<void> => {
    setDone(undefined);
    const answer = await order.run(() => api.send('POST', `${path}/test`, {}, readWebhookTest));
    if (answer === undefined) return;
    const { isTaken, status, said } = answer;
    setDone(t(isTaken ? 'webhooks.taken' : 'webhooks.notTaken', { status: status ?? '–', said }));
  };
  const turn = async (): Promise<void> => {
    setDone(undefined);
    await order.run(() => api.send('PATCH', path, { isOn: !isOn }, readWebhook));
    onChange();
  };
  const renew = async (): Promise<void> => {
    const made = await order.run(() => api.send('POST', `${path}/secret`, {}, readMadeWebhook));
    if (made !== undefined) onMade(made);
  };
  const remove = async (): Promise<void> => {
    const isGone = await order.run(() => api.send('DELETE', path, undefined, readNothing));
    if (isGone === true) onBack();
  };
  return (
    <>
      <Button size="compact-sm" variant="default" mb="xs" onClick={onBack}>
        {t('people.back')}
      </Button>
      <Section title={webhook.name}>
        <dl className="facts">
          <Fact name={t('webhooks.state')} field="state">
            {isOn ? t('webhooks.on') : t('webhooks.off', { why: whyOff(offBecause) })}
          </Fact>
          <Fact name={t('webhooks.lastSent')}>
            {lastSentAtMs === null ? t('webhooks.never') : time(lastSentAtMs)}
          </Fact>
          {failingSinceMs !== null && (
            <Fact name={t('webhooks.failing')}>
              <span className="warns">
                {time(failingSinceMs)} · HTTP {lastStatus ?? '–'} · {lastError}
              </span>
            </Fact>
          )}
        </dl>
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            loading={order.isBusy}
            onClick={() => void test()}
          >
            {t('webhooks.test')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => void turn()}>
            {t(isOn ? 'webhooks.turnOff' : 'webhooks.turnOn')}
          </Button>
          <ConfirmButton
            text={t('webhooks.renew')}
            consequence={t('webhooks.renewNote')}
            onConfirm={() => void renew()}
          />
          <ConfirmButton text={t('webhooks.remove')} onConfirm={() => void remove()} />
        </Group>
        <Outcome order={order} done={done} />
      </Section>
      <Section title={t('webhooks.deadLetters')}>
        <DeadWebhooks webhookId={webhook.id} zone={zone} />
      </Section>
      <Section title={t('webhooks.edit')}>
        <WebhookForm
          webhook={webhook}
          scope={scope}
          onMade={onMade}
          onSaved={() => {
            setDone(t('webhooks.saved'));
            onChange();
          }}
          onBack={onBack}
        />
      </Section>
      <Text size="xs" className="quiet">
        {t('webhooks.signed')}
      </Text>
    </>
  );

  function whyOff(because: string | null): string {
    return because === 'person' ? t('webhooks.offByPerson') : (because ?? '');
  }
}
