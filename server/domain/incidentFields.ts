import type { LonLat } from './fence.ts';
import type { Decision, IncidentAction } from './incident.ts';
import { isChecklistItem } from './incidentChecklists.ts';
import { checkRegion } from './region.ts';
import type { Result } from './result.ts';
import { checkSitePlace } from './siteFields.ts';
import { isTrackerId } from './unit.ts';

/** Longest title, text, and name of somebody who speaks, characters. */
export const maxTitleLength = 200;
export const maxIncidentTextLength = 1_000;
export const maxSpeakerLength = 80;
/** Longest word of who approved something, and how. */
export const maxApprovalLength = 200;
/** Around the place of an incident, metres. */
export const incidentRadiusBounds = { min: 20, max: 20_000 } as const;
/** Of one photo. */
export const maxPhotoBytes = 8 << 20;
/** People of one crowd. */
export const maxCrowd = 1_000_000;

export const uuidPattern = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
export const sha256Pattern = '^[0-9a-f]{64}$';
/** A regency or a district. */
export const incidentRegionPattern = '^\\d{2}[.]\\d{2}([.]\\d{2})?$';
export const operationIdPattern = '^[A-Za-z0-9_-]{1,64}$';

type Checked<Value> = Result<Value, 'bad'>;

/**
 * Checks an action on an incident that somebody asks for. Texts come back trimmed, places in whole
 * microdegrees, radii in decimetres. The `detail` of what is refused names the field.
 */
export function checkIncidentAction(action: IncidentAction): Checked<IncidentAction> {
  switch (action.kind) {
    case 'open':
      return checkOpening(action);
    case 'rename':
      return withText(action, 'title', maxTitleLength, isLine);
    case 'move':
      return checkGround(action);
    case 'decide': {
      const decision = checkDecision(action.decision);
      if (!decision.ok) return decision;
      return withText({ ...action, decision: decision.value }, 'reason', maxIncidentTextLength);
    }
    case 'note':
    case 'close':
      return withText(action, 'text', maxIncidentTextLength);
    case 'reopen':
      return withText(action, 'reason', maxIncidentTextLength);
    case 'message': {
      const from = withText(action, 'from', maxSpeakerLength, isLine);
      const to = from.ok ? withText(from.value, 'to', maxSpeakerLength, isLine) : from;
      return to.ok ? withText(to.value, 'text', maxIncidentTextLength) : to;
    }
    case 'photo':
      if (!matches(uuidPattern, action.photoId)) return bad('photoId is a UUID in small letters');
      if (!matches(sha256Pattern, action.sha256)) return bad('sha256 is 64 hexadecimal digits');
      return withCaption(action);
    case 'check':
      if (isChecklistItem(action.item)) return { ok: true, value: action };
      return bad(`no checklist has an item "${action.item.slice(0, 80)}"`);
    case 'link_alarm':
    case 'unlink_alarm':
      if (matches(uuidPattern, action.alarmId)) return { ok: true, value: action };
      return bad('alarmId is a UUID in small letters');
    case 'add_unit':
    case 'remove_unit':
      if (isTrackerId(action.unitId)) return { ok: true, value: action };
      return bad('unitId is 1 to 64 letters, digits, - or _');
    case 'crowd': {
      const { size } = action;
      if (!Number.isInteger(size) || size < 0 || size > maxCrowd) {
        return bad(`size is a whole number of people from 0 to ${maxCrowd}`);
      }
      const place = checkPlace(action.place);
      return place.ok ? withCaption({ ...action, place: place.value }) : place;
    }
  }
}

type Opening = Extract<IncidentAction, { kind: 'open' }>;

function checkOpening(action: Opening): Checked<Opening> {
  const region = checkRegion(action.region);
  if (!region.ok) return bad(region.detail);
  if (!matches(incidentRegionPattern, action.region)) {
    return bad('an incident is in a regency or a district: 64.08 or 64.08.04');
  }
  if (action.operationId !== undefined && !matches(operationIdPattern, action.operationId)) {
    return bad('operationId is 1 to 64 letters, digits, - or _');
  }
  if (action.alarmId !== undefined && !matches(uuidPattern, action.alarmId)) {
    return bad('alarmId is a UUID in small letters');
  }
  const ground = checkGround(action);
  return ground.ok ? withText(ground.value, 'title', maxTitleLength, isLine) : ground;
}

function checkGround<Action extends { readonly place: LonLat; readonly radiusM: number }>(
  action: Action,
): Checked<Action> {
  const place = checkPlace(action.place);
  if (!place.ok) return place;
  const { min, max } = incidentRadiusBounds;
  // written so that NaN is refused
  if (!(action.radiusM >= min && action.radiusM <= max)) {
    return bad(`radiusM is ${min} to ${max} m`);
  }
  const radiusM = Math.round(action.radiusM * 10) / 10;
  return { ok: true, value: { ...action, place: place.value, radiusM } };
}

function checkPlace(place: LonLat): Checked<LonLat> {
  const checked = checkSitePlace(place);
  return checked.ok ? checked : bad(checked.detail);
}

function checkDecision(decision: Decision): Checked<Decision> {
  if (decision.kind !== 'lintas_ganti' || decision.approvedBy === undefined) {
    return { ok: true, value: decision };
  }
  const approvedBy = decision.approvedBy.trim();
  if (approvedBy.length === 0 || approvedBy.length > maxApprovalLength || !isLine(approvedBy)) {
    return bad(`approvedBy is 1 to ${maxApprovalLength} printable characters`);
  }
  return { ok: true, value: { ...decision, approvedBy } };
}

/** An action with one of its texts trimmed. */
function withText<Field extends string, Action extends Readonly<Record<Field, string>>>(
  action: Action,
  field: Field,
  maxLength: number,
  isGood: (text: string) => boolean = isProse,
): Checked<Action> {
  const text = action[field].trim();
  if (text.length === 0 || text.length > maxLength || !isGood(text)) {
    return bad(`${field} is 1 to ${maxLength} printable characters`);
  }
  return { ok: true, value: { ...action, [field]: text } };
}

/** What is shown may speak for itself. */
function withCaption<Action extends { readonly text: string }>(action: Action): Checked<Action> {
  if (action.text.trim() === '') return { ok: true, value: { ...action, text: '' } };
  return withText(action, 'text', maxIncidentTextLength);
}

function isLine(text: string): boolean {
  return !/\p{C}/u.test(text);
}

/** Printable characters, in lines. */
function isProse(text: string): boolean {
  return isLine(text.replace(/[\n\r\t]/g, ' '));
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(pattern).test(text);
}

function bad(detail: string): Result<never, 'bad'> {
  return { ok: false, reason: 'bad', detail };
}
