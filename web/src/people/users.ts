import type { Grant } from '../../../server/domain/access.ts';
import { fieldsOf, listOf, textOf } from '../api/jsonFields.ts';
import { readGrants } from '../session/sessionInfo.ts';

/** A person, as an administrator sees them. */
export type Person = {
  readonly name: string;
  readonly fullName: string;
  readonly grants: readonly Grant[];
  readonly hasSecondFactor: boolean;
  readonly mustChangePassword: boolean;
  readonly isDisabled: boolean;
};

/** Where a person's routes lie. */
export const pathOf = (person: Person): string => `/users/${encodeURIComponent(person.name)}`;

/** Reads one user. */
export function readPerson(json: unknown): Person | undefined {
  const fields = fieldsOf(json);
  const name = textOf(fields['name']);
  const grants = readGrants(fields['grants']);
  if (name === undefined || grants === undefined) return undefined;
  return {
    name,
    fullName: textOf(fields['fullName']) ?? '',
    grants,
    hasSecondFactor: fields['hasSecondFactor'] === true,
    mustChangePassword: fields['mustChangePassword'] === true,
    isDisabled: fields['isDisabled'] === true,
  };
}

/** Reads the answer of `GET /users`. */
export function readPeople(json: unknown): readonly Person[] | undefined {
  return listOf(fieldsOf(json)['users'], readPerson);
}
