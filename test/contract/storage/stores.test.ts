import { describeMinutes } from './describeMinutes.ts';
import { describeQuarantine } from './describeQuarantine.ts';
import { describeRecords } from './describeRecords.ts';
import { describeTrackers } from './describeTrackers.ts';
import { openers } from './openers.ts';

for (const opener of openers) {
  describeTrackers(opener);
  describeRecords(opener);
  describeQuarantine(opener);
  describeMinutes(opener);
}
