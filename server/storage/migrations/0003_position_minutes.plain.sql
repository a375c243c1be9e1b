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
) partition by range (minute);

insert into minute_progress (kept_to, late_before)
select date_trunc('minute', now()), date_trunc('minute', now());
