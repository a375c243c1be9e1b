import type { Grant } from '../domain/access.ts';
import type { User } from '../domain/account.ts';
import { roles } from '../domain/permission.ts';

/** The columns of a User, of a table named `u`. */
export const userColumns = `
  u.key, u.name, u.full_name, u.must_change_password, u.disabled_at is not null as is_disabled,
  u.totp_secret is not null as has_second_factor,
  (select count(*)::int from recovery_codes r where r.user_key = u.key) as recovery_codes_left,
  floor(extract(epoch from u.created_at) * 1000)::float8 as created_at_ms,
  array(select g.role || ' ' || g.region from grants g
        where g.user_key = u.key order by g.region, g.role) as grants`;

/** A row of userColumns. */
export type UserRow = {
  readonly key: number;
  readonly name: string;
  readonly full_name: string;
  readonly must_change_password: boolean;
  readonly is_disabled: boolean;
  readonly has_second_factor: boolean;
  readonly recovery_codes_left: number;
  readonly created_at_ms: number;
  /** `administrator *` */
  readonly grants: readonly string[];
};

export function toUser(row: UserRow): User {
  return {
    key: row.key,
    name: row.name,
    fullName: row.full_name,
    grants: row.grants.flatMap(toGrant),
    hasSecondFactor: row.has_second_factor,
    recoveryCodesLeft: row.recovery_codes_left,
    mustChangePassword: row.must_change_password,
    isDisabled: row.is_disabled,
    createdAtMs: row.created_at_ms,
  };
}

/** A role that this program does not know gives nothing. */
export function toGrant(text: string): readonly Grant[] {
  const [name, region = ''] = text.split(' ');
  const role = roles.find((each) => each === name);
  return role === undefined ? [] : [{ role, region }];
}
