import { Button, Checkbox, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { scopeOf } from '../../../server/domain/access.ts';
import { maxCallsignLength } from '../../../server/domain/unit.ts';
import type { Problem } from '../api/problem.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { Section } from '../forms/Section.tsx';
import type { SessionInfo } from '../session/sessionInfo.ts';
import {
  beginUnit,
  isFine,
  type TypedUnit,
  type UnitFaults,
  unitBody,
  unitFaults,
} from '../trackers/typedTracker.ts';
import { UnitFields } from '../trackers/UnitFields.tsx';
import { knownRegion, type WaitingTracker } from './waiting.ts';

/** What the server is told of a newcomer. */
export type Admission = {
  readonly region: string;
  /** Of the secret that it keeps; undefined: it gets a new one. */
  readonly secretVersion: number | undefined;
  readonly callsign?: string;
  readonly kind?: TypedUnit['kind'];
  readonly agency?: TypedUnit['agency'];
};

type AdmitFormProps = {
  readonly tracker: WaitingTracker;
  readonly session: SessionInfo;
  readonly isBusy: boolean;
  readonly problem: Problem | undefined;
  readonly onAdmit: (admission: Admission) => void;
  readonly onCancel: () => void;
};

/** Says more of a newcomer than the one click does. */
export function AdmitForm(props: AdmitFormProps) {
  const { tracker, session, isBusy, problem, onAdmit, onCancel } = props;
  const { t } = useTranslation();
  const scope = scopeOf(session.grants, 'trackers.admit');
  const [typed, setTyped] = useState<TypedUnit>(() => ({
    ...beginUnit(scope, tracker.id.slice(0, maxCallsignLength)),
    region: knownRegion(tracker, session) ?? '',
  }));
  const [keepsSecret, setKeeps] = useState(tracker.secretVersion !== undefined);
  const [faults, setFaults] = useState<UnitFaults>({});
  const submit = (): void => {
    const found = unitFaults(typed, scope);
    setFaults(found);
    if (isFine(found)) {
      const secretVersion = keepsSecret ? tracker.secretVersion : undefined;
      onAdmit({ ...unitBody(typed), secretVersion });
    }
  };
  return (
    <Section title={t('waiting.admitTitle', { id: tracker.id })}>
      <Form faults={faults} label={t('waiting.admitTitle', { id: tracker.id })} onSubmit={submit}>
        <UnitFields takesFocus typed={typed} faults={faults} onType={setTyped} />
        {tracker.secretVersion === undefined ? (
          <Text size="sm">{t('waiting.newSecret')}</Text>
        ) : (
          <Checkbox
            label={t('waiting.keepsSecret')}
            description={t('waiting.keepsSecretHint')}
            checked={keepsSecret}
            onChange={(event) => setKeeps(event.currentTarget.checked)}
          />
        )}
        <ProblemNotice problem={problem} />
        <Group>
          <Button type="submit" loading={isBusy}>
            {t('waiting.admit')}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t('waiting.back')}
          </Button>
        </Group>
      </Form>
    </Section>
  );
}
