import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { Tokens } from '../accounts/tokens.ts';
import type { Token } from '../domain/account.ts';
import { roles } from '../domain/permission.ts';
import { bodyOf, checkRegions, grantSchema } from './accountSchemas.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';

const timeOrNever = Type.Union([Type.Number(), Type.Null()]);
const tokenSchema = Type.Object({
  key: Type.Integer(),
  kind: Type.Enum(['display', 'api']),
  name: Type.String(),
  owner: Type.String(),
  grant: grantSchema,
  createdAtMs: Type.Number(),
  expiresAtMs: Type.Number(),
  usedAtMs: timeOrNever,
  revokedAtMs: timeOrNever,
});

const maxKey = 2 ** 31 - 1;
// what the log shows in one line
const namePattern =
  '^[^\\s\\u0000-\\u001f\\u007f-\\u009f]([^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f])?$';

/** `/tokens`: what wall screens and scripts sign in with. */
export function tokenRoutes(tokens: Tokens): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/tokens',
      {
        config: { access: 'person' },
        schema: { response: { 200: Type.Object({ tokens: Type.Array(tokenSchema) }) } },
      },
      async (request) => ({ tokens: (await tokens.list(accessOf(request))).map(shown) }),
    );

    app.post(
      '/tokens',
      {
        config: { access: 'person' },
        schema: {
          body: bodyOf({
            kind: Type.Enum(['display', 'api']),
            name: Type.String({ minLength: 1, maxLength: 64, pattern: namePattern }),
            role: Type.Enum([...roles]),
            region: Type.String({ maxLength: 13 }),
            expiresAtMs: Type.Integer({ minimum: 0 }),
          }),
          response: { 201: Type.Object({ token: tokenSchema, secret: Type.String() }) },
        },
      },
      async (request, reply) => {
        const { kind, name, role, region, expiresAtMs } = request.body;
        const grant = { role, region };
        checkRegions([grant]);
        const made = await tokens.add(accessOf(request), { kind, name, grant, expiresAtMs });
        if (!made.ok) throw new ProblemError(made.reason, made.detail);
        const { token, secret } = made.value;
        return reply.code(201).send({ token: shown(token), secret });
      },
    );

    app.delete(
      '/tokens/:key',
      {
        config: { access: 'person' },
        schema: { params: Type.Object({ key: Type.Integer({ minimum: 1, maximum: maxKey }) }) },
      },
      async (request, reply) => {
        const revoked = await tokens.revoke(accessOf(request), request.params.key);
        if (!revoked.ok) throw new ProblemError(revoked.reason, revoked.detail);
        return reply.code(204).send();
      },
    );
    done();
  };
}

function shown({ ownerKey: _ownerKey, ownerName, ...token }: Token): Static<typeof tokenSchema> {
  return { ...token, owner: ownerName };
}
