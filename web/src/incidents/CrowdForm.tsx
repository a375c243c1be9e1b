import { Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import { maxCrowd, maxIncidentTextLength } from '../../../server/domain/incidentFields.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { coordinates } from './coordinates.ts';
import { useDesk } from './incidentDesk.ts';
import { useIncidentOrder } from './useIncidentOrder.ts';

/** A crowd that an observer tells of: a click on the map says where, this says how many. */
export function CrowdForm({ incident }: { readonly incident: IncidentDetails }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { order, act } = useIncidentOrder(incident);
  const [size, setSize] = useState('');
  const [text, setText] = useState('');
  const [isTried, setTried] = useState(false);
  const [lon, lat] = incident.place;
  const place = desk.crowd === 'awaited' ? undefined : desk.crowd;
  const people = /^\d{1,7}$/.test(size.trim()) ? Number(size) : Number.NaN;
  const isSize = people <= maxCrowd;
  const submit = async (): Promise<void> => {
    setTried(true);
    if (!isSize || place === undefined) return;
    const isDone = await act({ kind: 'crowd', place, size: people, text: text.trim() });
    if (isDone) desk.setCrowd(undefined);
  };
  return (
    <Form label={t('incident.crowd')} faults={isTried} onSubmit={() => void submit()}>
      {place === undefined ? (
        <Group gap="xs">
          <Text size="sm" role="status">
            {t('incident.crowdWhere')}
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => desk.setCrowd([lon, lat])}>
            {t('incident.crowdHere')}
          </Button>
        </Group>
      ) : (
        <Text size="xs" className="quiet digits">
          {coordinates(place, t)}
        </Text>
      )}
      <Group gap="xs" align="start" grow>
        <TextInput
          size="xs"
          label={t('incident.crowdSize')}
          inputMode="numeric"
          maxLength={7}
          value={size}
          error={isTried && !isSize && t('incident.crowdSizeWrong')}
          onChange={(event) => setSize(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          label={t('incident.crowdText')}
          maxLength={maxIncidentTextLength}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Group>
      {isTried && place === undefined && (
        <span role="alert" className="warns">
          {t('incident.crowdWhere')}
        </span>
      )}
      <ProblemNotice problem={order.problem} />
      <Group gap="xs">
        <Button type="submit" size="compact-sm" loading={order.isBusy}>
          {t('incident.crowdMark')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => desk.setCrowd(undefined)}>
          {t('confirm.cancel')}
        </Button>
      </Group>
    </Form>
  );
}
