import type { Contact } from '../server/domain/principal.ts';

type State = {
  connections: number;
  heardAtMs: number;
  toldAtMs: number;
};

/** Who stays connected is told as often as this, ms. */
const refreshEveryMs = 30_000;

/** Who is in contact, told when it changes. */
export class Contacts {
  /** By tracker; of those that are connected, or were until they are told. */
  readonly #states = new Map<string, State>();
  readonly #changed = new Set<string>();

  /** A tracker has a connection of its own. */
  connected(trackerId: string, atMs: number): void {
    const state = this.#states.get(trackerId) ?? {
      connections: 0,
      heardAtMs: atMs,
      toldAtMs: 0,
    };
    this.#states.set(trackerId, state);
    state.connections += 1;
    state.heardAtMs = atMs;
    this.#changed.add(trackerId);
  }

  /** It has one less. */
  disconnected(trackerId: string): void {
    const state = this.#states.get(trackerId);
    if (state === undefined) return;
    state.connections -= 1;
    this.#changed.add(trackerId);
  }

  /** It said something, a keepalive included. */
  heard(trackerId: string, atMs: number): void {
    const state = this.#states.get(trackerId);
    if (state === undefined) return;
    state.heardAtMs = atMs;
    if (atMs - state.toldAtMs >= refreshEveryMs) this.#changed.add(trackerId);
  }

  /** What changed since it was asked last. */
  takeNews(): readonly Contact[] {
    const news: Contact[] = [];
    for (const trackerId of this.#changed) {
      const state = this.#states.get(trackerId);
      if (state === undefined) continue;
      const isConnected = state.connections > 0;
      news.push({ trackerId, atMs: state.heardAtMs, isConnected });
      state.toldAtMs = state.heardAtMs;
      if (!isConnected) this.#states.delete(trackerId);
    }
    this.#changed.clear();
    return news;
  }
}
