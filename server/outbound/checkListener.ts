import { type Access, scopeOf } from '../domain/access.ts';
import type { Listener } from '../domain/outMessage.ts';
import type { Result } from '../domain/result.ts';
import type { SecretCheck, SecretChecked } from '../domain/submission.ts';

/** Says who is behind an API token that came as a bearer; Accounts does it. */
export type IdentifyToken = (
  token: string,
) => Promise<Result<Access, 'none' | 'ended' | 'database_away'>>;

/** What somebody is told whose token cannot be looked at while the database is away, ms. */
const awayMs = 5_000;

/**
 * Whether somebody at the door came with an API token, to listen, and what they may hear. Undefined: it
 * is the secret of a tracker or gateway, or none.
 *
 * @param isToken tells API tokens from all other secrets, by their form
 */
export async function checkListener(
  { id, secret }: SecretCheck,
  isToken: (secret: string) => boolean,
  identify: IdentifyToken,
): Promise<SecretChecked | undefined> {
  if (!id.startsWith('token') || !isToken(secret)) return undefined;
  const found = await identify(secret);
  if (found.ok) {
    return { isRight: true, retryAfterMs: undefined, listener: listenerOf(found.value) };
  }
  return {
    isRight: false,
    retryAfterMs: found.reason === 'database_away' ? awayMs : undefined,
    listener: null,
  };
}

/** What somebody may hear by MQTT. */
function listenerOf({ credential, actor, grants, expiresAtMs }: Access): Listener {
  const [alarms, positions] = [scopeOf(grants, 'alarms.view'), scopeOf(grants, 'units.view')];
  return { credential, actor, alarms, positions, expiresAtMs };
}
