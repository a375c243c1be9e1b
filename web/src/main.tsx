import '@mantine/core/styles.css';
import 'maplibre-gl/dist/maplibre-gl.css';
import './page.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { ControlRoom } from './ControlRoom.tsx';
import { zoneOfIndonesia } from './formats/zoneOfIndonesia.ts';
import { createInspection } from './inspection.ts';
import { LiveClient } from './live/liveClient.ts';
import { createLiveViewStore } from './live/liveView.ts';
import type { UnitMap } from './map/unitMap.ts';
import { FaultBoundary } from './panels/FaultBoundary.tsx';
import type { Remembered } from './remember.ts';
import { setUpTexts } from './texts/setUpTexts.ts';
import { theme } from './theme.ts';

const root = document.querySelector('#root');
if (root === null) throw new Error('index.html has no element with the id "root"');

/** Epoch ms of a clock that a correction of the computer's time does not move. */
const nowMs = (): number => performance.timeOrigin + performance.now();

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
const glides = (): boolean => !reducedMotion.matches;

const client = new LiveClient({
  openSocket: (subprotocol, listener) => {
    const url = new URL('/api/v1/live', window.location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url, subprotocol);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => listener.message(data);
    socket.onclose = listener.closed;
    return socket;
  },
  nowMs,
  random: Math.random,
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  glides,
});
const views = createLiveViewStore(client);
window.addEventListener('online', () => client.connectNow());

let map: UnitMap | undefined;
const rememberMap = (newMap: UnitMap | undefined): void => {
  map = newMap;
};
window.posko = createInspection(client, () => map);

const themeKey: Remembered = 'posko.theme';
const texts = await setUpTexts();
client.start();
createRoot(root).render(
  <I18nextProvider i18n={texts}>
    <MantineProvider
      theme={theme}
      defaultColorScheme="dark"
      colorSchemeManager={localStorageColorSchemeManager({ key: themeKey })}
    >
      <FaultBoundary>
        <ControlRoom
          client={client}
          views={views}
          zone={zoneOfIndonesia(new Date().getTimezoneOffset())}
          nowMs={nowMs}
          glides={glides}
          onMap={rememberMap}
        />
      </FaultBoundary>
    </MantineProvider>
  </I18nextProvider>,
);
