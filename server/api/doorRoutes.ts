import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { Codec } from '../domain/decoded.ts';
import { unmapped } from '../domain/loopback.ts';
import type { DoorReason, SetAsideCase } from '../domain/setAside.ts';
import type { Credentials, Submission, Submitted } from '../domain/submission.ts';
import { isTrackerId } from '../domain/unit.ts';
import { isSecure } from './isSecure.ts';
import { type DoorRequest, readOsmand } from './osmandRequest.ts';
import { describeProblem, type ProblemCode, ProblemError } from './problem.ts';

/** What the ways in for devices need. */
export type HttpDoor = {
  /** Hands a message on to be admitted and stored. */
  readonly submit: (submission: Submission) => Promise<Submitted>;
  /** Longest body, bytes: the same as of an MQTT packet. */
  readonly packetBytes: number;
  /** Counts what is refused before anybody looks at it. */
  readonly onSetAside: (reason: DoorReason, last: SetAsideCase) => void;
};

/** When a message that the disk did not take may come again. */
const notStoredRetryMs = 5_000;

/**
 * `/in/fix`, `/in/owntracks` and `/in/osmand`: where devices send by HTTP, with the id and secret of
 * a tracker or gateway by HTTP Basic (RFC 7617), or the secret as `?secret=` where an app can only
 * be given an address. 2xx means that the message is in the journal, on disk.
 */
export function doorRoutes(door: HttpDoor): FastifyPluginCallback {
  const config = { access: 'door', rate: 'door' } as const;
  const options = { config, bodyLimit: door.packetBytes };

  /** Hands a message on. Undefined: it is stored; otherwise the reply is sent. */
  async function pass(
    request: FastifyRequest,
    reply: FastifyReply,
    codec: Codec,
    { trackerId, payload }: DoorRequest,
  ): Promise<FastifyReply | undefined> {
    const shown = credentialsOf(request, trackerId);
    const id = trackerId ?? shown.id;
    if (id === undefined) {
      return refuse(request, reply, {
        code: 'wrong_secret',
        detail: 'nobody is named: send the id and secret by HTTP Basic, or ?id=...&secret=...',
      });
    }
    if (!isTrackerId(id)) {
      const detail = `a tracker id is 1 to 64 letters, digits, - or _; got "${id.slice(0, 80)}"`;
      throw new ProblemError('bad_request', detail);
    }
    const submitted = await door.submit({
      door: isSecure(request) ? 'https' : 'http',
      address: unmapped(request.ip),
      credentials: shown.credentials,
      trackerId: id,
      codec,
      // of its own: a view would take all that it is cut from along to the other thread
      payload: new Uint8Array(payload),
      isSentAgain: false,
    });
    if (submitted.outcome === 'stored') return undefined;
    if (submitted.outcome === 'not_stored') {
      return refuse(request, reply, { code: 'not_stored', retryAfterMs: notStoredRetryMs });
    }
    const { reason, detail, retryAfterMs } = submitted;
    return refuse(request, reply, { code: codeOf(reason, retryAfterMs), detail, retryAfterMs });
  }

  return (app, _options, done) => {
    // what a body is, the address says: devices name types as they like, or none
    app.addHook('onRequest', (request, _reply, next) => {
      delete request.raw.headers['content-type'];
      next();
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    app.addHook('onError', (request, _reply, error, next) => {
      if (error.statusCode === 413) {
        door.onSetAside('packet_too_large', {
          atMs: Date.now(),
          detail: `a request body has at most ${door.packetBytes} bytes`,
          address: unmapped(request.ip),
        });
      }
      next();
    });

    app.post('/fix', options, async (request, reply) => {
      const payload = bodyOf(request);
      if (payload.length === 0) throw new ProblemError('bad_request', 'the body is empty');
      const trackerId = queryOf(request).get('id') ?? undefined;
      const refused = await pass(request, reply, 'native_fix', { trackerId, payload });
      return refused ?? reply.send({ status: 'stored' });
    });

    // OwnTracks Booklet, "HTTP": the user is in the credentials, a header or the address
    app.post('/owntracks', options, async (request, reply) => {
      const payload = bodyOf(request);
      const { 'x-limit-u': user } = request.headers;
      const trackerId =
        (typeof user === 'string' ? user : undefined) ?? queryOf(request).get('u') ?? undefined;
      // of a friend who was removed; there is nothing to store, and an error would be sent again
      const refused =
        payload.length === 0
          ? undefined
          : await pass(request, reply, 'owntracks', { trackerId, payload });
      return refused ?? reply.send([]);
    });

    const takeOsmand = async (
      request: FastifyRequest,
      reply: FastifyReply,
    ): Promise<FastifyReply> => {
      const read = readOsmand(queryText(request), bodyOf(request));
      const refused = await pass(request, reply, 'osmand', read);
      return refused ?? reply.code(200).send();
    };
    // a request for the headers alone stores nothing
    app.get('/osmand', { ...options, exposeHeadRoute: false }, takeOsmand);
    app.post('/osmand', options, takeOsmand);
    done();
  };
}

function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** What follows the `?`, as it came. */
function queryText({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at + 1);
}

function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(queryText(request));
}

/** Who is named by the request, and the secret where it shows one. */
function credentialsOf(
  request: FastifyRequest,
  trackerId: string | undefined,
): { readonly id: string | undefined; readonly credentials: Credentials | undefined } {
  const basic = readBasic(request.headers.authorization);
  const query = queryOf(request);
  const id = basic?.id ?? trackerId ?? query.get('id') ?? undefined;
  // an app that was given a user name alone sends an empty password
  const secret = basic?.secret || query.get('secret') || undefined;
  const credentials = id === undefined || secret === undefined ? undefined : { id, secret };
  return { id, credentials };
}

/** RFC 7617: base64 of id, colon, secret, in UTF-8. */
function readBasic(authorization: string | undefined): Credentials | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=_-]{1,700})$/i.exec(authorization?.trim() ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

function codeOf(reason: DoorReason, retryAfterMs: number | undefined): ProblemCode {
  switch (reason) {
    case 'bad_credentials':
      // not looked at, so not wrong either
      return retryAfterMs === undefined ? 'wrong_secret' : 'wait';
    case 'unknown_tracker':
    case 'weak_identity_refused':
      return reason;
    case 'sending_too_fast':
    case 'connecting_too_fast':
      return 'too_many_requests';
    case 'packet_too_large':
      return 'too_large';
    case 'topic_refused':
    case 'wrong_region':
      return 'message_refused';
    default:
      return 'bad_request';
  }
}

type Refused = {
  readonly code: ProblemCode;
  readonly detail?: string | undefined;
  readonly retryAfterMs?: number | undefined;
};

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  { code, detail, retryAfterMs }: Refused,
): FastifyReply {
  const problem = describeProblem(code, request.headers['accept-language'], detail);
  if (problem.status === 401) {
    reply.header('www-authenticate', 'Basic realm="posko", charset="UTF-8"');
  }
  if (retryAfterMs !== undefined) {
    reply.header('retry-after', Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  }
  return reply.code(problem.status).type('application/problem+json').send(problem);
}
