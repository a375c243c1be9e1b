/*
 * Rows as columns: half a million objects are read back from columns in a tenth of the time that
 * they take one by one. Numbers lie in typed arrays, texts in one long text, and what repeats is kept
 * once. Each column is filled row by row, and read by the number of the row.
 */

/** Numbers; undefined is kept as NaN. */
export type NumberColumn = Float64Array;
/** Texts, without U+0000, which the database takes nowhere, and which therefore parts them. */
export type TextColumn = string;
/** Plain values of which there are few: each once, as JSON, and which of them each row has. */
export type RepeatedColumn = { readonly values: readonly string[]; readonly at: Uint32Array };

/** A column that is filled. */
export type Filling<Value, Column> = {
  readonly add: (value: Value) => void;
  readonly column: () => Column;
};

const separator = '\0';

export function fillNumbers(): Filling<number | undefined, NumberColumn> {
  const numbers: number[] = [];
  return {
    add: (value) => numbers.push(value ?? Number.NaN),
    column: () => new Float64Array(numbers),
  };
}

export function fillTexts(): Filling<string, TextColumn> {
  const texts: string[] = [];
  return { add: (value) => texts.push(value), column: () => texts.join(separator) };
}

export function fillRepeated(): Filling<unknown, RepeatedColumn> {
  const known = new Map<string, number>();
  const at: number[] = [];
  return {
    add: (value) => {
      const json = JSON.stringify(value);
      const number = known.get(json) ?? known.size;
      known.set(json, number);
      at.push(number);
    },
    column: () => ({ values: [...known.keys()], at: new Uint32Array(at) }),
  };
}

export function numbersOf(column: NumberColumn): (row: number) => number {
  return (row) => column[row] ?? Number.NaN;
}

export function optionalNumbersOf(column: NumberColumn): (row: number) => number | undefined {
  return (row) => {
    const value = column[row];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  };
}

export function textsOf(column: TextColumn): (row: number) => string {
  const texts = column.split(separator);
  return (row) => texts[row] ?? '';
}

/** Rows with the same value get the same object: nobody may change it. */
export function repeatedOf<Value>({ values, at }: RepeatedColumn): (row: number) => Value {
  const parsed: Value[] = values.map((json) => JSON.parse(json));
  return (row) => {
    const value = parsed[at[row] ?? -1];
    if (value === undefined) throw new RangeError(`the column has no row ${row}`);
    return value;
  };
}
