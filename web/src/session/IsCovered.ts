import { createContext } from 'react';

/**
 * True while the page asks for the password again over everything else: Escape then means nothing to
 * what lies under it, and there is no use in asking the server; when it is over, what was refused is
 * asked again.
 */
export const IsCovered = createContext(false);
