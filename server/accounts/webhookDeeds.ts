import type { Deed } from '../domain/account.ts';
import { everywhere } from '../domain/region.ts';

/** What somebody did to a webhook, once for each of its regions, whose people see in their log where alarms go. */
export function deedsOnWebhook(
  actor: string | null,
  action: `webhook.${string}`,
  webhook: { readonly id: string; readonly regions: readonly string[] },
  data: Deed['data'] = {},
): readonly Deed[] {
  return webhook.regions.map((region) => ({
    actor,
    action,
    subject: `webhook:${webhook.id}`,
    region: region === everywhere ? null : region,
    data,
  }));
}
