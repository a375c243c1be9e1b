import { useCallback, useMemo, useState } from 'react';
import type { AlarmDetails } from '../../../server/domain/alarmDetails.ts';
import { useApi } from '../api/ApiContext.ts';
import type { Problem } from '../api/problem.ts';
import type { LiveClient } from '../live/liveClient.ts';
import { type AlarmOrderAsked, createOrderSender, randomOrderId } from './alarmOrders.ts';

/** What came of the newest action on an alarm. */
export type AlarmNotice = { readonly alarmId: string } & (
  | { readonly kind: 'offline' }
  /** It was so already: somebody else was a moment quicker. */
  | { readonly kind: 'was_first'; readonly by: string }
  | { readonly kind: 'problem'; readonly problem: Problem }
);

export type AlarmOrders = {
  /** Ids of alarms for which the server works now. */
  readonly busy: ReadonlySet<string>;
  readonly notice: AlarmNotice | undefined;
  /** Carries something out; false: it was not, and `notice` says why. Nothing waits for a connection. */
  readonly order: (alarm: AlarmDetails, asked: AlarmOrderAsked) => Promise<boolean>;
  readonly forget: () => void;
};

/** Has the server do what a person wants of alarms, and shows at once what came of it. */
export function useAlarmOrders(client: LiveClient): AlarmOrders {
  const api = useApi();
  const send = useMemo(() => createOrderSender(api, randomOrderId), [api]);
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [notice, setNotice] = useState<AlarmNotice>();
  const order = useCallback(
    async (alarm: AlarmDetails, asked: AlarmOrderAsked): Promise<boolean> => {
      if (client.connection.state !== 'live') {
        setNotice({ kind: 'offline', alarmId: alarm.id });
        return false;
      }
      setNotice(undefined);
      setBusy((before) => new Set(before).add(alarm.id));
      const answer = await send(alarm, asked);
      setBusy((before) => new Set([...before].filter((id) => id !== alarm.id)));
      const { id: alarmId } = alarm;
      if (!answer.ok) {
        const { problem } = answer;
        if (problem.alarm !== undefined) client.noteAlarm(problem.alarm);
        setNotice({ kind: 'problem', alarmId, problem });
        return false;
      }
      const { alarm: now, isDone } = answer.value;
      client.noteAlarm(now);
      if (!isDone && asked.path === 'acknowledge' && now.acknowledged !== null) {
        setNotice({ kind: 'was_first', alarmId, by: now.acknowledged.by });
      }
      return true;
    },
    [client, send],
  );
  const forget = useCallback(() => setNotice(undefined), []);
  return { busy, notice, order, forget };
}
