import { isInScope, type Scope } from '../../../server/domain/access.ts';
import { isScopeCode } from '../../../server/domain/region.ts';
import type { Priority } from '../../../server/domain/rule.ts';
import type { WebhookDetails } from '../../../server/domain/webhookDetails.ts';

/** A webhook as the form has it. */
export type TypedWebhook = {
  readonly name: string;
  readonly url: string;
  /** Codes, with commas or spaces between. */
  readonly regions: string;
  readonly leastPriority: Priority;
  readonly withExercises: boolean;
};

/** What a form begins with. */
export function typedWebhookOf(webhook: WebhookDetails | undefined, scope: Scope): TypedWebhook {
  if (webhook === undefined) {
    const regions = scope.join(', ');
    return { name: '', url: '', regions, leastPriority: 'low', withExercises: false };
  }
  const { name, url, regions, leastPriority, withExercises } = webhook;
  return { name, url, regions: regions.join(', '), leastPriority, withExercises };
}

/** Which fields the server would refuse, as far as this page can tell. */
export type WebhookFaults = {
  readonly name?: boolean;
  readonly url?: boolean;
  readonly regions?: 'wrong' | 'notYours' | undefined;
};

export function webhookFaults(typed: TypedWebhook, scope: Scope): WebhookFaults {
  const regions = regionsOf(typed);
  const isWrong = regions.length === 0 || !regions.every(isScopeCode);
  const isBeyond = !regions.every((region) => isInScope(scope, [region]));
  return {
    name: typed.name.trim() === '' || typed.name.length > 64,
    url: !isAddress(typed.url),
    regions: isWrong ? 'wrong' : isBeyond ? 'notYours' : undefined,
  };
}

/** What is sent. */
export function webhookBody(typed: TypedWebhook): object {
  const { name, url, leastPriority, withExercises } = typed;
  const regions = regionsOf(typed);
  return { name: name.trim(), url: url.trim(), regions, leastPriority, withExercises };
}

function regionsOf({ regions }: TypedWebhook): readonly string[] {
  return regions.split(/[\s,;]+/).filter((region) => region !== '');
}

function isAddress(text: string): boolean {
  const protocol = URL.canParse(text.trim()) ? new URL(text.trim()).protocol : '';
  return protocol === 'https:' || protocol === 'http:';
}
