-- Sites, fences and rules change during an operation, and a replay needs what was in force then: the
-- first table of each pair says that there is such a thing, the second what it was like from when
-- to when. A version is never changed but for its end.

-- A polling station, an election office, a warehouse.
create table sites (
  key           int generated always as identity primary key,
  id            text not null unique check (char_length(id) between 1 and 64),
  operation_key int not null references operations (key)
);

create table site_versions (
  site_key   int not null references sites (key),
  version    int not null check (version > 0),
  valid_from timestamptz not null,
  -- null: in force
  valid_to   timestamptz,
  name       text not null,
  kind       text not null,
  -- kurang_rawan, rawan, sangat_rawan, khusus
  class      text not null,
  region     text not null check (region ~ '^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$'),
  -- microdegrees
  lon        int not null check (lon between -180000000 and 180000000),
  lat        int not null check (lat between -90000000 and 90000000),
  -- required strength by phase and agency: {"voting": {"polri": 2, "linmas": 2}}
  required   jsonb not null default '{}',
  primary key (site_key, version),
  check (valid_from < valid_to),
  constraint one_site_version exclude using gist (
    int4range(site_key, site_key, '[]') with &&,
    tstzrange(valid_from, valid_to) with &&
  )
);

create index on site_versions (region) where valid_to is null;

create table fences (
  key           int generated always as identity primary key,
  id            text not null unique check (char_length(id) between 1 and 64),
  operation_key int references operations (key),
  -- the site whose ring it is, if it is one
  site_key      int references sites (key)
);

create table fence_versions (
  fence_key  int not null references fences (key),
  version    int not null check (version > 0),
  valid_from timestamptz not null,
  -- null: in force; a fence that was removed has no version in force
  valid_to   timestamptz,
  name       text not null,
  -- circle, polygon or corridor in metres and degrees
  shape      jsonb not null,
  -- the unit it moves with, if it does
  unit_key   int references units (key),
  -- schedule, phases, classes of unit, floor and ceiling, urgency
  conditions jsonb not null default '{}',
  primary key (fence_key, version),
  check (valid_from < valid_to),
  constraint one_fence_version exclude using gist (
    int4range(fence_key, fence_key, '[]') with &&,
    tstzrange(valid_from, valid_to) with &&
  )
);

-- Which transition of whom at which fence, when, is an alarm.
create table rules (
  key           int generated always as identity primary key,
  id            text not null unique check (char_length(id) between 1 and 64),
  operation_key int references operations (key)
);

create table rule_versions (
  rule_key   int not null references rules (key),
  version    int not null check (version > 0),
  valid_from timestamptz not null,
  -- null: in force
  valid_to   timestamptz,
  name       text not null,
  priority   text not null check (priority in ('low', 'medium', 'high', 'sos')),
  definition jsonb not null,
  primary key (rule_key, version),
  check (valid_from < valid_to),
  constraint one_rule_version exclude using gist (
    int4range(rule_key, rule_key, '[]') with &&,
    tstzrange(valid_from, valid_to) with &&
  )
);
