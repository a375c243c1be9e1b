import { newSecret } from './credentials.ts';
import { type Seal, SealError } from './seal.ts';

/** Remembers, in a cookie that only this server can read and make, who was signed in on a device. */
export type KnownDevices = {
  /** Names the device when this user was signed in on it before. */
  find(cookie: string | undefined, userName: string): string | undefined;
  /** The cookie of a device on which this user is signed in now. */
  remember(cookie: string | undefined, userName: string): string;
};

/** Users of one device who are remembered: about the people who share a console in the shifts of a week. */
const maxUsers = 16;
const maxCookieLength = 2_048;

type Device = { readonly id: string; readonly users: readonly string[] };

/**
 * A device on which somebody was signed in before waits for its own wrong passwords only: so a
 * stranger who tries one after another at an account cannot keep its operator out.
 */
export function createKnownDevices(seal: Seal): KnownDevices {
  const read = (cookie: string | undefined): Device | undefined => {
    if (cookie === undefined || cookie.length > maxCookieLength) return undefined;
    try {
      const opened = seal.open(Buffer.from(cookie, 'base64url'));
      return readDevice(JSON.parse(Buffer.from(opened).toString('utf8')));
    } catch (error) {
      // made by somebody else, or under a key that is no more: a device like any other
      if (error instanceof SealError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  };
  return {
    find: (cookie, userName) => {
      const device = read(cookie);
      return device?.users.includes(userName) ? device.id : undefined;
    },
    remember: (cookie, userName) => {
      const { id, users } = read(cookie) ?? { id: newSecret(), users: [] };
      const others = users.filter((name) => name !== userName).slice(0, maxUsers - 1);
      const device: Device = { id, users: [userName, ...others] };
      return Buffer.from(seal.seal(Buffer.from(JSON.stringify(device)))).toString('base64url');
    },
  };
}

function readDevice(json: unknown): Device | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  if (!('id' in json) || typeof json.id !== 'string') return undefined;
  if (!('users' in json) || !Array.isArray(json.users)) return undefined;
  return { id: json.id, users: json.users.filter((name) => typeof name === 'string') };
}
