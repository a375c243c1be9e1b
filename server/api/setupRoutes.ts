import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { SetUp } from '../accounts/setUp.ts';
import {
  fullNameSchema,
  passwordSchema,
  secretSchema,
  sessionInfoSchema,
  userNameSchema,
} from './accountSchemas.ts';
import { ProblemError } from './problem.ts';
import { enter, originOf } from './signedIn.ts';

/** `/setup`: the first administrator, by the link that the server printed. */
export function setupRoutes(setUp: SetUp): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/setup',
      { config: { access: 'setup' }, schema: { response: { 200: Type.Object({}) } } },
      () => {
        if (!setUp.isOpen()) throw new ProblemError('link_expired');
        return {};
      },
    );

    app.post(
      '/setup',
      {
        config: { access: 'setup', rate: 'sign_in' },
        schema: {
          body: Type.Object({
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
          const code = made.reason === 'bad_name' ? 'bad_request' : made.reason;
          throw new ProblemError(code, made.detail);
        }
        return reply.code(201).send(enter(request, reply, made.value));
      },
    );
    done();
  };
}
