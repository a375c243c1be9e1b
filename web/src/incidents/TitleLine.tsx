import { ActionIcon, Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import { maxTitleLength } from '../../../server/domain/incidentFields.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { useIncidentOrder } from './useIncidentOrder.ts';

type TitleLineProps = { readonly incident: IncidentDetails; readonly mayManage: boolean };

/** What the incident is called, and the way to call it something better. */
export function TitleLine({ incident, mayManage }: TitleLineProps) {
  const { t } = useTranslation();
  const { order, act } = useIncidentOrder(incident);
  const [typed, setTyped] = useState<{ readonly title: string; readonly version: number }>();
  if (typed === undefined) {
    return (
      <Group gap={4} flex={1} wrap="nowrap" align="start" miw={0}>
        <Text component="h2" size="md" fw={600} m={0} className="incident-title">
          {incident.title}
        </Text>
        {mayManage && (
          <ActionIcon
            variant="subtle"
            size="sm"
            aria-label={t('incident.rename')}
            title={t('incident.rename')}
            onClick={() => setTyped({ title: incident.title, version: incident.version })}
          >
            ✎
          </ActionIcon>
        )}
      </Group>
    );
  }
  const submit = async (): Promise<void> => {
    const title = typed.title.trim();
    if (title === '') return;
    if (await act({ kind: 'rename', title }, typed.version)) setTyped(undefined);
  };
  return (
    <div className="incident-rename">
      <Form label={t('incident.rename')} onSubmit={() => void submit()}>
        <TextInput
          aria-label={t('incident.title')}
          autoFocus
          maxLength={maxTitleLength}
          value={typed.title}
          onChange={(event) => setTyped({ ...typed, title: event.currentTarget.value })}
        />
        <ProblemNotice problem={order.problem} />
        <Group gap="xs">
          <Button type="submit" size="compact-sm" loading={order.isBusy}>
            {t('incident.save')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setTyped(undefined)}>
            {t('confirm.cancel')}
          </Button>
        </Group>
      </Form>
    </div>
  );
}
