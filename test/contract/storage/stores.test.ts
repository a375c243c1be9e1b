import { describeAccounts } from './describeAccounts.ts';
import { describeAlarmPrivacy } from './describeAlarmPrivacy.ts';
import { describeAlarms } from './describeAlarms.ts';
import { describeGateways } from './describeGateways.ts';
import { describeIncidents } from './describeIncidents.ts';
import { describeLog } from './describeLog.ts';
import { describeMinutes } from './describeMinutes.ts';
import { describePlacePrivacy } from './describePlacePrivacy.ts';
import { describePlaces } from './describePlaces.ts';
import { describePrivacy } from './describePrivacy.ts';
import { describeQuarantine } from './describeQuarantine.ts';
import { describeRecords } from './describeRecords.ts';
import { describeRules } from './describeRules.ts';
import { describeTrackers } from './describeTrackers.ts';
import { describeTransitions } from './describeTransitions.ts';
import { openers } from './openers.ts';

for (const opener of openers) {
  describeTrackers(opener);
  describeGateways(opener);
  describeAccounts(opener);
  describeLog(opener);
  describeRecords(opener);
  describeQuarantine(opener);
  describeMinutes(opener);
  describePlaces(opener);
  describeTransitions(opener);
  describeRules(opener);
  describeAlarms(opener);
  describeIncidents(opener);
  describePrivacy(opener);
  describePlacePrivacy(opener);
  describeAlarmPrivacy(opener);
}
