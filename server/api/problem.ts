import type { FastifyReply, FastifyRequest } from 'fastify';

/** Every code that an error answer can carry, with its HTTP status and its text in both languages. */
const problems = {
  not_found: {
    status: 404,
    id: 'Alamat ini tidak ada.',
    en: 'There is nothing at this address.',
  },
  unit_not_found: {
    status: 404,
    id: 'Tidak ada unit dengan id ini.',
    en: 'There is no unit with this id.',
  },
  bad_request: {
    status: 400,
    id: 'Permintaan tidak sah.',
    en: 'The request is not valid.',
  },
  too_large: {
    status: 413,
    id: 'Permintaan terlalu besar.',
    en: 'The request is too large.',
  },
  origin_refused: {
    status: 403,
    id: 'Halaman dari situs lain tidak boleh membuka sambungan ini.',
    en: 'A page of another site may not open this connection.',
  },
  host_refused: {
    status: 421,
    id: 'Server ini hanya menjawab di alamat mesin ini: 127.0.0.1 atau localhost.',
    en: 'This server answers under the addresses of this machine only: 127.0.0.1 or localhost.',
  },
  subprotocol_missing: {
    status: 400,
    id: 'Sambungan harus meminta subprotokol posko.v1.',
    en: 'The connection must ask for the subprotocol posko.v1.',
  },
  internal: {
    status: 500,
    id: 'Kesalahan pada server; lihat log.',
    en: 'An error in the server; see its log.',
  },
} as const satisfies Record<string, { status: number; id: string; en: string }>;

export type ProblemCode = keyof typeof problems;

/** An error answer, RFC 9457: `code` is stable, `title` is for people, `detail` says what exactly. */
export type Problem = {
  readonly type: 'about:blank';
  readonly status: number;
  readonly code: ProblemCode;
  readonly title: string;
  readonly detail?: string;
};

/** The problem document for a code, in the language that the request prefers (Indonesian unless English is). */
export function describeProblem(
  code: ProblemCode,
  acceptLanguage: string | undefined,
  detail?: string,
): Problem {
  const { status, id, en } = problems[code];
  const title = acceptLanguage?.trim().toLowerCase().startsWith('en') ? en : id;
  const problem: Problem = { type: 'about:blank', status, code, title };
  return detail === undefined ? problem : { ...problem, detail };
}

/** Thrown by a route that cannot answer; the server turns it into a problem document. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  constructor(code: ProblemCode, detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.name = 'ProblemError';
    this.code = code;
    this.detail = detail;
  }
}

/** Answers a request with a problem document. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemCode,
  detail?: string,
): FastifyReply {
  const problem = describeProblem(code, request.headers['accept-language'], detail);
  return reply.code(problem.status).type('application/problem+json').send(problem);
}
