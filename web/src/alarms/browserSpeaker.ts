import type { Speaker } from './alarmSound.ts';

/** Beginning and end of a tone are softened for so long, or it clicks; seconds. */
const rampS = 0.008;

/**
 * A speaker of the browser's own audio. A page that nobody has clicked in may not sound, and a browser
 * complains of one that tries: so nothing is made before, and the first click or key opens it.
 */
export function createBrowserSpeaker(page: Window): Speaker {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  let context: AudioContext | undefined;
  let out: GainNode | undefined;
  const allowed = (): AudioContext | undefined => {
    if (context === undefined && page.navigator.userActivation.hasBeenActive) {
      context = new AudioContext();
      context.onstatechange = tell;
    }
    return context;
  };
  page.addEventListener('click', tell, { capture: true });
  page.addEventListener('keydown', tell, { capture: true });
  const hush = (): void => {
    // tones that are on their way end with what they go through
    out?.disconnect();
    out = undefined;
  };
  return {
    isOpen: () => allowed()?.state === 'running',
    open: () => {
      // stays pending while the browser does not want to; onstatechange tells when it does
      void allowed()?.resume();
    },
    play: (tones, volume) => {
      const audio = allowed();
      if (audio === undefined) return;
      if (out === undefined) {
        out = new GainNode(audio);
        out.connect(audio.destination);
      }
      const startS = audio.currentTime + 0.02;
      for (const { atMs, lengthMs, hz } of tones) {
        const fromS = startS + atMs / 1000;
        const toS = fromS + lengthMs / 1000;
        const tone = new OscillatorNode(audio, { type: 'triangle', frequency: hz });
        const envelope = new GainNode(audio, { gain: 0 });
        envelope.gain.setValueAtTime(0, fromS);
        envelope.gain.linearRampToValueAtTime(volume, fromS + rampS);
        envelope.gain.setValueAtTime(volume, toS - rampS);
        envelope.gain.linearRampToValueAtTime(0, toS);
        tone.connect(envelope).connect(out);
        tone.start(fromS);
        tone.stop(toS);
      }
    },
    hush,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      hush();
      page.removeEventListener('click', tell, { capture: true });
      page.removeEventListener('keydown', tell, { capture: true });
      void context?.close();
    },
  };
}
