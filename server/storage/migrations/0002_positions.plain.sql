-- PostgreSQL splits a table only if it was made so: it is made again in its own likeness.
alter table positions rename to positions_whole;
create table positions (like positions_whole including constraints) partition by range (fixed_at);
drop table positions_whole;
alter table positions add primary key (tracker_key, fixed_at);
