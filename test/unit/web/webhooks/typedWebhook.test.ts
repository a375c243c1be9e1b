import { expect, it } from 'vitest';
import {
  typedWebhookOf,
  webhookBody,
  webhookFaults,
} from '../../../../web/src/webhooks/typedWebhook.ts';

const typed = { ...typedWebhookOf(undefined, ['64.08']), name: 'Siaga', url: 'https://x.id/a' };

it('begins with all priorities, in the regions of the person', () => {
  expect(webhookBody(typed)).toEqual({
    ...{ name: 'Siaga', url: 'https://x.id/a', regions: ['64.08'] },
    ...{ leastPriority: 'low', withExercises: false },
  });
  expect(webhookFaults(typed, ['64.08'])).toEqual({ name: false, url: false, regions: undefined });
});

it('names what the server would refuse', () => {
  expect(webhookFaults({ ...typed, url: 'x.id/a' }, ['64.08']).url).toBe(true);
  expect(webhookFaults({ ...typed, url: 'ftp://x.id' }, ['64.08']).url).toBe(true);
  expect(webhookFaults({ ...typed, regions: '' }, ['64.08']).regions).toBe('wrong');
  expect(webhookFaults({ ...typed, regions: '64.08 64.09' }, ['64.08']).regions).toBe('notYours');
});
