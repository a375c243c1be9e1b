import { expect, it } from 'vitest';
import { eventId } from '../../server/eventId.ts';

const journal = '0193a3a0-0000-7000-8000-000000000001';

it('is a UUID of version 5, the same of the same message and of no other', () => {
  const id = eventId(journal, 7, 0);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(eventId(journal, 7, 0)).toBe(id);
  const others = [
    eventId(journal, 7, 1),
    eventId(journal, 8, 0),
    eventId('0193a3a0-0000-7000-8000-000000000002', 7, 0),
  ];
  expect(new Set([id, ...others]).size).toBe(4);
});
