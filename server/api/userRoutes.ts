import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from 'typebox';
import type { Users } from '../accounts/users.ts';
import type { User } from '../domain/account.ts';
import { LastAdministratorError } from '../storage/userStore.ts';
import {
  bodyOf,
  checkRegions,
  fullNameSchema,
  grantsSchema,
  passwordSchema,
  userNameSchema,
} from './accountSchemas.ts';
import { ProblemError, weakPassword } from './problem.ts';
import { accessOf } from './routeAccess.ts';

const userSchema = Type.Object({
  name: Type.String(),
  fullName: Type.String(),
  grants: grantsSchema,
  hasSecondFactor: Type.Boolean(),
  mustChangePassword: Type.Boolean(),
  isDisabled: Type.Boolean(),
  createdAtMs: Type.Number(),
});

const config = { access: 'users.manage' } as const;
// what no name can be is refused here: the database takes no NUL
const params = Type.Object({ name: Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{1,31}$' }) });

/** `/users`: who may sign in and what each may do. */
export function userRoutes(users: Users): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/users',
      { config, schema: { response: { 200: Type.Object({ users: Type.Array(userSchema) }) } } },
      async (request) => ({ users: (await users.list(accessOf(request))).map(shown) }),
    );

    app.post(
      '/users',
      {
        config,
        schema: {
          body: bodyOf({
            name: userNameSchema,
            fullName: fullNameSchema,
            password: passwordSchema,
            grants: grantsSchema,
          }),
          response: { 201: userSchema },
        },
      },
      async (request, reply) => {
        const grants = checkRegions(request.body.grants);
        const added = await users.add(accessOf(request), { ...request.body, grants });
        if (!added.ok) {
          if (added.reason === 'weak_password') throw weakPassword(added);
          const code = added.reason === 'bad_name' ? 'bad_request' : added.reason;
          throw new ProblemError(code, added.detail);
        }
        return reply.code(201).send(shown(added.value));
      },
    );

    app.get(
      '/users/:name',
      { config, schema: { params, response: { 200: userSchema } } },
      async (request) => {
        const found = await users.find(accessOf(request), request.params.name);
        if (!found.ok) throw new ProblemError(found.reason, found.detail);
        return shown(found.value);
      },
    );

    app.patch(
      '/users/:name',
      {
        config,
        schema: {
          params,
          body: Type.Object(
            {
              fullName: Type.Optional(fullNameSchema),
              grants: Type.Optional(grantsSchema),
              isDisabled: Type.Optional(Type.Boolean()),
            },
            { additionalProperties: false, minProperties: 1 },
          ),
          response: { 200: userSchema },
        },
      },
      async (request) => {
        const { fullName, grants, isDisabled } = request.body;
        const changes = {
          fullName,
          grants: grants === undefined ? undefined : checkRegions(grants),
          isDisabled,
        };
        const changed = await users
          .change(accessOf(request), request.params.name, changes)
          .catch((error: unknown) => {
            if (!(error instanceof LastAdministratorError)) throw error;
            throw new ProblemError('last_administrator');
          });
        if (!changed.ok) throw new ProblemError(changed.reason, changed.detail);
        return shown(changed.value);
      },
    );

    app.put(
      '/users/:name/password',
      { config, schema: { params, body: bodyOf({ password: passwordSchema }) } },
      async (request, reply) => {
        const { password } = request.body;
        const set = await users.setPassword(accessOf(request), request.params.name, password);
        if (!set.ok && set.reason === 'weak_password') throw weakPassword(set);
        if (!set.ok) throw new ProblemError(set.reason, set.detail);
        return reply.code(204).send();
      },
    );

    app.delete(
      '/users/:name/second-factor',
      { config, schema: { params } },
      async (request, reply) => {
        const removed = await users.removeSecondFactor(accessOf(request), request.params.name);
        if (!removed.ok) throw new ProblemError(removed.reason, removed.detail);
        return reply.code(204).send();
      },
    );

    app.delete('/users/:name/sessions', { config, schema: { params } }, async (request, reply) => {
      const ended = await users.endSessions(accessOf(request), request.params.name);
      if (!ended.ok) throw new ProblemError(ended.reason, ended.detail);
      return reply.code(204).send();
    });
    done();
  };
}

/** A user without the key, which nobody outside the database needs. */
function shown({ key: _key, ...user }: User): Static<typeof userSchema> {
  return { ...user, grants: [...user.grants] };
}
