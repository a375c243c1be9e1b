import { type LookupAddress, lookup } from 'node:dns';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { LookupFunction } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { getCACertificates } from 'node:tls';
import { errorCode } from '../domain/systemError.ts';
import { maxAnswerLength, type WebhookAnswer } from '../domain/webhook.ts';
import { checkTargetUrl, isRefusedAddress } from './targetAddress.ts';

/** One message to send. */
export type WebhookPost = {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborting it gives up. */
  readonly signal: AbortSignal;
};
export type PostWebhook = (post: WebhookPost) => Promise<WebhookAnswer>;

/** From the name's look-up to the end of the answer, ms. */
const timeoutMs = 10_000;
/** What is read of an answer's body: so many bytes, for so long. */
const maxBodyBytes = 4 * maxAnswerLength;
const bodyMs = 2_000;

/**
 * Posts a message by HTTP, once. Redirects are not followed: they would lead where nobody has checked.
 * Never rejects; whatever goes wrong is an answer without a status.
 */
export async function postWebhook(
  post: WebhookPost,
  limits: { readonly timeoutMs: number } = { timeoutMs },
): Promise<WebhookAnswer> {
  const checked = checkTargetUrl(post.url);
  if (!checked.ok) return unanswered(checked.detail);
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  try {
    const response = await send(post, AbortSignal.any([post.signal, timeout]));
    const said = await readStart(response);
    return { status: response.statusCode ?? null, said: cut(said) };
  } catch (error) {
    if (timeout.aborted) {
      return unanswered(`there was no answer within ${limits.timeoutMs / 1000} s`);
    }
    return unanswered(describe(error));
  }
}

function send({ url, body, headers }: WebhookPost, signal: AbortSignal): Promise<IncomingMessage> {
  const isTls = url.startsWith('https:');
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    // each has a connection of its own, which ends with it
    agent: false,
    lookup: checkedLookup,
    signal,
    ...(isTls ? { ca: trusted() } : {}),
  };
  const request = isTls ? requestTls(url, options) : requestPlain(url, options);
  const answered = Promise.withResolvers<IncomingMessage>();
  request.once('response', answered.resolve);
  // one that comes after the answer is told by the answer's own end
  request.on('error', answered.reject);
  request.end(body);
  return answered.promise;
}

/** The beginning of the body, and no more than fits into a short time. */
async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const enough = new AbortController();
  const ended = new Promise<void>((resolve) => {
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= maxBodyBytes) resolve();
    });
    // whatever ends it, the status is known
    response.once('close', resolve);
    response.on('error', () => resolve());
  });
  const late = delay(bodyMs, undefined, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([ended, late]);
  enough.abort();
  response.destroy();
  return Buffer.concat(chunks).subarray(0, maxBodyBytes).toString('utf8');
}

/**
 * Looks a name up and refuses it when any of its addresses is one to which nothing is sent. The
 * connection goes to what was looked at, so that a name cannot mean something else a moment later.
 */
const checkedLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) {
      done(error, '', 0);
      return;
    }
    const bad = addresses.find(({ address }) => isRefusedAddress(address));
    const [first] = addresses;
    if (bad !== undefined || first === undefined) {
      const what = bad === undefined ? 'no address' : `the link-local address ${bad.address}`;
      done(new Error(`${hostname} has ${what}, to which nothing is sent`), '', 0);
    } else if (options.all === true) done(null, addresses);
    else done(null, first.address, first.family);
  });
};

let known: readonly string[] | undefined;

/** Node's own CAs and those that somebody gave the machine, such as a control room's. */
function trusted(): string[] {
  known ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  return [...known];
}

function unanswered(said: string): WebhookAnswer {
  return { status: null, said: cut(said) };
}

function describe(error: unknown): string {
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

/** As a database takes it. */
function cut(text: string): string {
  return text.slice(0, maxAnswerLength).replaceAll('\0', '\u{fffd}').toWellFormed();
}
