import { beforeAll, describe, expect, test } from 'vitest';
import { type City, readIndonesianCities } from '../../../web/basemap/basemapSources.ts';
import { indonesianPlaces } from '../../../web/basemap/indonesianPlaces.ts';
import { provinces } from '../../../web/basemap/provinces.ts';

describe('indonesianPlaces', () => {
  let cities: City[];

  beforeAll(async () => {
    cities = await readIndonesianCities();
  });

  test('names all 38 provinces and finds the capital of each', () => {
    const places = indonesianPlaces(cities).map(({ properties }) => properties);
    expect(places.filter(({ kind }) => kind === 'region')).toHaveLength(38);
    expect(new Set(provinces.map(({ code }) => code)).size).toBe(38);
    expect(places.filter(({ capital }) => capital !== undefined)).toHaveLength(38);
  });

  test('lets the seat win over a village of the same name elsewhere', () => {
    const surabayas = indonesianPlaces(cities)
      .map(({ properties }) => properties)
      .filter(({ name }) => name === 'Surabaya');
    expect(surabayas.map(({ population_rank }) => population_rank)).toEqual([12, 6]);
  });

  test('says which seats the source has lost', () => {
    const without = cities.filter(({ name }) => name !== 'Sangatta' && name !== 'Blitar');
    expect(() => indonesianPlaces(without)).toThrow('3572 Blitar, 6404 Sangatta');
  });
});
