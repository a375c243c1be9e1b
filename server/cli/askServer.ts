import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Config } from '../config.ts';
import { isLoopback, urlHost } from '../domain/loopback.ts';
import { errorCode } from '../domain/systemError.ts';
import type { SecretSource } from './askSecret.ts';
import { UsageError } from './command.ts';

/** Options of commands that ask the running server, for parseArgs. */
export const serverOptions = { server: { type: 'string' } } as const;

/** What `--help` says of them. */
export const serverHelp = `Only the running server knows this, so it is asked over HTTP, by a token for scripts
(docs/operations.md) in POSKO_TOKEN, or asked for; what is answered is what the token may see.

  --server <url>       its address, such as https://posko.example.id (default: by the settings)`;

/** Longer than any answer takes, ms. */
const patienceMs = 60_000;

const problemSchema = Type.Object({
  code: Type.String(),
  title: Type.String(),
  detail: Type.Optional(Type.String()),
});

/** Asks the running server for something; each value of a query once, or several times. */
export type AskServer = <Schema extends TSchema>(
  path: string,
  query: Readonly<Record<string, Queried | readonly Queried[]>>,
  schema: Schema,
) => Promise<Static<Schema>>;
type Queried = string | number | boolean | undefined;

/**
 * A way to ask the running server.
 *
 * @param server address of its page; undefined: as the settings have it
 * @returns rejects with one sentence when there is no server, or it does not answer that
 * @throws UsageError when the address is none, or would carry the token over a network in the clear
 */
export async function serverAsker(
  { http }: Pick<Config, 'http'>,
  { server, token, secrets }: ServerChoice,
): Promise<AskServer> {
  const url = server === undefined ? urlOfSettings(http) : readUrl(server, http.allowsPlainHttp);
  const secret = token ?? (await secrets.ask('Token:'));
  return async (path, query, schema) => {
    const asked = new URL(`/api/v1${path}`, url);
    for (const [name, values] of Object.entries(query)) {
      for (const value of [values].flat()) {
        if (value !== undefined) asked.searchParams.append(name, String(value));
      }
    }
    const body = await fetchJson(asked, secret);
    if (Value.Check(schema, body)) return body;
    throw new Error(
      `What answers at ${url.origin} is no Posko server of this version: look at --server, or update the older of the two.`,
    );
  };
}

type ServerChoice = {
  readonly server: string | undefined;
  /** POSKO_TOKEN. */
  readonly token: string | undefined;
  readonly secrets: SecretSource;
};

async function fetchJson(url: URL, secret: string): Promise<unknown> {
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${secret}`, 'accept-language': 'en' },
    // the token goes nowhere else
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  }).catch((cause: unknown) => {
    throw new Error(noAnswer(url, cause), { cause });
  });
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return body;
  if (!Value.Check(problemSchema, body)) {
    throw new Error(
      `What answers at ${url.origin} is no Posko server (HTTP ${answer.status}): look at --server.`,
    );
  }
  if (answer.status === 401) {
    throw new Error(
      'The token does not count: it is mistyped, has expired, or was revoked. See npm run posko -- token list.',
    );
  }
  const detail = body.detail === undefined ? '' : ` (${body.detail})`;
  throw new Error(`The server refused: ${body.title}${detail}`);
}

function noAnswer({ origin }: URL, error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (errorCode(cause) === 'ECONNREFUSED') {
    return `No Posko server answers at ${origin}: start it (npm start), or name its address by --server.`;
  }
  const why = cause instanceof Error ? cause.message : String(error);
  return `The Posko server at ${origin} cannot be asked (${why}): look at --server; of a certificate of your own, name its CA in NODE_EXTRA_CA_CERTS.`;
}

function urlOfSettings({ tls, host, port, shownHost }: Config['http']): URL {
  if (port === 0) {
    throw new UsageError('--server is missing: with POSKO_HTTP_PORT=0 each start has another port');
  }
  // its certificate is for the name; plain, every address leads back to this machine
  const isAnywhere = host === '0.0.0.0' || host === '::';
  const name = tls !== undefined ? shownHost : isAnywhere ? '127.0.0.1' : host;
  return new URL(`${tls === undefined ? 'http' : 'https'}://${urlHost(name)}:${port}`);
}

function readUrl(text: string, allowsPlainHttp: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(
      `--server is "${text.slice(0, 200)}"; it must look like https://posko.example.id`,
    );
  }
  if (url.protocol === 'https:' || isLoopback(url.hostname) || allowsPlainHttp) return url;
  throw new UsageError(
    '--server is plain HTTP to another machine, and the token would cross the network in the clear: use https, or POSKO_ALLOW_PLAIN_HTTP=1 if the network is trusted',
  );
}
