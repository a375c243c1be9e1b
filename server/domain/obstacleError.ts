/**
 * Something outside of the program stands in its way: a setting, a folder, a server, a person's
 * earlier decision. The message is one sentence that says what, where and what to do; where in the
 * code it was found out helps nobody, so it is shown without a stack.
 */
export class ObstacleError extends Error {
  override readonly name: string = 'ObstacleError';
}
