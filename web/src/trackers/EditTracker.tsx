import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { ConfirmButton } from '../forms/ConfirmButton.tsx';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import { AssignTracker } from './AssignTracker.tsx';
import { DoorFields } from './DoorFields.tsx';
import { type MadeSecret, readTrackerSecret } from './madeSecret.ts';
import { identityOf, type ListedTracker, readTracker } from './trackers.ts';
import {
  doorBody,
  isFine,
  type TrackerFaults,
  trackerFaults,
  typedOf,
  unitBody,
} from './typedTracker.ts';
import { UnitFields } from './UnitFields.tsx';

type EditTrackerProps = {
  readonly tracker: ListedTracker;
  /** All that one manages. */
  readonly trackers: readonly ListedTracker[];
  readonly scope: Scope;
  readonly onMade: (made: MadeSecret) => void;
  /** Something of the tracker was changed at the server. */
  readonly onChange: () => void;
  readonly onBack: () => void;
};

const pathOf = ({ id }: ListedTracker): string => `/trackers/${encodeURIComponent(id)}`;

/** Changes a tracker and the unit that carries it, gives it a new secret or to another unit. */
export function EditTracker(props: EditTrackerProps) {
  const { tracker, trackers, scope, onMade, onChange, onBack } = props;
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const newSecret = async (): Promise<void> => {
    const path = `${pathOf(tracker)}/secret`;
    const made = await order.run(() => api.send('POST', path, undefined, readTrackerSecret));
    if (made !== undefined) onMade(made);
  };
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text component="h3" size="lg" fw={600} m={0}>
          {tracker.callsign} ({tracker.id})
        </Text>
        <Button variant="default" size="compact-sm" autoFocus onClick={onBack}>
          {t('people.back')}
        </Button>
      </Group>
      <Section title={t('trackers.what')}>
        {/* another unit has other words */}
        <FieldsForm key={tracker.unitId} tracker={tracker} scope={scope} onChange={onChange} />
      </Section>
      <Section title={t('trackers.assignment')}>
        <AssignTracker tracker={tracker} trackers={trackers} onChange={onChange} />
      </Section>
      <Section title={t('trackers.secret')}>
        <Text size="sm">{t(`identityMeans.${identityOf(tracker)}`)}</Text>
        <ProblemNotice problem={order.problem} />
        <Group>
          <ConfirmButton
            text={t(tracker.hasSecret ? 'secret.renew' : 'secret.make')}
            onConfirm={() => void newSecret()}
          />
          {tracker.hasSecret && (
            <Text size="xs" className="quiet">
              {t('secret.renewNote')}
            </Text>
          )}
        </Group>
      </Section>
    </>
  );
}

type FieldsFormProps = Pick<EditTrackerProps, 'tracker' | 'scope' | 'onChange'>;

function FieldsForm({ tracker, scope, onChange }: FieldsFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const [typed, setTyped] = useState(() => typedOf(tracker));
  const [faults, setFaults] = useState<TrackerFaults>({});
  const [isSaved, setSaved] = useState(false);
  const submit = async (): Promise<void> => {
    const found = trackerFaults(typed, scope);
    setFaults(found);
    setSaved(false);
    if (!isFine(found)) return;
    const timeZone = typed.timeZone.trim() || null;
    const body = { ...unitBody(typed), ...doorBody(typed), timeZone };
    const saved = await order.run(() => api.send('PATCH', pathOf(tracker), body, readTracker));
    if (saved === undefined) return;
    setSaved(true);
    onChange();
  };
  return (
    <Form faults={faults} label={t('trackers.what')} onSubmit={() => void submit()}>
      <UnitFields
        typed={typed}
        faults={faults}
        onType={(unit) => setTyped({ ...typed, ...unit })}
      />
      <DoorFields typed={typed} faults={faults} onType={setTyped} />
      <ProblemNotice problem={order.problem} />
      <Text size="sm" role="status">
        {isSaved && order.problem === undefined && t('people.saved')}
      </Text>
      <Button type="submit" loading={order.isBusy}>
        {t('people.save')}
      </Button>
    </Form>
  );
}
