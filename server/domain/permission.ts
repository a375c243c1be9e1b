/** What a person, a wall screen or a script can be; each is granted on a region and all below it. */
export const roles = ['viewer', 'dispatcher', 'commander', 'administrator', 'integrator'] as const;
export type Role = (typeof roles)[number];

/**
 * The permission matrix: who may do what. Everything that is not here is refused. Each row is tested
 * cell by cell and shown in docs/operations.md, so change all three together.
 */
export const permissionMatrix = {
  /** Draw the base map. */
  'map.view': ['viewer', 'dispatcher', 'commander', 'administrator', 'integrator'],
  /** See units and their live positions. */
  'units.view': ['viewer', 'dispatcher', 'commander', 'administrator', 'integrator'],
  /** See the fields that name a person, such as who carries a handheld. */
  'people.view': ['dispatcher', 'commander'],
  /** See where units were, and what they did at fences; a reason is asked for and logged. */
  'tracks.view': ['dispatcher', 'commander'],
  /** Take tracks out of the system; a reason is asked for and logged. */
  'tracks.export': ['commander'],
  /** Find, export and erase what is kept of a person; a reason is asked for and logged. */
  'people.manage': ['administrator'],
  /** Read what was done by whom. */
  'log.view': ['commander', 'administrator'],
  /** Add people, change what they may, switch them off, end their sessions. */
  'users.manage': ['administrator'],
  /** Make and revoke tokens of wall screens, and revoke those of others. */
  'displays.manage': ['administrator'],
  /** Make tokens for scripts that may what one may oneself, or less. */
  'tokens.make': ['administrator', 'integrator'],
  /** See who waits at the door, and let them in. */
  'trackers.admit': ['dispatcher', 'commander', 'administrator', 'integrator'],
  /** Add and change trackers and gateways, and give them secrets. */
  'trackers.manage': ['administrator', 'integrator'],
  /** Look at what was refused at the door, take it out, and send it through once more. */
  'deadletters.manage': ['administrator', 'integrator'],
  /** See operations with their phases, sites and fences. */
  'sites.view': ['viewer', 'dispatcher', 'commander', 'administrator', 'integrator'],
  /** Add, import, change and remove sites, and with them what strength each must have. */
  'sites.manage': ['commander', 'administrator', 'integrator'],
  /** Draw, change and remove fences. */
  'fences.manage': ['dispatcher', 'commander', 'administrator', 'integrator'],
  /** Add operations and set their phases. */
  'operations.manage': ['commander', 'administrator'],
  /** Note who is at a site by radio or roll call. */
  'checkins.make': ['dispatcher', 'commander'],
  /** See alarms, what was done about them, the rules by which they are raised, and incidents. */
  'alarms.view': ['viewer', 'dispatcher', 'commander', 'administrator', 'integrator'],
  /** Acknowledge, assign, shelve, comment and close alarms, and answer for steps of their procedures. */
  'alarms.handle': ['dispatcher', 'commander'],
  /** Take alarms out of service and back, for as long as somebody mends what raises them. */
  'alarms.service': ['commander', 'administrator'],
  /** Add, change, try and remove rules. */
  'rules.manage': ['commander', 'administrator'],
  /** Open, lead and close incidents, and write their log. */
  'incidents.manage': ['dispatcher', 'commander'],
  /** Raise and lower the level of an incident, and order who stands before the crowd. */
  'incidents.command': ['commander'],
  /** Have alarms sent to other systems by webhooks. */
  'webhooks.manage': ['administrator', 'integrator'],
  /** Read how the parts of the server are, with counts of all regions. */
  'health.view': ['administrator', 'integrator'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissionMatrix;

export const permissions = Object.keys(permissionMatrix) as readonly Permission[];

/** True when the matrix gives a role a permission. */
export function roleMay(role: Role, permission: Permission): boolean {
  const allowed: readonly Role[] = permissionMatrix[permission];
  return allowed.includes(role);
}
