-- Every change of sites, fences and operations has a number, in the order of the commits (writers
-- take an advisory lock: placeChanges.ts): so whoever has read up to one number misses none of the
-- later ones, and the journal needs no more than the number to say which rows to read.
create table place_changes (
  number     bigint generated always as identity primary key,
  -- the versions that it begins and ends do so then; always later than the change before
  changed_at timestamptz not null unique
);

-- A running server hears of every change at once, from whatever program.
create function notify_places_changed() returns trigger language plpgsql as $$
begin
  notify posko_places;
  return null;
end
$$;

create trigger places_changed after insert on place_changes
  for each statement execute function notify_places_changed();

-- Phases of an operation say when its fences and requirements count.
create trigger operation_phases_changed after insert or update or delete on operation_phases
  for each statement execute function notify_places_changed();

alter table operations
  -- whoever changes it says which state they saw
  add column version int not null default 1 check (version > 0),
  -- what it asks of its sites by their class, and in which hours of its phases
  add column plan jsonb not null default '{}';

-- Versions of one place come one after the other: their writers are serialised, each begins where the
-- one before ended, and only one is in force. Exclusion constraints held the same at many times the
-- cost: an import writes 120,000 versions.
alter table site_versions
  drop constraint one_site_version,
  add column begun_by bigint not null default 0,
  add column ended_by bigint,
  -- metres, of its ring; null: what its kind and class have
  add column ring_radius_m real check (ring_radius_m between 1 and 20000),
  add constraint ended_by_a_change check ((valid_to is null) = (ended_by is null));

alter table fence_versions
  drop constraint one_fence_version,
  add column begun_by bigint not null default 0,
  add column ended_by bigint,
  -- whose fence it is; of a ring that of its site
  add column region text not null default '00'
    check (region ~ '^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$'),
  add column fence_class text not null default 'area',
  -- dwell, lost inside, speed limit, urgency
  add column watch jsonb not null default '{}',
  -- what surely holds all of its ground, microdegrees; null: it moves
  add column west int,
  add column south int,
  add column east int,
  add column north int,
  add constraint ended_by_a_change check ((valid_to is null) = (ended_by is null)),
  add constraint box_or_unit check (num_nonnulls(west, south, east, north, unit_key) in (1, 4)
                                    and (unit_key is null) = (west is not null)),
  add constraint box_in_order check (west <= east and south <= north);

-- a ring is called after its site
alter table fences
  drop constraint fences_id_check,
  add constraint fences_id_check check (char_length(id) between 1 and 80),
  add constraint one_ring_per_site unique (site_key);

-- there were no rows yet: nothing is written without these
alter table site_versions alter column begun_by drop default;
alter table fence_versions alter column begun_by drop default, alter column region drop default;

-- lists go by id and cursor
drop index site_versions_region_idx;

create unique index on site_versions (site_key) where valid_to is null;
create index on site_versions (begun_by);
create index on site_versions (ended_by) where ended_by is not null;

create unique index on fence_versions (fence_key) where valid_to is null;
create index on fence_versions (begun_by);
create index on fence_versions (ended_by) where ended_by is not null;
-- which fences may hold a point, now or then
create index on fence_versions
  using gist (box(point(west, south), point(east, north))) where west is not null;

-- People whom no tracker shows, at a site for a time: by radio or roll call.
create table check_ins (
  key       bigint generated always as identity primary key,
  id        text not null unique check (char_length(id) between 1 and 64),
  site_key  int not null references sites (key),
  agency    text not null,
  strength  int not null check (strength >= 0),
  means     text not null,
  -- who called in or counted, as on the radio: may name a person
  who       text not null check (char_length(who) between 1 and 80),
  from_at   timestamptz not null,
  until_at  timestamptz not null,
  made_at   timestamptz not null default now(),
  made_by   text not null,
  -- when they said that they go, and who said so
  ended_at  timestamptz,
  ended_who text check (char_length(ended_who) between 1 and 80),
  check (from_at < until_at),
  check ((ended_at is null) = (ended_who is null)),
  check (ended_at >= from_at)
);

create index on check_ins (site_key, until_at);
create index on check_ins (until_at);
