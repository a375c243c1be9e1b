alter table positions add primary key (tracker_key, fixed_at);
-- without the columnstore, which the Apache edition lacks
select create_hypertable(
  'positions', by_range('fixed_at', interval '1 day'), create_default_indexes => false
);
