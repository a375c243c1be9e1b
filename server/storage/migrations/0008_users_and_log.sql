-- Who may sign in. Passwords, sessions and permissions come with accounts.
create table users (
  key         int generated always as identity primary key,
  name        text not null unique check (char_length(name) between 1 and 64),
  full_name   text not null,
  created_at  timestamptz not null default now(),
  -- people are switched off, never removed: the log speaks of them
  disabled_at timestamptz
);

-- Everything that operators did. Each row carries the hash of the one before, so that a row that
-- was changed or taken out shows.
create table log (
  sequence      bigint primary key check (sequence > 0),
  happened_at   timestamptz not null,
  -- name of the user; null: the server
  actor         text,
  action        text not null,
  subject       text,
  data          jsonb not null default '{}',
  -- SHA-256
  previous_hash bytea not null check (octet_length(previous_hash) = 32),
  hash          bytea not null unique check (octet_length(hash) = 32)
);

create index on log (happened_at);

-- Against mistakes; whoever owns the database can take this away, and then the hashes tell.
create function refuse_log_change() returns trigger language plpgsql as $$
begin
  raise exception 'the log is append-only: its rows are never changed or removed';
end
$$;

create trigger log_is_append_only before update or delete or truncate on log
  for each statement execute function refuse_log_change();
