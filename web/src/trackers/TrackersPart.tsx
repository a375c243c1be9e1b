import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scope } from '../../../server/domain/access.ts';
import type { LiveView } from '../live/liveView.ts';
import type { UnitTable } from '../live/unitTable.ts';
import { AddTracker } from './AddTracker.tsx';
import { EditTracker } from './EditTracker.tsx';
import type { MadeSecret } from './madeSecret.ts';
import { SecretShown } from './SecretShown.tsx';
import { TrackerTable } from './TrackerTable.tsx';
import { useTrackers } from './useTrackers.ts';

type TrackersPartProps = {
  /** The regions in which one manages trackers. */
  readonly scope: Scope;
  readonly table: UnitTable;
  readonly view: LiveView;
};

type Shown =
  | { readonly part: 'list' }
  | { readonly part: 'add' }
  | { readonly part: 'edit'; readonly id: string }
  | { readonly part: 'secret'; readonly made: MadeSecret & { readonly secret: string } };

/** The list of trackers, and in its place what is done to one of them. */
export function TrackersPart({ scope, table, view }: TrackersPartProps) {
  const { t } = useTranslation();
  const { answer, askAgain } = useTrackers();
  const [shown, setShown] = useState<Shown>({ part: 'list' });
  const trackers = answer?.ok === true ? answer.value : [];
  const back = (): void => {
    setShown({ part: 'list' });
    askAgain();
  };
  const onMade = (made: MadeSecret): void => {
    const { secret } = made;
    if (secret === undefined) back();
    else setShown({ part: 'secret', made: { ...made, secret } });
  };
  if (shown.part === 'add') return <AddTracker scope={scope} onMade={onMade} onBack={back} />;
  if (shown.part === 'secret') {
    const { made } = shown;
    return <SecretShown title={t('secret.title', { id: made.id })} made={made} onDone={back} />;
  }
  const edited =
    shown.part === 'edit' ? trackers.find((tracker) => tracker.id === shown.id) : undefined;
  if (edited !== undefined) {
    return (
      <EditTracker
        key={edited.id}
        tracker={edited}
        trackers={trackers}
        scope={scope}
        onMade={onMade}
        onChange={askAgain}
        onBack={back}
      />
    );
  }
  return (
    <TrackerTable
      trackers={trackers}
      problem={answer?.ok === false ? answer.problem : undefined}
      isAsking={answer === undefined}
      table={table}
      view={view}
      onAdd={() => setShown({ part: 'add' })}
      onEdit={(id) => setShown({ part: 'edit', id })}
    />
  );
}
