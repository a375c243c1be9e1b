-- Rules, alarms and incidents as the live core has them. Whatever it journalled must be storable, also
-- when a unit, fence, site or rule has gone meanwhile: rows name these by key or id, without references
-- and without checks of what the core has checked. Nothing was ever written into these tables before.
drop table incident_alarms, incident_units, incident_events, alarm_events;
drop table alarms, incidents, rule_versions, rules;

-- Which transition of whom at which fence, when, is an alarm. A rule that was removed has no version in
-- force, and its versions go on when it is added again.
create table rules (
  key int generated always as identity primary key,
  id  text not null unique check (char_length(id) between 1 and 64)
);

create table rule_versions (
  rule_key   int not null references rules (key),
  version    int not null check (version > 0),
  valid_from timestamptz not null,
  -- null: in force
  valid_to   timestamptz,
  -- who made it, and who changed or removed it; null: the server, from what it ships with
  begun_by   text,
  ended_by   text,
  -- the whole rule, as server/domain/rule.ts has it
  definition jsonb not null,
  primary key (rule_key, version),
  check (valid_from < valid_to)
);

create unique index on rule_versions (rule_key) where valid_to is null;

-- A running server hears of every change at once, from whatever program.
create function notify_rules_changed() returns trigger language plpgsql as $$
begin
  notify posko_rules;
  return null;
end
$$;

create trigger rules_changed after insert or update or delete on rule_versions
  for each statement execute function notify_rules_changed();

-- An alarm as it stands; how it came to be is in its events.
create table alarms (
  id           uuid primary key,
  -- counts the events
  version      int not null check (version > 0),
  -- record of the journal by which it changed last; 0: one that could not be stored
  sequence     bigint not null,
  state        text not null,
  priority     text not null,
  rule_id      text not null,
  operation_id text,
  is_exercise  boolean not null,
  -- where it may be seen, with all regions above these: so one operator of one index tells whether
  -- it is in somebody's scope
  regions      text[] not null,
  unit_key     int,
  fence_key    int,
  site_key     int,
  -- units among themselves
  unit_keys    int[],
  incident_id  text,
  raised_at    timestamptz not null,
  closed_at    timestamptz,
  -- the whole of it, as server/domain/alarm.ts has it
  data         jsonb not null,
  -- what people look for
  search_text  text generated always as (lower(
    rule_id || e'\n' || coalesce(data -> 'name' ->> 'id', '') || e'\n'
    || coalesce(data -> 'name' ->> 'en', '') || e'\n' || coalesce(data -> 'text' ->> 'id', '') || e'\n'
    || coalesce(data -> 'text' ->> 'en', '') || e'\n' || coalesce(data -> 'subject' ->> 'unitId', '')
    || e'\n' || coalesce(data -> 'subject' ->> 'callsign', '') || e'\n'
    || coalesce(data -> 'subject' ->> 'fenceName', '') || e'\n'
    || coalesce(data -> 'subject' ->> 'siteId', '') || e'\n'
    || coalesce(data -> 'subject' ->> 'siteName', '') || e'\n'
    || coalesce(data -> 'closed' ->> 'text', ''))) stored
);

-- newest first
create index on alarms (raised_at, id);
create index on alarms (raised_at, id) where closed_at is null;
create index on alarms (rule_id, raised_at, id);
create index on alarms (unit_key, raised_at, id) where unit_key is not null;
create index on alarms (site_key, raised_at, id) where site_key is not null;
create index on alarms (incident_id) where incident_id is not null;
create index on alarms using gin (regions);
create index on alarms using gin (unit_keys) where unit_keys is not null;
create index on alarms (closed_at) where closed_at is not null;
create index on alarms (sequence);

create table alarm_events (
  -- in the order in which they were written: whoever sends them on has read up to one of them
  key         bigint generated always as identity,
  id          uuid primary key,
  alarm_id    uuid not null references alarms (id) on delete cascade,
  version     int not null check (version > 0),
  kind        text not null,
  -- the alarm's after it
  state       text not null,
  happened_at timestamptz not null,
  -- who did it; null: the server by a rule or by time
  actor       text,
  data        jsonb not null,
  unique (alarm_id, version)
);

create unique index on alarm_events (key);
create index on alarm_events (happened_at);

-- A place, a time window and a level, with its alarms and units.
create table incidents (
  id           uuid primary key,
  version      int not null check (version > 0),
  sequence     bigint not null,
  title        text not null,
  level        text not null,
  region       text not null,
  operation_id text,
  is_exercise  boolean not null,
  -- units that people added to it, and others that came there
  added_units  int[] not null default '{}',
  come_units   int[] not null default '{}',
  opened_at    timestamptz not null,
  closed_at    timestamptz,
  -- the whole of it, as server/domain/incident.ts has it
  data         jsonb not null
);

create index on incidents (opened_at, id);
create index on incidents (opened_at) where closed_at is null;
create index on incidents (closed_at) where closed_at is not null;
create index on incidents (sequence);

-- Decisions with their reasons, messages, notes, arrivals and departures.
create table incident_events (
  key         bigint generated always as identity,
  id          uuid primary key,
  incident_id uuid not null references incidents (id) on delete cascade,
  version     int not null check (version > 0),
  kind        text not null,
  happened_at timestamptz not null,
  -- who did it; null: the server
  actor       text,
  data        jsonb not null,
  unique (incident_id, version)
);

create unique index on incident_events (key);

-- Without a reference: a photo is there before the event that tells of it, and may be before the incident.
create table incident_photos (
  id          uuid primary key,
  incident_id uuid not null,
  sha256      bytea not null check (octet_length(sha256) = 32),
  media_type  text not null,
  bytes       bytea not null check (octet_length(bytes) between 1 and 8388608),
  added_by    text not null,
  added_at    timestamptz not null default now()
);

create index on incident_photos (incident_id, added_at);

-- The last entry of the log of each day, by the clock of western Indonesia (UTC+7). Published, it shows
-- later that nothing up to it was rewritten or cut off.
create table log_anchors (
  day      date primary key,
  sequence bigint not null check (sequence > 0),
  hash     bytea not null check (octet_length(hash) = 32)
);

create trigger log_anchors_are_append_only before update or delete or truncate on log_anchors
  for each statement execute function refuse_log_change();
