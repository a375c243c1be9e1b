import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../api/ApiContext.ts';
import { readNothing } from '../api/apiClient.ts';
import type { Asked } from '../api/useAnswer.ts';
import { useOrder } from '../api/useOrder.ts';
import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import { PageDialog } from '../forms/PageDialog.tsx';
import { ProblemNotice } from '../forms/ProblemNotice.tsx';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { type MadeSecret, readTrackerSecret } from '../trackers/madeSecret.ts';
import { SecretShown } from '../trackers/SecretShown.tsx';
import { type Admission, AdmitForm } from './AdmitForm.tsx';
import { WaitingTable } from './WaitingTable.tsx';
import { knownRegion, type WaitingTracker } from './waiting.ts';

type WaitingDialogProps = {
  readonly session: SessionInfo;
  readonly waiting: Asked<readonly WaitingTracker[]>;
  readonly zone: ZoneOfIndonesia;
  readonly serverNowMs: number;
  readonly onClose: () => void;
};

/** Who knocks at the door and is unknown: let in with a click, or sent away. */
export function WaitingDialog(props: WaitingDialogProps) {
  const { session, waiting, zone, serverNowMs, onClose } = props;
  const { t } = useTranslation();
  const api = useApi();
  const order = useOrder();
  const { answer, askAgain } = waiting;
  const [asksMoreOf, setAsksMoreOf] = useState<WaitingTracker>();
  const [made, setMade] = useState<MadeSecret & { readonly secret: string }>();
  const [done, setDone] = useState<string>();
  const trackers = answer?.ok === true ? answer.value : [];

  const pathOf = (id: string): string => `/waiting/${encodeURIComponent(id)}`;
  const admit = async (id: string, admission: Admission): Promise<void> => {
    setDone(undefined);
    const path = `${pathOf(id)}/admit`;
    const admitted = await order.run(() => api.send('POST', path, admission, readTrackerSecret));
    askAgain();
    if (admitted === undefined) return;
    setAsksMoreOf(undefined);
    setDone(t('waiting.admitted', { id }));
    const { secret } = admitted;
    if (secret !== undefined) setMade({ ...admitted, secret });
  };
  const sendAway = async (id: string): Promise<void> => {
    setDone(undefined);
    const gone = await order.run(() => api.send('DELETE', pathOf(id), undefined, readNothing));
    askAgain();
    if (gone !== undefined) setDone(t('waiting.sentAway', { id }));
  };
  const back = (): void => {
    order.forget();
    setAsksMoreOf(undefined);
    setMade(undefined);
  };

  return (
    <PageDialog title={t('waiting.title')} widthPx={1180} onClose={onClose}>
      {made !== undefined && (
        <SecretShown title={t('waiting.admitted', { id: made.id })} made={made} onDone={back} />
      )}
      {made === undefined && asksMoreOf !== undefined && (
        <AdmitForm
          tracker={asksMoreOf}
          session={session}
          isBusy={order.isBusy}
          problem={order.problem}
          onAdmit={(admission) => void admit(asksMoreOf.id, admission)}
          onCancel={back}
        />
      )}
      {made === undefined && asksMoreOf === undefined && (
        <>
          <Group justify="space-between" mb="xs" wrap="nowrap" align="start">
            <Text size="sm">{t('waiting.intro')}</Text>
            <Button variant="default" size="compact-sm" className="whole" onClick={askAgain}>
              {t('log.newest')}
            </Button>
          </Group>
          <ProblemNotice
            problem={order.problem ?? (answer?.ok === false ? answer.problem : undefined)}
          />
          <Text size="sm" role="status">
            {order.problem === undefined && done}
          </Text>
          {answer?.ok === true && trackers.length === 0 && (
            <Text size="sm" mt="sm" className="quiet">
              {t('waiting.none')}
            </Text>
          )}
          {trackers.length > 0 && (
            <WaitingTable
              trackers={trackers}
              zone={zone}
              nowMs={serverNowMs}
              isBusy={order.isBusy}
              regionOf={(tracker) => knownRegion(tracker, session)}
              onAdmit={({ id, secretVersion }, region) => void admit(id, { region, secretVersion })}
              onAskMore={(tracker) => {
                order.forget();
                setDone(undefined);
                setAsksMoreOf(tracker);
              }}
              onSendAway={({ id }) => void sendAway(id)}
            />
          )}
        </>
      )}
    </PageDialog>
  );
}
