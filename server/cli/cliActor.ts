/** Of whom the log speaks when something is done by the posko command: whoever may run it. */
export const cliActor = 'cli';
