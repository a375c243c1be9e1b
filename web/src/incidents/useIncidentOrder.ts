import { useCallback } from 'react';
import type { Decision, IncidentAction } from '../../../server/domain/incident.ts';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import { useApi } from '../api/ApiContext.ts';
import { type Order, useOrder } from '../api/useOrder.ts';
import { useDesk } from './incidentDesk.ts';
import { readIncidentResult } from './incidentLog.ts';
import { newOrderId } from './orderId.ts';

/** Whatever is done to one incident from one part of its panel. Each answers true when it was done. */
export type IncidentActions = {
  readonly order: Order;
  /** @param version that the person decided by; left out where the order of things does not matter */
  readonly act: (action: LoggedAction, version?: number) => Promise<boolean>;
  readonly decide: (decision: Decision, reason: string, version: number) => Promise<boolean>;
  readonly addPhoto: (photo: Blob, text: string) => Promise<boolean>;
};

type LoggedAction = Exclude<IncidentAction, { readonly kind: 'open' | 'decide' | 'photo' }>;

/** Sends what a person does to an incident, and takes the incident as it is then. */
export function useIncidentOrder({ id }: Pick<IncidentDetails, 'id'>): IncidentActions {
  const api = useApi();
  const order = useOrder();
  const { note } = useDesk();
  const { run } = order;
  const send = useCallback(
    async (path: string, body: object): Promise<boolean> => {
      const after = await run(() =>
        api.send('POST', `/incidents/${id}/${path}`, body, readIncidentResult),
      );
      if (after !== undefined) note(after);
      return after !== undefined;
    },
    [api, id, note, run],
  );
  return {
    order,
    act: (action, version) => send('log', { orderId: newOrderId(), version, action }),
    decide: (decision, reason, version) =>
      send('level', { orderId: newOrderId(), version, decision, reason }),
    addPhoto: (photo, text) => send(`photos?${new URLSearchParams({ text })}`, photo),
  };
}
