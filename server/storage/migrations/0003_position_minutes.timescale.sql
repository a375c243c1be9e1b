create materialized view position_minutes
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select time_bucket('1 minute', fixed_at) as minute,
       max(fixed_at) as fixed_at,
       tracker_key,
       count(*)::int as fix_count,
       last(lon, fixed_at) as lon,
       last(lat, fixed_at) as lat,
       last(speed, fixed_at) as speed,
       last(course, fixed_at) as course,
       max(speed) as max_speed
from positions
group by time_bucket('1 minute', fixed_at), tracker_key
with no data;

alter materialized view position_minutes set (
  timescaledb.enable_columnstore,
  timescaledb.segmentby = 'tracker_key',
  timescaledb.orderby = 'minute'
);

-- TimescaleDB finds late positions itself: to the writer none is late
insert into minute_progress (kept_to, late_before) values ('-infinity', '-infinity');
