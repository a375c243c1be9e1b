-- Who carries a tracker (design.md section 2).
create table units (
  key        int generated always as identity primary key,
  id         text not null unique check (id ~ '^[A-Za-z0-9_-]{1,64}$'),
  callsign   text not null check (char_length(callsign) between 1 and 32),
  kind       text not null,
  agency     text not null,
  region     text not null check (region ~ '^[0-9]{2}\.[0-9]{2}$'),
  -- people that count towards a site's strength while the unit is there
  strength   smallint not null default 1 check (strength >= 0),
  parent_key int references units (key)
);

-- A device that reports.
create table trackers (
  key     int generated always as identity primary key,
  id      text not null unique check (id ~ '^[A-Za-z0-9_-]{1,64}$' and id <> 'out'),
  region  text not null check (region ~ '^[0-9]{2}\.[0-9]{2}$'),
  -- protocol profile; null: the topic or port by which a message comes says it
  profile text
);

-- Which unit carries a tracker, and when: a track belongs to whoever carried the tracker then.
-- The ranges of keys make an exclusion constraint possible without the extension btree_gist.
create table tracker_assignments (
  key         int generated always as identity primary key,
  tracker_key int not null references trackers (key),
  unit_key    int not null references units (key),
  -- a backup drives the unit only while the primary is lost
  role        text not null default 'primary' check (role in ('primary', 'backup')),
  -- -infinity: from the first fix of the tracker, however old it is when it comes in
  valid_from  timestamptz not null,
  -- null: until further notice
  valid_to    timestamptz,
  check (valid_from < valid_to),
  constraint one_unit_per_tracker exclude using gist (
    int4range(tracker_key, tracker_key, '[]') with &&,
    tstzrange(valid_from, valid_to) with &&
  ),
  constraint one_primary_per_unit exclude using gist (
    int4range(unit_key, unit_key, '[]') with &&,
    tstzrange(valid_from, valid_to) with &&
  ) where (role = 'primary')
);

create index on tracker_assignments (unit_key, valid_from);
create index on tracker_assignments (tracker_key, valid_from);

-- A running server hears of every change of trackers, units and assignments at once, from whatever
-- program.
create function notify_trackers_changed() returns trigger language plpgsql as $$
begin
  notify posko_trackers;
  return null;
end
$$;

create trigger trackers_changed after insert or update or delete on trackers
  for each statement execute function notify_trackers_changed();

create trigger units_changed after insert or update or delete on units
  for each statement execute function notify_trackers_changed();

create trigger tracker_assignments_changed after insert or update or delete on tracker_assignments
  for each statement execute function notify_trackers_changed();
