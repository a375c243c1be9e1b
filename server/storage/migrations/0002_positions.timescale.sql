alter table positions add primary key (tracker_key, fixed_at);
-- The index on time alone that TimescaleDB would add costs writing and answers no question that the
-- primary key and the chunks do not.
select create_hypertable(
  'positions', by_range('fixed_at', interval '1 day'), create_default_indexes => false
);
alter table positions set (
  timescaledb.enable_columnstore,
  timescaledb.segmentby = 'tracker_key',
  timescaledb.orderby = 'fixed_at'
);
