-- What was found out about units and places: of a unit at a fence, of a site, of units among
-- themselves. Corrections, of fixes that came late, lie among them at their own time.
create table transitions (
  -- which came first of those of one moment
  key           bigint generated always as identity,
  -- of what it is of, and when: the same journal gives the same
  id            text collate "C" primary key check (char_length(id) between 1 and 2000),
  kind          text not null,
  -- null: it is no state that begins and ends
  edge          text check (edge in ('began', 'ended')),
  happened_at   timestamptz not null,
  confirmed_at  timestamptz not null,
  is_correction boolean not null,
  unit_key      int references units (key),
  fence_key     int references fences (key),
  fence_version int,
  -- of a ring too
  site_key      int references sites (key),
  -- units that met, or that counted at the site; null: it is of one unit
  unit_keys     int[],
  -- of the fence or site then; of units among themselves the smallest that all of them are at home
  -- in; null: the country
  region        text check (region ~ '^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$'),
  -- so that the newest of a scope come from one index in their order
  province      text generated always as (left(region, 2)) stored,
  regency       text generated always as (case when char_length(region) >= 5 then left(region, 5) end)
                stored,
  -- the whole of it, as server/domain/placeEvent.ts has it
  data          jsonb not null,
  check ((fence_key is null) = (fence_version is null))
);

create index on transitions (happened_at, key);
create index on transitions (province, happened_at, key);
create index on transitions (regency, happened_at, key) where regency is not null;
create index on transitions (kind, happened_at, key);
create index on transitions (unit_key, happened_at, key) where unit_key is not null;
create index on transitions (fence_key, happened_at, key) where fence_key is not null;
create index on transitions (site_key, happened_at, key) where site_key is not null;
create index on transitions using gin (unit_keys) where unit_keys is not null;
