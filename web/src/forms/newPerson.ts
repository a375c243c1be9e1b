import { checkUserName } from '../../../server/domain/account.ts';
import { type PasswordFault, passwordFault, type TypedPassword } from './newPassword.ts';

/** What is typed of a person who does not exist yet. */
export type TypedPerson = TypedPassword & { readonly name: string; readonly fullName: string };

export const emptyPerson: TypedPerson = { name: '', fullName: '', password: '', repeat: '' };

/** Which fields the server would refuse, as far as this page can tell. */
export type PersonFaults = {
  readonly name?: boolean;
  readonly fullName?: boolean;
  readonly password?: PasswordFault | undefined;
};

export function personFaults(typed: TypedPerson): PersonFaults {
  return {
    name: !checkUserName(typed.name).ok,
    fullName: typed.fullName.trim() === '',
    password: passwordFault(typed),
  };
}

export function personIsFine({ name, fullName, password }: PersonFaults): boolean {
  return name !== true && fullName !== true && password === undefined;
}
