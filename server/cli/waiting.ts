import type { Command } from './command.ts';

/** `waiting`: says where the waiting room is. */
export const waiting: Command = {
  name: 'waiting',
  summary: 'who knocks and is not known: on the page only, not here',
  help: `npm run posko -- waiting

Unknown trackers that knock are listed by the running server and nowhere else: on its page under
Waiting, or by GET /api/v1/waiting. There they are let in too. To let one in from here, add it by
"tracker add", and set it up with the secret that this prints.`,
  run: () => {
    throw new Error(
      'Only the running server knows who waits: see its page, or GET /api/v1/waiting. From here, let a tracker in by "npm run posko -- tracker add".',
    );
  },
};
