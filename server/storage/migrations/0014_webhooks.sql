-- Where alarms are sent to: other systems that take them by HTTP.
create table webhooks (
  key            int generated always as identity primary key,
  id             uuid not null unique,
  name           text not null check (char_length(name) between 1 and 64),
  url            text not null check (char_length(url) between 1 and 500),
  -- with which each message is signed; sealed
  secret         bytea not null,
  -- of these and those below; `*`: of all
  regions        text[] not null check (cardinality(regions) between 1 and 64),
  least_priority text not null,
  -- of events; empty: all
  kinds          text[] not null default '{}',
  -- of drills too
  with_exercises boolean not null default false,
  added_by       text not null,
  added_at       timestamptz not null default now(),
  -- why it is off: a person's decision, or what the other side said; null: it is on
  off_because    text,
  -- event up to which all were sent or given up
  cursor         bigint not null,
  -- of the event after it: how often it was tried, and when again
  attempts       int not null default 0,
  next_try_at    timestamptz,
  -- since when none arrived; null: the last one did
  failing_since  timestamptz,
  last_status    int,
  last_error     text,
  last_sent_at   timestamptz
);

-- Events that were given up. Their content stays where it is, so that what is erased there is nowhere.
create table webhook_dead_letters (
  key         bigint generated always as identity primary key,
  webhook_key int not null references webhooks (key) on delete cascade,
  event_id    uuid not null,
  given_up_at timestamptz not null default now(),
  attempts    int not null,
  status      int,
  -- what the other side said, or why it could not be asked; at most 500 characters
  error       text not null,
  -- somebody wants it sent once more
  is_wanted   boolean not null default false,
  unique (webhook_key, event_id)
);

create index on webhook_dead_letters (webhook_key, key);
create index on webhook_dead_letters (webhook_key, key) where is_wanted;
