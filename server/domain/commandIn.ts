import { type Grant, mayIn } from './access.ts';
import { type Command, commands } from './incident.ts';
import { roleMay } from './permission.ts';
import { everywhere } from './region.ts';

/**
 * The highest command that somebody has in a region: of a district Kapolsek, of a regency Kapolres, of a
 * province or of everything Kapolda.
 */
export function commandIn(grants: readonly Grant[], region: string): Command | undefined {
  let highest = -1;
  for (const grant of grants) {
    if (!roleMay(grant.role, 'incidents.command') || !mayIn([grant], 'incidents.command', region)) {
      continue;
    }
    const parts = grant.region === everywhere ? 1 : grant.region.split('.').length;
    highest = Math.max(highest, commands.length - Math.min(parts, commands.length));
  }
  return commands[highest];
}
