import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { SetUp } from '../accounts/setUp.ts';
import {
  bodyOf,
  fullNameSchema,
  passwordSchema,
  secretSchema,
  sessionInfoSchema,
  userNameSchema,
} from './accountSchemas.ts';
import { ProblemError, weakPassword } from './problem.ts';
import { enter, originOf } from './signedIn.ts';

/** Brings the secret of a link along: the address is kept by browsers and proxies. */
const linkHeader = 'x-posko-link';

/** `/setup`: the first administrator, by the link that the server printed. */
export function setupRoutes(setUp: SetUp): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/setup',
      {
        config: { access: 'setup', rate: 'sign_in' },
        schema: {
          headers: Type.Object({ [linkHeader]: Type.Optional(secretSchema) }),
          response: { 200: Type.Object({ state: Type.Literal('open') }) },
        },
      },
      (request) => {
        const open = setUp.check(request.headers[linkHeader]);
        if (!open.ok) throw new ProblemError(open.reason, open.detail);
        return { state: 'open' } as const;
      },
    );

    app.post(
      '/setup',
      {
        config: { access: 'setup', rate: 'sign_in' },
        schema: {
          body: bodyOf({
            token: secretSchema,
            name: userNameSchema,
            fullName: fullNameSchema,
            password: passwordSchema,
          }),
          response: { 201: sessionInfoSchema },
        },
      },
      async (request, reply) => {
        const made = await setUp.finish(request.body, originOf(request));
        if (!made.ok) {
          if (made.reason === 'weak_password') throw weakPassword(made);
          const code = made.reason === 'bad_name' ? 'bad_request' : made.reason;
          throw new ProblemError(code, made.detail);
        }
        return reply.code(201).send(enter(request, reply, made.value));
      },
    );
    done();
  };
}
