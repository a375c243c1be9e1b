import { createContext, useCallback, useContext, useMemo, useState } from 'react';
import type { LonLat } from '../../../server/domain/fence.ts';
import type { IncidentDetails } from '../../../server/domain/incidentDetails.ts';
import type { IncidentDraft } from './incidentDraft.ts';

/** What the left column shows, and which incident the room looks at. */
export type IncidentDesk = {
  readonly tab: 'units' | 'incidents';
  /** The incident whose panel is open. */
  readonly shownId: string | undefined;
  /** As an answer of the server has it; the live socket may know it newer, and nothing of a closed one. */
  readonly answered: IncidentDetails | undefined;
  /** One that is about to be opened. */
  readonly draft: IncidentDraft | undefined;
  /** Where a crowd is about to be marked: waited for, or the point that was clicked. */
  readonly crowd: 'awaited' | LonLat | undefined;
  readonly setTab: (tab: 'units' | 'incidents') => void;
  readonly show: (id: string | undefined) => void;
  readonly note: (incident: IncidentDetails) => void;
  readonly setDraft: (draft: IncidentDraft | undefined) => void;
  readonly setCrowd: (crowd: 'awaited' | LonLat | undefined) => void;
};

/** Carries the desk to where incidents are opened from, such as the details of an alarm. */
export const IncidentDeskContext = createContext<IncidentDesk | undefined>(undefined);

/** The room's desk. @throws outside of its context, which is a bug */
export function useDesk(): IncidentDesk {
  const desk = useContext(IncidentDeskContext);
  if (desk === undefined) throw new Error('useDesk needs an IncidentDeskContext around it');
  return desk;
}

/** Makes the desk of a control room. */
export function useNewDesk(): IncidentDesk {
  const [tab, setTab] = useState<IncidentDesk['tab']>('units');
  const [shownId, setShownId] = useState<string>();
  const [answered, setAnswered] = useState<IncidentDetails>();
  const [draft, changeDraft] = useState<IncidentDraft>();
  const [crowd, setCrowd] = useState<IncidentDesk['crowd']>();
  const show = useCallback((id: string | undefined) => {
    setShownId(id);
    changeDraft(undefined);
    setCrowd(undefined);
    if (id !== undefined) setTab('incidents');
  }, []);
  const setDraft = useCallback((next: IncidentDraft | undefined) => {
    changeDraft(next);
    setCrowd(undefined);
    if (next !== undefined) setTab('incidents');
  }, []);
  return useMemo(
    () => ({
      ...{ tab, shownId, answered, draft, crowd },
      ...{ setTab, show, note: setAnswered, setDraft, setCrowd },
    }),
    [tab, shownId, answered, draft, crowd, show, setDraft],
  );
}

/** An incident by the newest that is known of it. */
export function newestOf(
  id: string,
  open: readonly IncidentDetails[],
  answered: IncidentDetails | undefined,
): IncidentDetails | undefined {
  const live = open.find((each) => each.id === id);
  const known = answered?.id === id ? answered : undefined;
  if (live === undefined || known === undefined) return live ?? known;
  return known.version > live.version ? known : live;
}
