import pino from 'pino';

/** Nothing is read from this log. */
export const silent = pino({ level: 'silent' });
