-- What was reported, in whole numbers: a row takes a third of what floats take once compressed.
-- No foreign key to trackers: it would be looked up for every row, and keys only ever come from
-- trackers that were read from there.
-- Columns go from wide to narrow, so that none needs padding.
-- How the table is split into days is the dialect's (0002_positions.<dialect>.sql).
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
  attributes       jsonb
);

-- The UTC day that holds the newest position of each tracker, written with the positions. Without
-- it, finding a tracker that has been silent for months means a look into every day since.
create table newest_days (
  tracker_key int primary key,
  day         timestamptz not null
);
