import { type ApiClient, type Asking, readNothing } from '../api/apiClient.ts';
import { isPassing, type Problem } from '../api/problem.ts';
import { reconnectDelay } from '../live/reconnectDelay.ts';
import type { EntranceLink } from './entranceLink.ts';
import { readSession, type SessionInfo } from './sessionInfo.ts';

/** What the page is to show, as far as it depends on who is there. */
export type SessionState =
  | { readonly state: 'asking' }
  /** The server cannot be asked now; it is asked again by itself. */
  | { readonly state: 'unreachable'; readonly problem: Problem }
  /** There is no administrator yet, and this browser has no link to make one. */
  | { readonly state: 'not_set_up' }
  | { readonly state: 'setting_up'; readonly token: string }
  | { readonly state: 'link_refused'; readonly problem: Problem }
  | { readonly state: 'signed_out' }
  /** `hasEnded`: the session is over, and the page keeps what it shows while it asks for the password. */
  | { readonly state: 'signed_in'; readonly session: SessionInfo; readonly hasEnded: boolean }
  | Leaving
  /** This browser holds no session any more, but the server could not write that down: there it may go on. */
  | { readonly state: 'left_unrecorded'; readonly session: SessionInfo };

/** Signing out. Nothing of the person is shown any more; the server is asked again by itself. */
export type Leaving = {
  readonly state: 'leaving';
  readonly session: SessionInfo;
  /** Why it is not done yet; undefined while it is asked for the first time. */
  readonly problem: Problem | undefined;
  /** True once the server has answered: it makes the browser forget the session even when it fails. */
  readonly wasAnswered: boolean;
};

