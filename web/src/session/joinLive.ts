import type { LiveClient } from '../live/liveClient.ts';
import type { SessionHolder } from './sessionHolder.ts';

/** True when the live socket would be opened for this session. */
function mayWatch(holder: SessionHolder): boolean {
  const now = holder.read();
  return (
    now.state === 'signed_in' &&
    !now.hasEnded &&
    !now.session.mustChangePassword &&
    now.session.permissions.includes('units.view')
  );
}

/**
 * Opens the live socket while somebody is signed in who may see units, and asks who is signed in when
 * the server refuses or ends it. Returns what ends this.
 */
export function joinLive(holder: SessionHolder, client: LiveClient): () => void {
  const follow = (): void => {
    if (mayWatch(holder)) client.start();
    else client.pause();
  };
  const stops = [holder.subscribe(follow), client.onRefused(() => void holder.doubt())];
  follow();
  return () => {
    for (const stop of stops) stop();
  };
}
