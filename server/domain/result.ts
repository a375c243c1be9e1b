/** What a check says: the value, or why not. A bad message is data, so it is returned and never thrown. */
export type Result<Value, Reason extends string> =
  | { readonly ok: true; readonly value: Value }
  | ({ readonly ok: false } & Refusal<Reason>);

/** Why something was not taken: a stable code to count, and a sentence for the person who must mend it. */
export type Refusal<Reason extends string> = {
  readonly reason: Reason;
  /** What was wrong, where, and what was expected; names the field, never echoes more than 80 characters of input. */
  readonly detail: string;
};