/** What the holder needs from outside; a test gives its own. */
export type SessionSurroundings = {
  readonly api: ApiClient;
  /** Loads the page anew: what it holds in memory is not for whoever comes now. */
  readonly reload: () => void;
  /** 0 <= x < 1. */
  readonly random: () => number;
  /** Runs `task` after `delayMs`; the returned function cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
};

/** An installation that is not set up is asked about this often: `posko user add` needs no browser. */
const setUpPollMs = 5000;

/** Knows who is signed in. Owns a timer while it waits for a server: `close()` ends it. */
export class SessionHolder {
  readonly #around: SessionSurroundings;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { state: 'asking' };
  #cancelTimer: () => void = () => {};
  #attempt = 0;
  #isInDoubt = false;
  /** The answer to this very question may be what there is to doubt. */
  #isAsking = false;
  /** Counts what makes an answer that is still under way an old one. */
  #turn = 0;

  constructor(around: SessionSurroundings) {
    this.#around = around;
  }

  readonly read = (): SessionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Signs in by the link that the page was opened with; without one, asks who is signed in. */
  async start(link: EntranceLink | undefined): Promise<void> {
    this.#attempt = 0;
    await this.#enter(link);
  }

  /**
   * Something was refused, or a socket closed: finds out whether the session is over, or may something
   * else now. A change that is under way may be what did it, and its answer brings the new cookie.
   */
  async doubt(): Promise<void> {
    if (
      this.#isInDoubt ||
      this.#isAsking ||
      this.#state.state !== 'signed_in' ||
      this.#state.hasEnded
    )
      return;
    this.#isInDoubt = true;
    await this.#around.api.settled();
    await this.check({ isAutomatic: true });
    this.#isInDoubt = false;
  }

  /** A person does something at the page: keeps the session from going idle, whatever else is asked. */
  async noteUse(): Promise<void> {
    if (this.#state.state !== 'signed_in' || this.#state.hasEnded) return;
    // an answer that nobody is signed in is noticed by the client
    await this.#around.api.get('/session', readNothing);
  }

  /** Asks the server who is signed in. */
  async check(asking: Asking = {}): Promise<void> {
    const turn = this.#nextTurn();
    this.#isAsking = true;
    const answer = await this.#around.api.get('/session', readSession, asking);
    this.#isAsking = false;
    if (turn !== this.#turn) return;
    if (answer.ok) this.take(answer.value);
    else this.#refused(answer.problem, undefined);
  }

  /** Somebody is signed in: the answer of whatever did it. */
  take(session: SessionInfo): void {
    this.#nextTurn();
    this.#attempt = 0;
    const before = this.#state;
    if (before.state === 'signed_in' && before.session.name !== session.name) {
      this.#around.reload();
      return;
    }
    this.#set({ state: 'signed_in', session, hasEnded: false });
  }

  /** Ends the session at the server, however often that takes, and loads the page anew then. */
  async signOut(): Promise<void> {
    const before = this.#state;
    if (before.state === 'signed_in') {
      this.#attempt = 0;
      const { session } = before;
      await this.#leave({ state: 'leaving', session, problem: undefined, wasAnswered: false });
    } else if (before.state === 'leaving') await this.#leave(before);
  }

  /** Gives signing out up, if it is not done yet. */
  async stay(): Promise<void> {
    if (this.#state.state !== 'leaving') return;
    const { session } = this.#state;
    this.#nextTurn();
    this.#set({ state: 'signed_in', session, hasEnded: false });
    await this.check();
  }

  async #leave(leaving: Leaving): Promise<void> {
    const turn = this.#nextTurn();
    const { api, reload, after, random } = this.#around;
    this.#set(leaving);
    const answer = await api.send('DELETE', '/session', undefined, readNothing);
    if (turn !== this.#turn) return;
    if (answer.ok) return reload();
    const { problem } = answer;
    const isFailure = problem.code !== 'unreachable' && problem.code !== 'signed_out';
    const wasAnswered = leaving.wasAnswered || isFailure;
    const isGone = problem.code === 'signed_out' || (await this.#isGone());
    if (turn !== this.#turn) return;
    if (isGone && wasAnswered) {
      this.#set({ state: 'left_unrecorded', session: leaving.session });
      return;
    }
    // an answer that did not arrive was a good one, or the session ended by itself
    if (isGone) return reload();
    this.#set({ ...leaving, problem, wasAnswered });
    this.#attempt += 1;
    const delayMs = problem.waitMs ?? reconnectDelay(this.#attempt, random());
    this.#cancelTimer = after(delayMs, () => void this.signOut());
  }

  /** True when this browser's cookie is gone or stands for nothing. */
  async #isGone(): Promise<boolean> {
    const answer = await this.#around.api.get('/session', readSession, { isAutomatic: true });
    return !answer.ok && answer.problem.code === 'signed_out';
  }

  close(): void {
    this.#nextTurn();
  }

  async #enter(link: EntranceLink | undefined): Promise<void> {
    if (link === undefined) return this.check();
    const turn = this.#nextTurn();
    const { api } = this.#around;
    const { kind, token } = link;
    if (kind === 'setup') {
      const answer = await api.get('/setup', readNothing, { link: token });
      if (turn !== this.#turn) return;
      if (answer.ok) this.#set({ state: 'setting_up', token });
      else this.#refused(answer.problem, link);
      return;
    }
    const answer = await api.send('POST', `/session/${kind}`, { token }, readSession);
    if (turn !== this.#turn) return;
    if (answer.ok) this.take(answer.value);
    else this.#refused(answer.problem, link);
  }

  #refused(problem: Problem, link: EntranceLink | undefined): void {
    const isIn = this.#state.state === 'signed_in';
    if (isPassing(problem)) {
      // whoever is in stays in: the live connection says that the server is away, and asks again
      if (isIn) return;
      this.#set({ state: 'unreachable', problem });
      this.#attempt += 1;
      const delayMs = problem.waitMs ?? reconnectDelay(this.#attempt, this.#around.random());
      this.#cancelTimer = this.#around.after(delayMs, () => void this.#enter(link));
      return;
    }
    if (problem.code === 'not_set_up') {
      this.#set({ state: 'not_set_up' });
      this.#cancelTimer = this.#around.after(setUpPollMs, () => void this.#enter(link));
      return;
    }
    if (link !== undefined) this.#set({ state: 'link_refused', problem });
    else this.#noteSignedOut();
  }

  #noteSignedOut(): void {
    const before = this.#state;
    if (before.state !== 'signed_in') this.#set({ state: 'signed_out' });
    else if (!before.hasEnded) this.#set({ ...before, hasEnded: true });
  }

  #nextTurn(): number {
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    this.#turn += 1;
    return this.#turn;
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
