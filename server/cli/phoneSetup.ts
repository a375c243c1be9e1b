import { renderUnicodeCompact } from 'uqr';
import { type PhoneReach, phoneLinks, phoneReach } from '../accounts/phoneLinks.ts';
import type { Config } from '../config.ts';
import type { Credentials } from '../domain/submission.ts';

/** The lines of a help on --qr and --host. */
export const phoneHelp = `  --qr               QR codes that set a phone up (OwnTracks, Traccar Client); they hold the secret
  --host <name>      name or address under which phones reach this server (default: the first of
                     POSKO_HTTP_NAMES)`;

/**
 * How phones reach this installation.
 *
 * @throws Error with one sentence when the settings do not say
 */
export function reachOfPhones(config: Config, host: string | undefined): PhoneReach {
  const reach = phoneReach(config, host);
  if (reach === undefined) {
    throw new Error(
      'Nothing says under which name phones reach this server: name it by --host, or set POSKO_HTTP_NAMES.',
    );
  }
  if (reach.http.port === 0 || reach.mqtt?.port === 0) {
    throw new Error(
      'With port 0 the server takes any free port, which a phone cannot know: set POSKO_HTTP_PORT and POSKO_MQTT_PORT.',
    );
  }
  return reach;
}

/** Prints what sets a phone up, as QR codes and as text. */
export function printPhoneSetup(
  print: (line: string) => void,
  reach: PhoneReach,
  credentials: Credentials,
): void {
  const { ownTracksUrl, osmandUrl, traccarUrl } = phoneLinks(reach, credentials);
  print('');
  print('OwnTracks: scan this with the camera of the phone, or open the link on it.');
  print(renderUnicodeCompact(ownTracksUrl, { border: 2 }));
  print(ownTracksUrl);
  print('');
  print(
    'Traccar Client: scan this with the camera of the phone, or enter both lines in its settings.',
  );
  print(renderUnicodeCompact(traccarUrl, { border: 2 }));
  print(`Device identifier: ${credentials.id}`);
  print(`Server URL: ${osmandUrl}`);
}
