import { Button, Checkbox, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import { incidentRadiusBounds, maxTitleLength } from '../../../server/domain/incidentFields.ts';
import { useApi } from '../api/ApiContext.ts';
import { useOrder } from '../api/useOrder.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { isFine } from '../trackers/typedTracker.ts';
import { coordinates } from './coordinates.ts';
import { useDesk } from './incidentDesk.ts';
import { type DraftFaults, draftBody, draftFaults, type IncidentDraft } from './incidentDraft.ts';
import { readIncidentResult } from './incidentLog.ts';

type OpenIncidentFormProps = {
  readonly draft: IncidentDraft;
  /** Where the person may open one. */
  readonly scope: Scope;
};

const regionFaults = {
  wrong: 'incident.regionWrong',
  notYours: 'trackers.regionNotYours',
} as const;

/** All of it is proposed: whoever is in a hurry presses Enter. Its circle is on the map meanwhile. */
export function OpenIncidentForm({ draft, scope }: OpenIncidentFormProps) {
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const desk = useDesk();
  const [faults, setFaults] = useState<DraftFaults>({});
  const submit = async (): Promise<void> => {
    const found = draftFaults(draft, scope);
    setFaults(found);
    if (!isFine(found)) return;
    const opened = await order.run(() =>
      api.send('POST', '/incidents', draftBody(draft), readIncidentResult),
    );
    if (opened === undefined) return;
    desk.note(opened);
    desk.show(opened.id);
  };
  const { min, max } = incidentRadiusBounds;
  return (
    <div className="incident-scroll incident-part">
      <Text component="h2" size="md" fw={600} m={0}>
        {t('incident.openTitle')}
      </Text>
      <Form
        faults={faults}
        problem={order.problem}
        label={t('incident.openTitle')}
        onSubmit={() => void submit()}
      >
        <TextInput
          label={t('incident.title')}
          required
          maxLength={maxTitleLength}
          value={draft.title}
          error={faults.title === true && t('incident.titleWrong')}
          onChange={(event) => desk.setDraft({ ...draft, title: event.currentTarget.value })}
        />
        <Text size="xs" className="quiet digits">
          {coordinates(draft.place, t)}
        </Text>
        <Group gap="sm" grow align="start">
          <TextInput
            label={t('incident.radius')}
            required
            inputMode="numeric"
            maxLength={6}
            value={draft.radius}
            error={faults.radius === true && t('incident.radiusWrong', { min, max })}
            onChange={(event) => desk.setDraft({ ...draft, radius: event.currentTarget.value })}
          />
          <TextInput
            label={t('field.region')}
            required
            maxLength={8}
            spellCheck={false}
            value={draft.region}
            error={faults.region !== undefined && t(regionFaults[faults.region])}
            onChange={(event) => desk.setDraft({ ...draft, region: event.currentTarget.value })}
          />
        </Group>
        <Checkbox
          label={t('incident.isExercise')}
          checked={draft.isExercise}
          onChange={(event) => desk.setDraft({ ...draft, isExercise: event.currentTarget.checked })}
        />
        <ProblemNotice problem={order.problem} />
        <Group>
          <Button type="submit" autoFocus loading={order.isBusy}>
            {t('incident.open')}
          </Button>
          <Button variant="default" onClick={() => desk.setDraft(undefined)}>
            {t('confirm.cancel')}
          </Button>
        </Group>
      </Form>
    </div>
  );
}
