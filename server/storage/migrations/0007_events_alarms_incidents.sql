-- What a device says beside its place: SOS, status. Its identity comes from what the device says of
-- the event, else from the journal record, and never from a fix: an SOS from where a unit already is
-- must not be taken for a duplicate.
create table device_events (
  id          uuid primary key,
  tracker_key int not null references trackers (key),
  kind        text not null,
  happened_at timestamptz not null,
  received_at timestamptz not null,
  -- microdegrees; null: an SOS without a place is an SOS
  lon         int check (lon between -180000000 and 180000000),
  lat         int check (lat between -90000000 and 90000000),
  data        jsonb,
  check ((lon is null) = (lat is null))
);

create index on device_events (happened_at);
create index on device_events (tracker_key, happened_at);

-- An alarm as it stands; how it came to be is in its events. Ids are derived from the journalled
-- cause, so that reading the journal again makes no second alarm.
create table alarms (
  id            uuid primary key,
  operation_key int references operations (key),
  rule_key      int,
  rule_version  int,
  unit_key      int references units (key),
  site_key      int references sites (key),
  fence_key     int references fences (key),
  priority      text not null check (priority in ('low', 'medium', 'high', 'sos')),
  -- a state of ISA-18.2
  state         text not null,
  raised_at     timestamptz not null,
  changed_at    timestamptz not null,
  closed_at     timestamptz,
  -- raised so often for the same cause while it was open
  occurrences   int not null default 1 check (occurrences > 0),
  -- counts the events: of two operators at once the second is told
  version       int not null default 1 check (version > 0),
  data          jsonb not null default '{}',
  foreign key (rule_key, rule_version) references rule_versions (rule_key, version)
);

create index on alarms (raised_at);
create index on alarms (changed_at) where closed_at is null;

create table alarm_events (
  id          uuid primary key,
  alarm_id    uuid not null references alarms (id),
  version     int not null check (version > 0),
  kind        text not null,
  happened_at timestamptz not null,
  -- who did it; null: the server by a rule or timer
  actor       text,
  data        jsonb not null default '{}',
  unique (alarm_id, version)
);

create index on alarm_events (happened_at);

-- A place, a time window and a level, with its alarms and units.
create table incidents (
  id            uuid primary key,
  operation_key int references operations (key),
  title         text not null check (char_length(title) between 1 and 200),
  level         text not null check (level in ('hijau', 'kuning', 'merah')),
  region        text not null check (region ~ '^[0-9]{2}\.[0-9]{2}$'),
  -- microdegrees
  lon           int not null check (lon between -180000000 and 180000000),
  lat           int not null check (lat between -90000000 and 90000000),
  area          jsonb,
  opened_at     timestamptz not null,
  closed_at     timestamptz,
  version       int not null default 1 check (version > 0)
);

create index on incidents (opened_at);

create table incident_alarms (
  incident_id uuid not null references incidents (id),
  alarm_id    uuid not null references alarms (id),
  primary key (incident_id, alarm_id)
);

create table incident_units (
  incident_id uuid not null references incidents (id),
  unit_key    int not null references units (key),
  primary key (incident_id, unit_key)
);

-- Decisions with their reasons, messages, arrivals and departures.
create table incident_events (
  id          uuid primary key,
  incident_id uuid not null references incidents (id),
  kind        text not null,
  happened_at timestamptz not null,
  -- who did it; null: the server
  actor       text,
  data        jsonb not null default '{}'
);

create index on incident_events (incident_id, happened_at);
