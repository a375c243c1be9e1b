import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import { DoorFields } from './DoorFields.tsx';
import { type MadeSecret, readTrackerSecret } from './madeSecret.ts';
import {
  beginTracker,
  doorBody,
  isFine,
  type TrackerFaults,
  trackerFaults,
  unitBody,
} from './typedTracker.ts';
import { UnitFields } from './UnitFields.tsx';

type AddTrackerProps = {
  readonly scope: Scope;
  readonly onMade: (made: MadeSecret) => void;
  readonly onBack: () => void;
};

/** A form for a tracker that does not exist yet. */
export function AddTracker({ scope, onMade, onBack }: AddTrackerProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [typed, setTyped] = useState(() => beginTracker(scope));
  const [makesSecret, setMakesSecret] = useState(true);
  const [faults, setFaults] = useState<TrackerFaults>({});
  const submit = async (): Promise<void> => {
    const found = trackerFaults(typed, scope);
    setFaults(found);
    if (!isFine(found)) return;
    const timeZone = typed.timeZone.trim();
    const body = {
      id: typed.id.trim(),
      ...unitBody(typed),
      ...doorBody(typed),
      ...(timeZone !== '' && { timeZone }),
      makesSecret: makesSecret || !typed.isWeak,
    };
    const made = await order.run(() => api.send('POST', '/trackers', body, readTrackerSecret));
    if (made !== undefined) onMade(made);
  };
  return (
    <Section title={t('trackers.add')}>
      <Form faults={faults} label={t('trackers.add')} onSubmit={() => void submit()}>
        <TextInput
          label={t('trackers.id')}
          description={t('trackers.idHint')}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          required
          autoFocus
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          value={typed.id}
          error={faults.id === true && t('trackers.idWrong')}
          onChange={(event) => setTyped({ ...typed, id: event.currentTarget.value })}
        />
        <UnitFields
          typed={typed}
          faults={faults}
          onType={(unit) => setTyped({ ...typed, ...unit })}
        />
        <DoorFields typed={typed} faults={faults} onType={setTyped} />
        {typed.isWeak && (
          <Checkbox
            label={t('trackers.makesSecret')}
            description={t('trackers.makesSecretHint')}
            checked={makesSecret}
            onChange={(event) => setMakesSecret(event.currentTarget.checked)}
          />
        )}
        <ProblemNotice problem={order.problem} />
        <Group>
          <Button type="submit" loading={order.isBusy}>
            {t('people.addSubmit')}
          </Button>
          <Button variant="default" onClick={onBack}>
            {t('people.back')}
          </Button>
        </Group>
      </Form>
    </Section>
  );
}
