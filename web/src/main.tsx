import '@mantine/core/styles.css';
import 'maplibre-gl/dist/maplibre-gl.css';
import './page.css';
import './account.css';
import './alarms.css';
import './incidents.css';
import './rules.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { AlarmSound } from './alarms/alarmSound.ts';
import { createBrowserSpeaker } from './alarms/browserSpeaker.ts';
import { ApiContext } from './api/ApiContext.ts';
import { createApiClient } from './api/apiClient.ts';
import { ControlRoom } from './ControlRoom.tsx';
import { zoneOfIndonesia } from './formats/zoneOfIndonesia.ts';
import { createInspection } from './inspection.ts';
import { LiveClient } from './live/liveClient.ts';
import { createLiveViewStore } from './live/liveView.ts';
import type { UnitMap } from './map/unitMap.ts';
import { FaultBoundary } from './panels/FaultBoundary.tsx';
import type { Remembered } from './remember.ts';
import { readEntranceLink } from './session/entranceLink.ts';
import { Gate } from './session/Gate.tsx';
import { joinLive } from './session/joinLive.ts';
import { forgetLink, keepLink, recallLink } from './session/keptLink.ts';
import { SessionHolder } from './session/sessionHolder.ts';
import { watchUse } from './session/watchUse.ts';
import { languageOf, setUpTexts } from './texts/setUpTexts.ts';
import { theme } from './theme.ts';

const root = document.querySelector('#root');
if (root === null) throw new Error('index.html has no element with the id "root"');

/** Takes the link that signs in out of the address bar before anything else can see or keep it. */
function takeEntranceLink(): ReturnType<typeof readEntranceLink> {
  const link = readEntranceLink(window.location.hash);
  if (link === undefined) return undefined;
  window.history.replaceState(null, '', window.location.pathname);
  keepLink(link);
  return link;
}
const link = takeEntranceLink();

/** Epoch ms of a clock that a correction of the computer's time does not move. */
const nowMs = (): number => performance.timeOrigin + performance.now();

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
const glides = (): boolean => !reducedMotion.matches;

const after = (delayMs: number, task: () => void): (() => void) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};

const client = new LiveClient({
  openSocket: (subprotocol, listener) => {
    const url = new URL('/api/v1/live', window.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, subprotocol);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => listener.message(data);
    socket.onclose = ({ code }) => listener.closed(code);
    return socket;
  },
  nowMs,
  random: Math.random,
  after,
  glides,
});
const views = createLiveViewStore(client);
window.addEventListener('online', () => client.connectNow());

let map: UnitMap | undefined;
const rememberMap = (newMap: UnitMap | undefined): void => {
  map = newMap;
};
const sound = new AlarmSound({ speaker: createBrowserSpeaker(window), nowMs, after });
window.posko = createInspection(client, () => map, sound);

const themeKey: Remembered = 'posko.theme';
const texts = await setUpTexts();
const api = createApiClient({
  fetch: (path, init) => fetch(path, init),
  language: () => languageOf(texts),
  onSignedOut: () => void holder.doubt(),
});
const reload = (): void => window.location.reload();
const holder = new SessionHolder({ api, random: Math.random, after, reload });
watchUse(window, { nowMs, tell: () => void holder.noteUse() });
joinLive(holder, client);
holder.subscribe(() => {
  const { state } = holder.read();
  if (state === 'signed_in' || state === 'link_refused') forgetLink();
});
void holder.start(link ?? recallLink());
// a link that is pasted into a page that is open already loads nothing
window.addEventListener('hashchange', () => {
  const pasted = takeEntranceLink();
  if (pasted !== undefined) void holder.start(pasted);
});
// another tab may have signed in meanwhile, and they share the cookie
window.addEventListener('focus', () => {
  const now = holder.read();
  if (now.state === 'signed_out' || (now.state === 'signed_in' && now.hasEnded)) {
    void holder.check();
  }
});

/** Of this answer alone: the content policy lets no other style element through. */
const styleNonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
createRoot(root).render(
  <I18nextProvider i18n={texts}>
    <MantineProvider
      theme={theme}
      defaultColorScheme="dark"
      colorSchemeManager={localStorageColorSchemeManager({ key: themeKey })}
      getStyleNonce={() => styleNonce}
    >
      <FaultBoundary>
        <ApiContext value={api}>
          <Gate holder={holder} isDemo={() => client.hello?.mode === 'demo'}>
            {(session) => (
              <ControlRoom
                session={session}
                holder={holder}
                client={client}
                views={views}
                sound={sound}
                zone={zoneOfIndonesia(new Date().getTimezoneOffset())}
                nowMs={nowMs}
                glides={glides}
                onMap={rememberMap}
              />
            )}
          </Gate>
        </ApiContext>
      </FaultBoundary>
    </MantineProvider>
  </I18nextProvider>,
);
