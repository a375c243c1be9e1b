import { Button, Group, Textarea, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import { maxIncidentTextLength } from '../../../server/domain/incidentFields.ts';
import { Form } from '../forms/Form.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import { useIncidentOrder } from './useIncidentOrder.ts';

/** Ends an incident, or opens it again; either says why. */
export function CloseIncident({ incident }: { readonly incident: IncidentDetails }) {
  const { t } = useTranslation();
  const { order, act } = useIncidentOrder(incident);
  const [typed, setTyped] = useState<{ readonly text: string; readonly version: number }>();
  const [isTried, setTried] = useState(false);
  const isClosed = incident.closedAtMs !== null;
  const word = t(isClosed ? 'incident.reopen' : 'incident.close');
  const canBe = isClosed || incident.level === 'hijau';
  if (typed === undefined) {
    return (
      <Tooltip label={t('incident.closeAtHijau')} disabled={canBe}>
        <Button
          size="compact-sm"
          variant="default"
          aria-disabled={!canBe}
          data-disabled={!canBe}
          onClick={() => canBe && setTyped({ text: '', version: incident.version })}
        >
          {word}…
        </Button>
      </Tooltip>
    );
  }
  const submit = async (): Promise<void> => {
    const text = typed.text.trim();
    setTried(true);
    if (text === '') return;
    const isDone = await act(
      isClosed ? { kind: 'reopen', reason: text } : { kind: 'close', text },
      typed.version,
    );
    if (isDone) setTyped(undefined);
  };
  return (
    <div className="incident-wide">
      <Form label={word} faults={isTried} onSubmit={() => void submit()}>
        <Textarea
          label={t(isClosed ? 'incident.reopenWhy' : 'incident.closeText')}
          autoFocus
          required
          rows={2}
          maxLength={maxIncidentTextLength}
          value={typed.text}
          error={isTried && typed.text.trim() === '' && t('incident.textMissing')}
          onChange={(event) => setTyped({ ...typed, text: event.currentTarget.value })}
        />
        <ProblemNotice problem={order.problem} />
        <Group gap="xs">
          <Button type="submit" size="compact-sm" loading={order.isBusy}>
            {word}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setTyped(undefined)}>
            {t('confirm.cancel')}
          </Button>
        </Group>
      </Form>
    </div>
  );
}
