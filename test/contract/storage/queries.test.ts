import { describe } from 'vitest';
import { describeQueries } from './describeQueries.ts';
import { openers } from './openers.ts';

for (const { name, open, missing } of openers) {
  if (missing === undefined) describeQueries(name, open);
  else describe.skip(`the queries over ${name} (skipped: ${missing})`);
}
