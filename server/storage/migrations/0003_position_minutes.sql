-- Long replays read `position_minutes`: per tracker and minute its last position, how many there
-- were and the highest speed. TimescaleDB keeps it as a continuous aggregate, else the server does,
-- with the two tables below.

-- How far the minutes are kept. Whoever writes positions holds the row shared, so that the keeper,
-- when it moves `late_before` on, waits for writers that still go by the old one.
create table minute_progress (
  is_only_row boolean primary key default true check (is_only_row),
  -- minutes before this one are computed, but for late ones
  kept_to     timestamptz not null,
  -- a position before this is late: its writer notes the hour
  late_before timestamptz not null
);

-- Hours that got late positions and whose minutes must be computed again.
create table late_hours (
  tracker_key int not null,
  hour        timestamptz not null,
  -- how often it was noted; one that is noted again while it is computed stays
  times       int not null default 1,
  primary key (tracker_key, hour)
);
