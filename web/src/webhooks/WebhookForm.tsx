import { Button, Checkbox, Group, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { priorities } from '../../../server/domain/rule.ts';
import type { WebhookDetails } from '../../../server/domain/webhookDetails.ts';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { isFine } from '../trackers/typedTracker.ts';
import { typedWebhookOf, type WebhookFaults, webhookBody, webhookFaults } from './typedWebhook.ts';
import { type MadeWebhook, readMadeWebhook, readWebhook } from './webhooks.ts';

type WebhookFormProps = {
  /** Undefined: one that does not exist yet. */
  readonly webhook: WebhookDetails | undefined;
  readonly scope: Scope;
  readonly onMade: (made: MadeWebhook) => void;
  readonly onSaved: () => void;
  readonly onBack: () => void;
};

const regionFaults = { wrong: 'field.regionWrong', notYours: 'field.regionNotYours' } as const;

/** To whom alarms are sent, and which. */
export function WebhookForm({ webhook, scope, onMade, onSaved, onBack }: WebhookFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [typed, setTyped] = useState(() => typedWebhookOf(webhook, scope));
  const [faults, setFaults] = useState<WebhookFaults>({});
  const label = t(webhook === undefined ? 'webhooks.add' : 'webhooks.edit');
  const submit = async (): Promise<void> => {
    const found = webhookFaults(typed, scope);
    setFaults(found);
    if (!isFine(found)) return;
    const body = webhookBody(typed);
    if (webhook === undefined) {
      const made = await order.run(() => api.send('POST', '/webhooks', body, readMadeWebhook));
      if (made !== undefined) onMade(made);
      return;
    }
    const path = `/webhooks/${webhook.id}`;
    const saved = await order.run(() => api.send('PATCH', path, body, readWebhook));
    if (saved !== undefined) onSaved();
  };
  return (
    <Form faults={faults} problem={order.problem} label={label} onSubmit={() => void submit()}>
      <Group gap="sm" align="start" grow>
        <TextInput
          label={t('webhooks.name')}
          required
          autoFocus
          maxLength={64}
          value={typed.name}
          error={faults.name === true && t('webhooks.nameWrong')}
          onChange={(event) => setTyped({ ...typed, name: event.currentTarget.value })}
        />
        <TextInput
          label={t('webhooks.url')}
          required
          spellCheck={false}
          placeholder="https://"
          maxLength={500}
          value={typed.url}
          error={faults.url === true && t('webhooks.urlWrong')}
          onChange={(event) => setTyped({ ...typed, url: event.currentTarget.value })}
        />
      </Group>
      <Group gap="sm" align="start" grow>
        <TextInput
          label={t('webhooks.regions')}
          required
          spellCheck={false}
          value={typed.regions}
          error={faults.regions !== undefined && t(regionFaults[faults.regions])}
          onChange={(event) => setTyped({ ...typed, regions: event.currentTarget.value })}
        />
        <NativeSelect
          label={t('webhooks.least')}
          value={typed.leastPriority}
          data={priorities.map((each) => ({ value: each, label: t(`priority.${each}`) }))}
          onChange={(event) => {
            const leastPriority = priorities.find((each) => each === event.currentTarget.value);
            if (leastPriority !== undefined) setTyped({ ...typed, leastPriority });
          }}
        />
      </Group>
      <Checkbox
        label={t('webhooks.withExercises')}
        checked={typed.withExercises}
        onChange={(event) => setTyped({ ...typed, withExercises: event.currentTarget.checked })}
      />
      <ProblemNotice problem={order.problem} />
      <Group>
        <Button type="submit" loading={order.isBusy}>
          {t(webhook === undefined ? 'people.addSubmit' : 'incident.save')}
        </Button>
        <Button variant="default" onClick={onBack}>
          {t('people.back')}
        </Button>
      </Group>
    </Form>
  );
}
