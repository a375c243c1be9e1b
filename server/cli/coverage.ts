import { parseArgs } from 'node:util';
import type { Static } from 'typebox';
import {
  type CoverageSummary,
  type CoveredSite,
  coverageListSchema,
} from '../domain/boardDetails.ts';
import { coverageWords } from '../domain/coverage.ts';
import { siteClasses, siteKinds } from '../domain/site.ts';
import { serverAsker, serverHelp, serverOptions } from './askServer.ts';
import type { Command } from './command.ts';
import { readWholeNumber } from './numberArgument.ts';
import { readOneOf, readRegion } from './placeArguments.ts';

const pageLength = 5_000;

/** `coverage`: see its help. */
export const coverage: Command = {
  name: 'coverage',
  summary: 'how polling stations and other sites are manned now',
  help: `npm run posko -- coverage [options]

Prints one line for each site, its columns separated by tabs: id, region, class, word (belum_lapor,
kosong, kurang, cukup, lebih; - where nobody looked yet), percent, since when, its agencies, name; and a
last line with what all of them are together. An agency is "polri 2/3, 1 inside now": 2 are present of
the 3 that are required, which counts those who left within the last two hours and check-ins, and
1 is inside the ring now by a tracker.

  --operation <id>     the sites of this operation
  --region <code>      of this region and below
  --kind <kind>        ${siteKinds.join(', ')}
  --class <class>      ${siteClasses.join(', ')}
  --word <word>        those with this word; the last line counts the others too
  --worst <number>     as many as that, 1 to ${pageLength}, those that need somebody first

${serverHelp}`,
  run: async ({ config, args, print, secrets, token }) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        operation: { type: 'string' },
        region: { type: 'string' },
        kind: { type: 'string' },
        class: { type: 'string' },
        word: { type: 'string' },
        worst: { type: 'string' },
        ...serverOptions,
      },
    });
    const filter = {
      operation: values.operation,
      region: readRegion(values.region),
      kind: readOneOf('--kind', values.kind, siteKinds),
      class: readOneOf('--class', values.class, siteClasses),
      word: readOneOf('--word', values.word, coverageWords),
    };
    const worst =
      values.worst === undefined ? undefined : readWholeNumber('--worst', values.worst, pageLength);
    const ask = await serverAsker(config, { server: values.server, token, secrets });
    let cursor: string | null = null;
    do {
      const page: Static<typeof coverageListSchema> = await ask(
        '/coverage',
        worst === undefined
          ? { ...filter, limit: pageLength, cursor: cursor ?? undefined }
          : { ...filter, order: 'worst', limit: worst },
        coverageListSchema,
      );
      for (const site of page.sites) print(siteLine(site));
      cursor = page.nextCursor;
      if (cursor === null) print(summaryLine(page.summary));
    } while (cursor !== null);
  },
};

function siteLine(site: CoveredSite): string {
  const { id, region, word, percent, sinceMs, agencies, name } = site;
  const since = sinceMs === null ? '-' : new Date(sinceMs).toISOString();
  const told = agencies.map(
    ({ agency, required, present, insideNow }) =>
      `${agency} ${present}/${required}, ${insideNow} inside now`,
  );
  const share = percent === null ? '-' : String(Math.floor(percent));
  const columns = [id, region, site.class, word ?? '-', share, since, told.join('; ') || '-', name];
  return columns.join('\t');
}

function summaryLine({ sites, words, unlooked, agencies }: CoverageSummary): string {
  const counted = coverageWords.map((word) => `${words[word]} ${word}`);
  const waiting = unlooked === 0 ? [] : [`${unlooked} not looked at yet`];
  const missing = agencies.map(
    (each) => `${each.missing} of ${each.required} ${each.agency} missing`,
  );
  return `${sites} sites: ${[...counted, ...waiting, ...missing].join(', ')}.`;
}
