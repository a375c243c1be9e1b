import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Accounts } from '../accounts/accounts.ts';
import {
  bodyOf,
  codeSchema,
  passwordSchema,
  secretSchema,
  sessionInfoSchema,
  userNameSchema,
} from './accountSchemas.ts';
import { deviceCookieOf, setDeviceCookie } from './deviceCookie.ts';
import { ProblemError } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { clearSessionCookie, sessionCookieOf } from './sessionCookie.ts';
import { describeIdentity, enter, originOf, sendWait } from './signedIn.ts';

type SessionAccounts = Pick<
  Accounts,
  'identify' | 'identityOf' | 'signIn' | 'signInByLink' | 'openDisplay' | 'sessions'
>;

const answersSession = { response: { 200: sessionInfoSchema } };

/** `/session`: signing in and out. */
export function sessionRoutes(accounts: SessionAccounts): FastifyPluginCallbackTypebox {
  /** Whoever was signed in here is not any more: their session would go on unseen. */
  const closeBefore = async (request: FastifyRequest): Promise<void> => {
    const cookie = sessionCookieOf(request);
    const before = await accounts.identify({ cookie, bearer: undefined }, false);
    if (before.ok) await accounts.sessions.close(before.value);
  };

  return (app, _options, done) => {
    app.get('/session', { config: { access: 'signed_in' }, schema: answersSession }, (request) => {
      const identity = accounts.identityOf(accessOf(request));
      if (identity === undefined) throw new ProblemError('signed_out');
      return describeIdentity(request, identity);
    });

    app.post(
      '/session',
      {
        config: { access: 'sign_in', rate: 'sign_in' },
        schema: {
          ...answersSession,
          body: bodyOf({
            name: userNameSchema,
            password: passwordSchema,
            code: Type.Optional(codeSchema),
          }),
        },
      },
      async (request, reply) => {
        const { name, password, code } = request.body;
        const answer = await accounts.signIn({
          name,
          password,
          code,
          origin: originOf(request),
          deviceCookie: deviceCookieOf(request),
        });
        if (!answer.ok && answer.reason === 'wait') return sendWait(request, reply, answer);
        if (!answer.ok) throw new ProblemError(answer.reason);
        await closeBefore(request);
        setDeviceCookie(request, reply, answer.deviceCookie);
        return enter(request, reply, answer.opened);
      },
    );

    app.delete('/session', { config: { access: 'signed_in' } }, async (request, reply) => {
      // first: the browser forgets its session also when the database does not hear of it
      clearSessionCookie(request, reply);
      await accounts.sessions.close(accessOf(request));
      return reply.code(204).send();
    });

    app.post(
      '/session/link',
      {
        config: { access: 'sign_in', rate: 'sign_in' },
        schema: { ...answersSession, body: bodyOf({ token: secretSchema }) },
      },
      async (request, reply) => {
        const opened = await accounts.signInByLink(request.body.token, originOf(request));
        if (!opened.ok) throw new ProblemError(opened.reason, opened.detail);
        await closeBefore(request);
        return enter(request, reply, opened.value);
      },
    );

    app.post(
      '/session/display',
      {
        config: { access: 'sign_in', rate: 'sign_in' },
        schema: { ...answersSession, body: bodyOf({ token: secretSchema }) },
      },
      async (request, reply) => {
        const opened = await accounts.openDisplay(request.body.token, originOf(request));
        if (!opened.ok) throw new ProblemError(opened.reason, opened.detail);
        await closeBefore(request);
        return enter(request, reply, opened.value);
      },
    );
    done();
  };
}
