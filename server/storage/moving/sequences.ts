import { type ClientBase, escapeIdentifier } from 'pg';
import { type Static, Type } from 'typebox';

export const sequenceValueSchema = Type.Object({
  table: Type.String(),
  column: Type.String(),
  /** A bigint as text. */
  lastValue: Type.String({ pattern: '^-?[0-9]+$' }),
  /** False while the sequence has given out nothing. */
  isCalled: Type.Boolean(),
});

/** How far a column that numbers its rows has come. */
export type SequenceValue = Static<typeof sequenceValueSchema>;

/**
 * Reads how far every sequence of these tables has come. Sequences know no transactions: read after
 * the rows, the values are never behind a key that is in use.
 */
export async function readSequences(
  client: ClientBase,
  tables: readonly string[],
): Promise<readonly SequenceValue[]> {
  const { rows } = await client.query<{ table: string; column: string; sequence: string }>(
    `select relname as table, attname as column,
            pg_get_serial_sequence(quote_ident(relname), attname) as sequence
     from pg_class join pg_attribute on attrelid = pg_class.oid
     where relnamespace = current_schema()::regnamespace and relname = any ($1)
       and attnum > 0 and not attisdropped
       and pg_get_serial_sequence(quote_ident(relname), attname) is not null
     order by relname, attname`,
    [tables],
  );
  const values: SequenceValue[] = [];
  for (const { table, column, sequence } of rows) {
    // the name comes quoted as it must be
    const { rows: states } = await client.query<{ last_value: string; is_called: boolean }>(
      `select last_value::text, is_called from ${sequence}`,
    );
    const state = states[0];
    if (state === undefined) throw new Error(`The sequence ${sequence} has no state.`);
    values.push({ table, column, lastValue: state.last_value, isCalled: state.is_called });
  }
  return values;
}

/** Sets sequences on, so that keys that were given out are never given out again. */
export async function setSequences(
  client: ClientBase,
  values: readonly SequenceValue[],
): Promise<void> {
  for (const { table, column, lastValue, isCalled } of values) {
    await client.query('select setval(pg_get_serial_sequence($1, $2)::regclass, $3, $4)', [
      escapeIdentifier(table),
      column,
      lastValue,
      isCalled,
    ]);
  }
}
