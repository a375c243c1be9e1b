-- How people, wall screens and scripts sign in, what each may, and what is kept of a person.

alter table users
  -- PHC string; null: no password, so no sign-in by one
  add column password_hash text,
  -- the password was set by somebody else
  add column must_change_password boolean not null default false,
  -- sealed (server/accounts/seal.ts); null: no second factor
  add column totp_secret bytea,
  -- the newest time step whose code was used: a code counts once
  add column totp_last_step bigint;

-- Codes for the day when the second factor is lost; each counts once.
create table recovery_codes (
  user_key int not null references users (key),
  -- SHA-256
  hash     bytea not null check (octet_length(hash) = 32),
  primary key (user_key, hash)
);

-- A role on a region and all below it; '*' is the whole country.
create table grants (
  user_key int not null references users (key),
  role     text not null
    check (role in ('viewer', 'dispatcher', 'commander', 'administrator', 'integrator')),
  region   text not null
    check (region = '*' or region ~ '^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$'),
  primary key (user_key, role, region)
);

-- Where somebody is signed in. A session that ends is removed.
create table sessions (
  key        int generated always as identity primary key,
  user_key   int not null references users (key),
  -- SHA-256 of what the cookie holds
  id_hash    bytea not null unique check (octet_length(id_hash) = 32),
  created_at timestamptz not null,
  seen_at    timestamptz not null,
  -- however busy it is
  expires_at timestamptz not null,
  address    text not null,
  user_agent text not null
);

create index on sessions (user_key);

-- What wall screens and scripts sign in with. Revoked ones stay: the log speaks of them.
create table tokens (
  key        int generated always as identity primary key,
  -- SHA-256 of the token
  id_hash    bytea not null unique check (octet_length(id_hash) = 32),
  kind       text not null check (kind in ('display', 'api')),
  name       text not null,
  -- it may no more than its owner
  owner_key  int not null references users (key),
  role       text not null
    check (role in ('viewer', 'dispatcher', 'commander', 'administrator', 'integrator')),
  region     text not null
    check (region = '*' or region ~ '^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$'),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at    timestamptz,
  revoked_at timestamptz
);

create index on tokens (owner_key);

alter table log
  -- whose log shows the entry; null: only who sees everything
  add column region text
    check (region ~ '^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$');

alter table units
  -- who carries it. Names a person: shown to few, and found and erased by "posko person"
  add column bearer text check (char_length(bearer) between 1 and 64);

-- How long positions of some units are kept, where that is shorter than for all.
create table retention_rules (
  region    text not null
    check (region = '*' or region ~ '^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$'),
  -- '*' is every kind
  unit_kind text not null check (char_length(unit_kind) between 1 and 64),
  days      int not null check (days > 0),
  primary key (region, unit_kind)
);

-- A running server hears at once of what changes who may what, from whatever program. Nothing that
-- happens with every request or sign-in is told.
create function notify_accounts_changed() returns trigger language plpgsql as $$
begin
  notify posko_accounts;
  return null;
end
$$;

create trigger users_changed
  after insert or delete
     or update of full_name, disabled_at, password_hash, must_change_password, totp_secret on users
  for each statement execute function notify_accounts_changed();

create trigger grants_changed after insert or update or delete on grants
  for each statement execute function notify_accounts_changed();

create trigger sessions_ended after delete on sessions
  for each statement execute function notify_accounts_changed();

create trigger tokens_changed
  after insert or delete or update of revoked_at, expires_at, role, region, owner_key on tokens
  for each statement execute function notify_accounts_changed();
