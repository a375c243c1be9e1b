-- the Apache edition has no continuous aggregates: the server keeps this
create table position_minutes (
  minute      timestamptz not null,
  fixed_at    timestamptz not null,
  tracker_key int not null,
  fix_count   int not null,
  lon         int not null,
  lat         int not null,
  speed       smallint,
  course      smallint,
  max_speed   smallint,
  primary key (tracker_key, minute)
);
select create_hypertable(
  'position_minutes', by_range('minute', interval '7 days'), create_default_indexes => false
);

insert into minute_progress (kept_to, late_before)
select date_trunc('minute', now()), date_trunc('minute', now());
