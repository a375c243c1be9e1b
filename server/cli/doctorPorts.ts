import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { createServer } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Config, HttpConfig } from '../config.ts';
import { urlHost } from '../domain/loopback.ts';
import { errorCode } from '../domain/systemError.ts';
import { describeListenFailure } from '../startError.ts';
import type { DataDirHolder } from '../storage/dataDir.ts';
import { type Finding, ok, problemOf, warning } from './doctorFinding.ts';

const healthTimeoutMs = 3_000;
const noMqtt = { port: undefined, tls: undefined };

/**
 * Whether the ports of the settings can be had, or are held by our own running server, and how that
 * server says it is.
 */
export async function checkPorts(
  { http, mqtt, broker }: Config,
  holder: DataDirHolder | undefined,
): Promise<readonly Finding[]> {
  const isServing = holder?.purpose === 'server';
  const findings = [await checkPort('HTTP', http.host, http.port, isServing)];
  // with a broker of others the own one does not listen
  const { host, port, tls } = broker === undefined ? mqtt : { ...mqtt, ...noMqtt };
  if (port !== undefined) findings.push(await checkPort('MQTT', host, port, isServing));
  if (tls !== undefined) findings.push(await checkPort('MQTTS', host, tls.port, isServing));
  if (!isServing) return [...findings, ok('server', 'not running on this data folder')];
  const server = `running, process ${holder.pid}`;
  if (http.port === 0) return [...findings, ok('server', server)];
  return [...findings, ...(await askServer(server, http))];
}

async function checkPort(
  what: 'HTTP' | 'MQTT' | 'MQTTS',
  host: string,
  port: number,
  isServing: boolean,
): Promise<Finding> {
  const check = `${what} port`;
  if (port === 0) return ok(check, 'any free one');
  const place = `${port} on ${host}`;
  const code = await tryListen(host, port);
  if (code === undefined) {
    return isServing
      ? warning(
          check,
          `${place} is free, although a server runs on this data folder`,
          'wait if it is just starting; else it was started with other settings than these',
        )
      : ok(check, `${place} is free`);
  }
  if (code === 'EADDRINUSE' && isServing)
    return ok(check, `${place} is in use while the server runs`);
  return problemOf(check, new Error(describeListenFailure(code, what, host, port)));
}

/** Takes the port for a moment. */
async function tryListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    return errorCode(error) ?? String(error);
  }
  server.close();
  await once(server, 'close');
  return undefined;
}

/** What the running server says of itself. */
async function askServer(server: string, http: HttpConfig): Promise<readonly Finding[]> {
  const scheme = http.tls === undefined ? 'http' : 'https';
  const url = `${scheme}://${urlHost(http.host)}:${http.port}/health/ready`;
  try {
    const { status, body } = await read(url);
    if (isNotSetUp(body)) {
      const todo = 'open the link that it printed, or run "npm run posko -- user add"';
      return [warning('server', `${server}, and waits for its first administrator`, todo)];
    }
    const sentences = degradationsOf(body);
    if (sentences === undefined) throw new Error(`status ${status}`);
    if (sentences.length === 0) return [ok('server', `${server}, and says that all is well`)];
    return sentences.map((sentence) => ({
      check: 'server',
      level: 'warning',
      detail: `${server}: ${sentence}`,
    }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const todo = 'look at its log; another program may answer in its place';
    return [warning('server', `${server}, but does not tell how it is at ${url} (${why})`, todo)];
  }
}

/** Reads a JSON answer. Whose certificate it is does not matter here: nothing secret is asked or told. */
async function read(url: string): Promise<{ status: number | undefined; body: unknown }> {
  const signal = AbortSignal.timeout(healthTimeoutMs);
  const sent = url.startsWith('https:')
    ? requestOverTls(url, { rejectUnauthorized: false, signal })
    : request(url, { signal });
  sent.end();
  const [answer]: IncomingMessage[] = await once(sent, 'response');
  if (answer === undefined) throw new Error('no answer');
  return { status: answer.statusCode, body: await json(answer) };
}

function isNotSetUp(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'code' in body && body.code === 'not_set_up';
}

function degradationsOf(health: unknown): readonly string[] | undefined {
  if (typeof health !== 'object' || health === null || !('degradations' in health))
    return undefined;
  const { degradations } = health;
  if (!Array.isArray(degradations)) return undefined;
  return degradations.map((item: unknown) =>
    typeof item === 'object' && item !== null && 'detail' in item
      ? String(item.detail)
      : String(item),
  );
}
