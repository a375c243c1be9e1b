-- Who may speak at the door, what was refused there, and the clocks of trackers.

alter table trackers
  -- PHC string; null: none yet, so it is refused wherever a secret is asked for
  add column secret_hash text,
  -- grows with each new secret, so that nobody goes on with an old one
  add column secret_version int not null default 0 check (secret_version >= 0),
  -- client certificates that are valid from before count no more; null: all do
  add column certificates_from timestamptz,
  -- may speak by its id alone where its protocol carries no secret; shown as weak identity
  add column is_weak boolean not null default false,
  -- from where it may do so; empty: from everywhere
  add column networks cidr[] not null default '{}',
  -- IANA name such as Asia/Makassar, for those that send local time without an offset
  add column time_zone text check (char_length(time_zone) between 1 and 64);

-- A principal that speaks for listed trackers under listed topics.
create table gateways (
  key            int generated always as identity primary key,
  id             text not null unique check (id ~ '^[A-Za-z0-9_-]{1,64}$' and id <> 'out'),
  name           text not null check (char_length(name) between 1 and 64),
  -- whose administrators look after it
  region         text not null check (region ~ '^[0-9]{2}\.[0-9]{2}$'),
  secret_hash    text,
  secret_version int not null default 0 check (secret_version >= 0),
  certificates_from timestamptz,
  -- MQTT topic filters under which it may publish
  topics         text[] not null default '{}' check (cardinality(topics) <= 16)
);

create table gateway_trackers (
  gateway_key int not null references gateways (key) on delete cascade,
  tracker_key int not null references trackers (key) on delete cascade,
  primary key (gateway_key, tracker_key)
);

create trigger gateways_changed after insert or update or delete on gateways
  for each statement execute function notify_trackers_changed();

create trigger gateway_trackers_changed after insert or update or delete on gateway_trackers
  for each statement execute function notify_trackers_changed();

-- How far a tracker's clock is off, as its fixes showed it, written in one transaction with the
-- positions that it corrected.
create table tracker_clocks (
  tracker_key int primary key references trackers (key) on delete cascade,
  -- ahead of the server's clock where positive; taken off the time of its fixes
  offset_ms   bigint not null,
  state       text not null
    check (state in ('right', 'corrected', 'distrusted', 'ahead', 'behind')),
  changed_at  timestamptz not null
);

-- Messages that the door refused have a topic and an address, and not all a codec or a tracker.
alter table quarantine
  add column topic text check (char_length(topic) <= 1024),
  add column address text check (char_length(address) <= 64),
  -- when it went through the door once more
  add column replayed_at timestamptz,
  alter column tracker_id drop not null,
  drop constraint quarantine_check1,
  add constraint quarantine_codec_of_message check (codec is null or raw is not null),
  add constraint quarantine_replayed_message check (replayed_at is null or raw is not null);
