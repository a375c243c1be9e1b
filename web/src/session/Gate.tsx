import { type ReactNode, useSyncExternalStore } from 'react';
import { EndedOverlay } from './EndedOverlay.tsx';
import { Antechamber, Entrance } from './Entrance.tsx';
import { IsCovered } from './IsCovered.ts';
import type { SessionHolder } from './sessionHolder.ts';
import type { SessionInfo } from './sessionInfo.ts';

type GateProps = {
  readonly holder: SessionHolder;
  readonly isDemo: () => boolean;
  /** The control room, for somebody who may see it. */
  readonly children: (session: SessionInfo) => ReactNode;
};

/** Lets into the control room who is signed in, and keeps it on the screen when the session ends. */
export function Gate({ holder, isDemo, children }: GateProps) {
  const now = useSyncExternalStore(holder.subscribe, holder.read);
  if (now.state !== 'signed_in') return <Entrance now={now} holder={holder} />;
  const { session, hasEnded } = now;
  const mayEnter = !session.mustChangePassword && session.permissions.includes('units.view');
  return (
    <>
      <IsCovered value={hasEnded}>
        {mayEnter ? children(session) : <Antechamber session={session} holder={holder} />}
      </IsCovered>
      {hasEnded && (
        <EndedOverlay session={session} isDemo={isDemo()} onSession={(next) => holder.take(next)} />
      )}
    </>
  );
}
