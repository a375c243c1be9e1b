/** Where in the journal an input of alarms stands. */
export type Moment = {
  /** When its record was taken in, UTC epoch ms. */
  readonly atMs: number;
  /** Of its record; 0: it could not be stored. */
  readonly sequence: number;
};
