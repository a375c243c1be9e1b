-- How far a consumer of the journal has come, written in one transaction with what it made of the
-- records. A database may have met several journals: one that was lost, or that of another server.
create table consumer_checkpoints (
  journal_id uuid not null,
  consumer   text not null,
  -- the last record that was wholly consumed
  sequence   bigint not null check (sequence between 0 and 9007199254740991),
  moved_at   timestamptz not null default now(),
  primary key (journal_id, consumer)
);

-- What the door let in and the server could not use or did not believe: to be looked at, and, for
-- fixes, recovered. The record's place in the journal is its identity, so that reading the journal
-- again adds nothing.
create table quarantine (
  key          bigint generated always as identity primary key,
  journal_id   uuid not null,
  sequence     bigint not null check (sequence between 0 and 9007199254740991),
  -- which fix, or which fault, of the message
  part         smallint not null check (part >= 0),
  -- the id and not the key: the tracker may be gone
  tracker_id   text not null,
  received_at  timestamptz not null,
  reason       text not null,
  detail       text not null,
  codec        text,
  -- an undecodable message as it came
  raw          bytea,
  -- a fix that was not believed
  fix          jsonb,
  recovered_at timestamptz,
  unique (journal_id, sequence, part),
  -- one or the other, and only a fix can be recovered
  check (num_nonnulls(raw, fix) = 1),
  check ((raw is null) = (codec is null)),
  check (recovered_at is null or fix is not null)
);

create index on quarantine (received_at, key);
create index on quarantine (tracker_id, received_at, key);
