import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Accounts } from '../accounts/accounts.ts';
import { accessOf } from './routeAccess.ts';

const defaultPage = 100;
const maxPage = 500;

const textOrNone = Type.Union([Type.String(), Type.Null()]);

/** `/audit`: what was done by whom, of the regions in which one may read it. Newest first. */
export function auditRoutes({ readLog }: Pick<Accounts, 'readLog'>): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/audit',
      {
        config: { access: 'log.view' },
        schema: {
          querystring: Type.Object({
            /** The last page's `nextCursor`. */
            before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPage })),
          }),
          response: {
            200: Type.Object({
              entries: Type.Array(
                Type.Object({
                  sequence: Type.Integer(),
                  happenedAtMs: Type.Number(),
                  actor: textOrNone,
                  action: Type.String(),
                  subject: textOrNone,
                  region: textOrNone,
                  data: Type.Record(Type.String(), Type.Unknown()),
                }),
              ),
              nextCursor: textOrNone,
            }),
          },
        },
      },
      async (request) => {
        const { before, limit = defaultPage } = request.query;
        // one more than asked for tells whether there is another page
        const read = await readLog(accessOf(request), { before, limit: limit + 1 });
        const page = read.slice(0, limit);
        const last = page.at(-1);
        return {
          entries: page.map(({ previousHash: _previous, hash: _hash, ...entry }) => ({
            ...entry,
            data: { ...entry.data },
          })),
          nextCursor: read.length > limit && last !== undefined ? String(last.sequence) : null,
        };
      },
    );
    done();
  };
}
