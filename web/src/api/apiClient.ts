import { readAlarm } from '../alarms/readAlarm.ts';
import { fieldsOf, numberOf, textOf } from './jsonFields.ts';
import { type Answer, ownProblem, type Problem } from './problem.ts';
import { readWeakness } from './readWeakness.ts';

/** Takes what the page needs from an answer's JSON; undefined when it has another form. */
export type Reader<Value> = (json: unknown) => Value | undefined;

/** What the client needs from outside; a test gives its own. */
export type ApiSurroundings = {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  /** Language of the sentences that the server answers with, `id` or `en`. */
  readonly language: () => string;
  /** An answer was that nobody is signed in, whatever was asked. */
  readonly onSignedOut: () => void;
};

/** How a question is asked. */
export type Asking = {
  /** Ends the question. */
  readonly signal?: AbortSignal;
  /** True when a clock or the server is the reason, and no person: it does not keep a session from going idle. */
  readonly isAutomatic?: boolean;
  /** Secret of the link that the question is about: an address would be kept by browsers and proxies. */
  readonly link?: string;
};

/** Everything that the page asks of the server goes through this, but map tiles and the live socket. */
export type ApiClient = {
  /** Asks for `/api/v1<path>`. An aborted question is answered as unreachable. */
  readonly get: <Value>(
    path: string,
    read: Reader<Value>,
    asking?: Asking,
  ) => Promise<Answer<Value>>;
  /** Changes something at `/api/v1<path>`. A Blob is sent as it is, anything else as JSON. */
  readonly send: <Value>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body: object | undefined,
    read: Reader<Value>,
  ) => Promise<Answer<Value>>;
  /** Resolves when no change is under way: some bring a new cookie, and end the session of the old one before. */
  readonly settled: () => Promise<void>;
};

/** Says that a request is not a person's doing. Where it is missing, the session counts as used. */
export const automaticMark = { 'x-posko-automatic': '1' } as const;

/** Reads an answer of which only the success counts. */
export const readNothing: Reader<true> = () => true;

/** A client of the page's own server. */
export function createApiClient({ fetch, language, onSignedOut }: ApiSurroundings): ApiClient {
  const ask = async <Value>(
    path: string,
    init: RequestInit,
    read: Reader<Value>,
  ): Promise<Answer<Value>> => {
    const headers = { ...init.headers, 'accept-language': language() };
    let response: Response;
    let text: string;
    try {
      response = await fetch(`/api/v1${path}`, { ...init, headers });
      text = await response.text();
    } catch (error) {
      return {
        ok: false,
        problem: ownProblem('unreachable', `${path}: ${String(error)}`, undefined),
      };
    }
    const json = parse(text);
    if (response.ok) {
      const value = read(json);
      if (value !== undefined) return { ok: true, value };
      const detail = `${path}: unexpected form`;
      return { ok: false, problem: ownProblem('unexpected', detail, response.status) };
    }
    const problem = readProblem(json, response);
    if (problem === undefined) {
      return { ok: false, problem: ownProblem('unexpected', path, response.status) };
    }
    if (problem.code === 'signed_out') onSignedOut();
    return { ok: false, problem };
  };
  const changes = new Set<Promise<unknown>>();
  const change = async <Value>(answer: Promise<Answer<Value>>): Promise<Answer<Value>> => {
    changes.add(answer);
    try {
      return await answer;
    } finally {
      changes.delete(answer);
    }
  };
  return {
    get: (path, read, { signal, isAutomatic = false, link } = {}) => {
      const headers = {
        ...(isAutomatic && automaticMark),
        ...(link !== undefined && { 'x-posko-link': link }),
      };
      return ask(path, { headers, ...(signal !== undefined && { signal }) }, read);
    },
    send: (method, path, body, read) => {
      // a page of another site cannot add this header without being asked first whether it may
      const headers = { 'x-posko-request': '1' };
      if (body === undefined) return change(ask(path, { method, headers }, read));
      if (body instanceof Blob) {
        const typed = { ...headers, 'content-type': body.type };
        return change(ask(path, { method, headers: typed, body }, read));
      }
      const typed = { ...headers, 'content-type': 'application/json' };
      return change(ask(path, { method, headers: typed, body: JSON.stringify(body) }, read));
    },
    settled: async () => {
      await Promise.all(changes);
    },
  };
}

/** Undefined for what is not JSON; whoever reads it then says that the form is wrong. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A problem document (RFC 9457) of the server; undefined for anything else, such as a proxy's page. */
function readProblem(json: unknown, { status, headers }: Response): Problem | undefined {
  const fields = fieldsOf(json);
  const code = textOf(fields['code']);
  const title = textOf(fields['title']);
  if (code === undefined || title === undefined) return undefined;
  const retryAfterS = headers.get('retry-after');
  const headerMs = retryAfterS === null ? Number.NaN : Number(retryAfterS) * 1000;
  return {
    code,
    status,
    title,
    detail: textOf(fields['detail']),
    waitMs: numberOf(fields['retryAfterMs']) ?? numberOf(headerMs),
    weakness: readWeakness(fields['weakness']),
    alarm: readAlarm(fields['alarm']),
  };
}
