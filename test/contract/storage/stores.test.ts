import { describeAccounts } from './describeAccounts.ts';
import { describeGateways } from './describeGateways.ts';
import { describeLog } from './describeLog.ts';
import { describeMinutes } from './describeMinutes.ts';
import { describePlacePrivacy } from './describePlacePrivacy.ts';
import { describePlaces } from './describePlaces.ts';
import { describePrivacy } from './describePrivacy.ts';
import { describeQuarantine } from './describeQuarantine.ts';
import { describeRecords } from './describeRecords.ts';
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
  describePrivacy(opener);
  describePlacePrivacy(opener);
}
