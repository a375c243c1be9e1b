import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { Credentials } from '../accounts/identities.ts';
import type { Identity } from '../accounts/identity.ts';
import { type Access, mayAnywhere } from '../domain/access.ts';
import { permissionMatrix } from '../domain/permission.ts';
import type { Result } from '../domain/result.ts';
import { ProblemError } from './problem.ts';
import type { RouteAccess } from './routeAccess.ts';
import { sessionCookieOf } from './sessionCookie.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route there is, with who may call it. */
    accessOfRoutes(): readonly RouteWithAccess[];
  }
}

/** A route as documents and tests see it; several methods with commas between. */
export type RouteWithAccess = {
  readonly method: string;
  readonly url: string;
  readonly access: RouteAccess | undefined;
};

/** Who is there; Accounts does it. */
export type Gate = {
  hasAdministrator(): Promise<boolean>;
  identify(
    credentials: Credentials,
    isUse: boolean,
  ): Promise<Result<Access, 'none' | 'ended' | 'database_away'>>;
  /** Of somebody who was just identified. */
  identityOf(access: Access): Pick<Identity, 'mustChangePassword'> | undefined;
};

/** A page of another site cannot set it without asking first, and is then refused. */
export const requestMark = 'x-posko-request';
/** Marks what the page asks by itself: that somebody left it open keeps no session alive. */
const automaticMark = 'x-posko-automatic';
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Checks every request against what its route asks for (routeAccess.ts), before anything of it is
 * read. The one place where this is decided. A route that asks for nothing cannot be added.
 */
export function requireAccess(app: FastifyInstance, gate: Gate): void {
  app.decorateRequest('access', null);
  const routes: RouteOptions[] = [];
  app.decorate('accessOfRoutes', () =>
    routes.map(({ method, url, config }) => ({ method: `${method}`, url, access: config?.access })),
  );
  app.addHook('onRoute', (route) => {
    routes.push(route);
  });
  app.addHook('onReady', (done) => {
    const open = routes.find(({ config }) => config?.access === undefined);
    done(
      open === undefined
        ? undefined
        : new Error(`the route ${open.method} ${open.url} does not say who may call it`),
    );
  });

  app.addHook('onRequest', async (request) => {
    // an address that does not exist tells strangers nothing, not even that
    const asked = request.is404 ? 'sign_in' : (request.routeOptions.config.access ?? 'person');
    if (asked === 'public') return;
    if (!(await gate.hasAdministrator())) {
      if (asked !== 'setup') throw new ProblemError('not_set_up');
      refuseForged(request);
      return;
    }
    if (asked === 'setup') throw new ProblemError('already_set_up');
    // devices are asked by the door itself; a session means nothing there, so that none can be misused
    if (asked === 'door') return;
    if (asked === 'sign_in') {
      if (!request.is404) refuseForged(request);
      return;
    }
    const credentials = credentialsOf(request);
    const found = await gate.identify(credentials, isOfPerson(request));
    if (!found.ok) {
      throw new ProblemError(found.reason === 'database_away' ? 'database_away' : 'signed_out');
    }
    if (credentials.bearer === undefined) refuseForged(request);
    if (!isAllowed(found.value, asked)) {
      const isFirst = gate.identityOf(found.value)?.mustChangePassword === true;
      throw new ProblemError(isFirst ? 'password_change_required' : 'forbidden');
    }
    request.access = found.value;
  });
}

function isAllowed(access: Access, asked: RouteAccess): boolean {
  if (asked === 'signed_in') return true;
  if (asked === 'person') return access.kind === 'person';
  return isPermission(asked) && mayAnywhere(access.grants, asked);
}

function isPermission(asked: RouteAccess): asked is keyof typeof permissionMatrix {
  return Object.hasOwn(permissionMatrix, asked);
}

function credentialsOf(request: FastifyRequest): Credentials {
  const { authorization } = request.headers;
  const bearer = /^Bearer (\S{1,200})$/i.exec(authorization ?? '')?.[1];
  return { cookie: sessionCookieOf(request), bearer };
}

/** False for what nobody has done: marked requests, and sockets, which the page opens anew by itself. */
function isOfPerson(request: FastifyRequest): boolean {
  return !request.ws && request.headers[automaticMark] !== '1';
}

/** Whoever comes with a cookie must show that the request is the page's own (OWASP ASVS 5.0, 3.5.1). */
function refuseForged(request: FastifyRequest): void {
  if (!safeMethods.has(request.method) && request.headers[requestMark] !== '1') {
    throw new ProblemError('request_forged');
  }
}
