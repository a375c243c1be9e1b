/** What came of writing events; what is neither was there before. */
export type EventsWritten = {
  readonly written: number;
  /** Ids of those that name what the database does not know. */
  readonly leftOut: readonly string[];
};
