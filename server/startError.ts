import { ObstacleError } from './domain/obstacleError.ts';

/** The server cannot start for a reason outside of it. The message says what, where and what to do. */
export class StartError extends ObstacleError {
  override readonly name = 'StartError';
}

/** What a failed listen means, as a sentence. */
export function describeListenFailure(
  code: string,
  what: 'HTTP' | 'MQTT' | 'MQTTS',
  host: string,
  port: number,
): string {
  const variable = `POSKO_${what}_PORT`;
  const hostVariable = what === 'HTTP' ? 'POSKO_HTTP_HOST' : 'POSKO_MQTT_HOST';
  switch (code) {
    case 'EADDRINUSE':
      return (
        `${what} port ${port} on ${host} is used by another program: ` +
        `stop that one, or set ${variable} to a free port (0 = any)`
      );
    case 'EACCES':
      return `${what} port ${port} on ${host} needs more rights: set ${variable} to a port from 1024 on`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine: correct or unset ${hostVariable}`;
    default:
      return `${what} cannot listen on ${host} port ${port} (${code})`;
  }
}
