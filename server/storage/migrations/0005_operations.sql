-- One operation that agencies work together, such as Mantap Praja Mahakam 2024, or a drill. Data of
-- a drill never mix with live data: they belong to an operation with `is_exercise`.
create table operations (
  key         int generated always as identity primary key,
  id          text not null unique check (id ~ '^[A-Za-z0-9_-]{1,64}$'),
  name        text not null check (char_length(name) between 1 and 200),
  region      text not null check (region ~ '^[0-9]{2}(\.[0-9]{2})?$'),
  is_exercise boolean not null default false,
  starts_at   timestamptz not null,
  ends_at     timestamptz,
  -- the operation clock of a drill: its start + speed x elapsed; null: the wall clock
  clock_start timestamptz,
  clock_speed real check (clock_speed > 0),
  check (starts_at < ends_at),
  check (is_exercise or (clock_start is null and clock_speed is null))
);

-- Phases may overlap: logistics goes on while the campaign runs.
create table operation_phases (
  operation_key int not null references operations (key),
  phase         text not null,
  starts_at     timestamptz not null,
  ends_at       timestamptz not null,
  primary key (operation_key, phase),
  check (starts_at < ends_at)
);

-- Which units work for an operation, and when; who may see that operation sees them then.
create table operation_assignments (
  key           int generated always as identity primary key,
  operation_key int not null references operations (key),
  unit_key      int not null references units (key),
  valid_from    timestamptz not null,
  -- null: until further notice
  valid_to      timestamptz,
  check (valid_from < valid_to),
  constraint once_per_operation exclude using gist (
    int4range(operation_key, operation_key, '[]') with &&,
    int4range(unit_key, unit_key, '[]') with &&,
    tstzrange(valid_from, valid_to) with &&
  )
);

create index on operation_assignments (unit_key, valid_from);

-- Who sees a unit follows from these.
create trigger operations_changed after insert or update or delete on operations
  for each statement execute function notify_trackers_changed();

create trigger operation_assignments_changed after insert or update or delete on operation_assignments
  for each statement execute function notify_trackers_changed();
