-- Who carries a tracker (design.md section 2).
create table units (
  key      int generated always as identity primary key,
  id       text not null unique check (id ~ '^[A-Za-z0-9_-]{1,64}$'),
  callsign text not null check (char_length(callsign) between 1 and 32),
  kind     text not null,
  agency   text not null,
  region   text not null check (region ~ '^[0-9]{2}\.[0-9]{2}$')
);

-- A device that reports.
create table trackers (
  key      int generated always as identity primary key,
  id       text not null unique check (id ~ '^[A-Za-z0-9_-]{1,64}$' and id <> 'out'),
  region   text not null check (region ~ '^[0-9]{2}\.[0-9]{2}$'),
  unit_key int  not null references units (key)
);

-- What was reported, in whole numbers: a row takes a third of what floats take once compressed.
-- No foreign key to trackers: it would be looked up for every row, and keys only ever come from
-- trackers that were read from there.
-- Columns go from wide to narrow, so that none needs padding.
create table positions (
  fixed_at         timestamptz not null
    check (fixed_at >= '2000-01-01 00:00:00+00' and fixed_at < '2100-01-01 00:00:00+00'),
  tracker_key      int not null,
  -- microdegrees
  lon              int not null check (lon between -180000000 and 180000000),
  lat              int not null check (lat between -90000000 and 90000000),
  -- milliseconds from fix to receipt; negative for a clock ahead; saturates at 24.8 days
  receive_delay_ms int not null,
  -- centimetres a second; saturates at 327.67 m/s
  speed            smallint check (speed >= 0),
  -- tenths of a degree, true
  course           smallint check (course between 0 and 3599),
  -- metres; saturates at +-32767
  altitude         smallint,
  -- decimetres; saturates at 3276.7 m
  accuracy         smallint check (accuracy >= 0),
  -- percent
  battery          smallint check (battery between 0 and 100),
  sats             smallint check (sats >= 0),
  -- came when a newer fix of its tracker was already known: history only
  is_delayed       boolean not null,
  attributes       jsonb,
  primary key (tracker_key, fixed_at)
);

-- A running server hears of every change of trackers and units at once, from whatever program.
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
