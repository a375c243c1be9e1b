import { AccountDialog } from '../account/AccountDialog.tsx';
import type { Asked } from '../api/useAnswer.ts';
import { DeadLettersDialog } from '../deadLetters/DeadLettersDialog.tsx';
import type { ZoneOfIndonesia } from '../formats/zoneOfIndonesia.ts';
import type { LiveView } from '../live/liveView.ts';
import type { UnitTable } from '../live/unitTable.ts';
import { LogDialog } from '../log/LogDialog.tsx';
import { PeopleDialog } from '../people/PeopleDialog.tsx';
import { RulesDialog } from '../rules/RulesDialog.tsx';
import type { SessionHolder } from '../session/sessionHolder.ts';
import type { SessionInfo } from '../session/sessionInfo.ts';
import { TokensDialog } from '../tokens/TokensDialog.tsx';
import { TrackersDialog } from '../trackers/TrackersDialog.tsx';
import { WaitingDialog } from '../waiting/WaitingDialog.tsx';
import type { WaitingTracker } from '../waiting/waiting.ts';
import { WebhooksDialog } from '../webhooks/WebhooksDialog.tsx';
import type { Dialogs } from './useDialogs.ts';

type PageDialogsProps = {
  readonly dialogs: Dialogs;
  readonly session: SessionInfo;
  readonly holder: SessionHolder;
  readonly zone: ZoneOfIndonesia;
  readonly table: UnitTable;
  readonly view: LiveView;
  readonly waiting: Asked<readonly WaitingTracker[]>;
};

/** The dialog that is open over the map. */
export function PageDialogs(props: PageDialogsProps) {
  const { dialogs, session, holder, zone, table, view, waiting } = props;
  const { shown, open, close } = dialogs;
  switch (shown) {
    case undefined:
      return null;
    case 'account':
      return <AccountDialog session={session} holder={holder} zone={zone} onClose={close} />;
    case 'people':
      return (
        <PeopleDialog
          session={session}
          onOwnAccount={() => open('account', null)}
          onClose={close}
        />
      );
    case 'trackers':
      return <TrackersDialog session={session} table={table} view={view} onClose={close} />;
    case 'deadLetters':
      return <DeadLettersDialog zone={zone} onClose={close} />;
    case 'tokens':
      return <TokensDialog session={session} zone={zone} onClose={close} />;
    case 'rules':
      return (
        <RulesDialog session={session} zone={zone} serverNowMs={view.serverNowMs} onClose={close} />
      );
    case 'webhooks':
      return <WebhooksDialog session={session} zone={zone} onClose={close} />;
    case 'log':
      return <LogDialog zone={zone} onClose={close} />;
    case 'waiting':
      return (
        <WaitingDialog
          session={session}
          waiting={waiting}
          zone={zone}
          serverNowMs={view.serverNowMs}
          onClose={close}
        />
      );
  }
}
