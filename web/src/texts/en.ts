import { enAccounts } from './enAccounts.ts';
import { enActions } from './enActions.ts';
import { enAlarms } from './enAlarms.ts';
import { enDoor } from './enDoor.ts';
import { enIncidents } from './enIncidents.ts';
import { enReasons } from './enReasons.ts';
import { enRules } from './enRules.ts';
import type { Texts } from './id.ts';

/** English, one click away. */
export const en: Texts = {
  ...enAccounts,
  ...enActions,
  ...enAlarms,
  ...enDoor,
  ...enIncidents,
  ...enReasons,
  ...enRules,
  'app.name': 'Posko',
  'app.title': 'Posko – unit map',
  'demo.mark': 'DEMO – exercise data',
  'demo.explain': 'These data are simulated and will be thrown away. Nothing here is happening.',

  'connection.connecting': 'Connecting…',
  'connection.live': 'Connected',
  'connection.lost': 'Lost since {{time}} – reconnecting…',
  'connection.paused': 'Lost since {{time}} – waiting for a new sign-in',
  'connection.lostExplain':
    'The map shows the last state that was received. The page keeps trying to reconnect.',

  'counts.notStored': 'Not stored',
  'counts.notStoredExplain':
    "Shown, but the server's disk does not take them; the trackers will send them again. See /health/ready",

  'clock.label': 'Server time',
  'language.switch': 'Indonesia',
  'language.label': 'Switch the language to Indonesian',
  'theme.toLight': 'Light theme',
  'theme.toDark': 'Dark theme',

  'map.label': 'Map of units. Use the unit list to choose a unit with the keyboard.',
  'map.zoomIn': 'Zoom in',
  'map.zoomOut': 'Zoom out',
  'map.showAll': 'Show all units',
  'map.problem': 'The base map could not be loaded. Units are still shown.',
  'map.retry': 'Try again',
  'map.noWebGl':
    'The map needs WebGL 2, which this browser does not offer. Turn on graphics acceleration or use another browser. The unit list works all the same.',

  'list.title': 'Units',
  'list.search': 'Search callsign, ID, agency…',
  'list.searchLabel': 'Search units',
  'list.none': 'No unit matches.',
  'list.more': 'Show {{count}} more',
  'list.shown': '{{shown}} of {{total}}',

  'empty.title': 'No units yet',
  'empty.intro':
    'Add a tracker and enter its secret in the device. The unit appears on the map at once.',
  'empty.noneOfYours':
    'There are no units in your regions. A unit that is registered there appears on the map at once.',
  'empty.add': 'Add a tracker',
  'empty.waitingHint':
    'Or simply connect the device: it appears in the waiting room, and is let in with one click.',

  'unit.close': 'Close details',
  'unit.centre': 'Centre',
  'unit.follow': 'Follow',
  'unit.following': 'Following',
  'unit.who': 'Who',
  'unit.what': 'Motion',
  'unit.when': 'When',
  'unit.where': 'Where',
  'unit.kind': 'Kind',
  'unit.agency': 'Agency',
  'unit.strength': 'People',
  'unit.id': 'Unit ID',
  'unit.tracker': 'Tracker ID',
  'unit.bearer': 'Carried by',
  'unit.region': 'Region',
  'unit.speed': 'Speed',
  'unit.course': 'Course',
  'unit.battery': 'Battery',
  'unit.altitude': 'Altitude',
  'unit.satellites': 'Satellites',
  'unit.age': 'Age of position',
  'unit.fixedAt': 'Time of position',
  'unit.delay': 'Delay',
  'unit.delaySeconds': '{{n}} s',
  'unit.place': 'Coordinates',
  'unit.accuracy': 'Accuracy',
  'unit.north': 'N',
  'unit.south': 'S',
  'unit.east': 'E',
  'unit.west': 'W',
  'unit.kmh': '{{n}} km/h',
  'unit.unknown': 'unknown',
  'unit.yes': 'yes',
  'unit.no': 'no',
  'unit.noFix': 'No position from this unit yet.',
  'unit.noDetails':
    'The server’s details could not be read; what you see comes from the live data.',
  'unit.notStored': 'not stored',

  'age.seconds': '{{n}} s ago',
  'age.minutes': '{{n}} min ago',
  'age.hours': '{{n}} h ago',
  'age.days': '{{n}} d ago',

  'course.N': 'north',
  'course.NE': 'north-east',
  'course.E': 'east',
  'course.SE': 'south-east',
  'course.S': 'south',
  'course.SW': 'south-west',
  'course.W': 'west',
  'course.NW': 'north-west',

  'kind.handheld': 'Handheld',
  'kind.motorcycle': 'Motorcycle',
  'kind.patrol_car': 'Patrol car',
  'kind.water_cannon': 'Water cannon (AWC)',
  'kind.apc': 'Armoured carrier (APC)',
  'kind.fire_engine': 'Fire engine',
  'kind.ambulance': 'Ambulance',
  'kind.truck': 'Truck',
  'kind.drone': 'Drone',
  'kind.other': 'Other',

  'agency.polri': 'Polri',
  'agency.tni': 'TNI',
  'agency.satpol_pp': 'Satpol PP',
  'agency.damkar': 'Damkar',
  'agency.linmas': 'Linmas',
  'agency.dishub': 'Dishub',
  'agency.other': 'Other',

  'agencyFull.polri': 'National police (Polri)',
  'agencyFull.tni': 'Armed forces (TNI)',
  'agencyFull.satpol_pp': 'Municipal police (Satpol PP)',
  'agencyFull.damkar': 'Fire service (Damkar)',
  'agencyFull.linmas': 'Civil defence (Linmas)',
  'agencyFull.dishub': 'Transport agency (Dishub)',
  'agencyFull.other': 'Other',

  'fault.title': 'This page has run into a fault',
  'fault.reload': 'Reload the page',
};
