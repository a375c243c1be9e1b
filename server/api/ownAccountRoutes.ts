import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Accounts } from '../accounts/accounts.ts';
import { bodyOf, codeSchema, passwordSchema, sessionInfoSchema } from './accountSchemas.ts';
import { ProblemError, weakPassword } from './problem.ts';
import { accessOf } from './routeAccess.ts';
import { enter, originOf, sendWait } from './signedIn.ts';

const maxKey = 2 ** 31 - 1;

/** What people do to their own account: password, second factor, where they are signed in. */
export function ownAccountRoutes({
  ownAccount,
  sessions,
}: Pick<Accounts, 'ownAccount' | 'sessions'>): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.put(
      '/session/password',
      {
        config: { access: 'person', rate: 'sign_in' },
        schema: {
          body: bodyOf({ old: passwordSchema, new: passwordSchema }),
          response: {
            200: Type.Object({
              ...sessionInfoSchema.properties,
              /** How many tokens for scripts ended with the password. */
              tokensRevoked: Type.Integer(),
            }),
          },
        },
      },
      async (request, reply) => {
        const access = accessOf(request);
        const changed = await ownAccount.changePassword(access, request.body, originOf(request));
        if (changed.ok) {
          const { opened, tokensRevoked } = changed.value;
          return { ...enter(request, reply, opened), tokensRevoked };
        }
        if (changed.reason === 'wait') return sendWait(request, reply, changed);
        if (changed.reason === 'weak_password') throw weakPassword(changed);
        throw new ProblemError(changed.reason, changed.detail);
      },
    );

    app.post(
      '/session/second-factor',
      {
        config: { access: 'person', rate: 'sign_in' },
        schema: {
          body: bodyOf({ password: passwordSchema }),
          response: { 200: Type.Object({ secret: Type.String(), uri: Type.String() }) },
        },
      },
      async (request, reply) => {
        const { password } = request.body;
        const begun = await ownAccount.beginSecondFactor(accessOf(request), password);
        if (begun.ok) return begun.value;
        if (begun.reason === 'wait') return sendWait(request, reply, begun);
        throw asProblem(begun);
      },
    );

    app.put(
      '/session/second-factor',
      {
        config: { access: 'person', rate: 'sign_in' },
        schema: {
          body: bodyOf({ code: codeSchema }),
          response: { 200: Type.Object({ recoveryCodes: Type.Array(Type.String()) }) },
        },
      },
      async (request, reply) => {
        const { code } = request.body;
        const set = await ownAccount.setSecondFactor(accessOf(request), code, originOf(request));
        if (set.ok) {
          enter(request, reply, set.value.opened);
          return { recoveryCodes: [...set.value.recoveryCodes] };
        }
        if (set.reason === 'wait') return sendWait(request, reply, set);
        throw asProblem(set);
      },
    );

    app.delete(
      '/session/second-factor',
      {
        config: { access: 'person', rate: 'sign_in' },
        schema: { body: bodyOf({ password: passwordSchema, code: codeSchema }) },
      },
      async (request, reply) => {
        const access = accessOf(request);
        const origin = originOf(request);
        const removed = await ownAccount.removeSecondFactor(access, request.body, origin);
        if (removed.ok) {
          enter(request, reply, removed.value);
          return reply.code(204).send();
        }
        if (removed.reason === 'wait') return sendWait(request, reply, removed);
        throw asProblem(removed);
      },
    );

    app.post(
      '/session/recovery-codes',
      {
        config: { access: 'person', rate: 'sign_in' },
        schema: {
          body: bodyOf({ password: passwordSchema, code: codeSchema }),
          response: { 200: Type.Object({ recoveryCodes: Type.Array(Type.String()) }) },
        },
      },
      async (request, reply) => {
        const made = await ownAccount.renewRecoveryCodes(accessOf(request), request.body);
        if (made.ok) return { recoveryCodes: [...made.value] };
        if (made.reason === 'wait') return sendWait(request, reply, made);
        throw asProblem(made);
      },
    );

    app.get(
      '/sessions',
      {
        config: { access: 'person' },
        schema: {
          response: {
            200: Type.Object({
              sessions: Type.Array(
                Type.Object({
                  key: Type.Integer(),
                  createdAtMs: Type.Number(),
                  seenAtMs: Type.Number(),
                  expiresAtMs: Type.Number(),
                  address: Type.String(),
                  userAgent: Type.String(),
                  isThis: Type.Boolean(),
                }),
              ),
            }),
          },
        },
      },
      async (request) => ({ sessions: [...(await sessions.list(accessOf(request)))] }),
    );

    app.delete('/sessions', { config: { access: 'person' } }, async (request, reply) => {
      await sessions.endOthers(accessOf(request));
      return reply.code(204).send();
    });

    app.delete(
      '/sessions/:key',
      {
        config: { access: 'person' },
        schema: { params: Type.Object({ key: Type.Integer({ minimum: 1, maximum: maxKey }) }) },
      },
      async (request, reply) => {
        const ended = await sessions.end(accessOf(request), request.params.key);
        if (!ended.ok) throw new ProblemError(ended.reason, ended.detail);
        return reply.code(204).send();
      },
    );
    done();
  };
}

function asProblem({
  reason,
  detail,
}: {
  readonly reason:
    | 'wrong_credentials'
    | 'password_change_required'
    | 'second_factor_set'
    | 'not_begun';
  readonly detail: string;
}): ProblemError {
  const isState = reason === 'second_factor_set' || reason === 'not_begun';
  return new ProblemError(isState ? 'bad_request' : reason, detail);
}
