import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Fence, fenceClasses, type LonLat, type Shape } from '../../server/domain/fence.ts';
import { type Site, siteClasses, siteKinds } from '../../server/domain/site.ts';
import { packed, unpacked } from '../../server/keptFile.ts';
import { type PackedPlaces, packPlaces, unpackPlaces } from '../../server/packedPlaces.ts';

const key = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
const place: fc.Arbitrary<LonLat> = fc.tuple(degrees(180), degrees(85));
const metres = fc.double({ min: 1, max: 100_000, noNaN: true });
const line = fc.array(place, { minLength: 2, maxLength: 5 });
const rings = fc.array(fc.array(place, { minLength: 3, maxLength: 6 }), {
  minLength: 1,
  maxLength: 3,
});
/** As the database takes it. */
const text = fc.string({ unit: 'binary', maxLength: 8 }).map((each) => each.replaceAll('\0', '-'));

const shape: fc.Arbitrary<Shape> = fc.oneof(
  fc.record({ kind: fc.constant('circle'), center: place, radiusM: metres }),
  fc.record({ kind: fc.constant('moving'), unitKey: key, radiusM: metres }),
  fc.record({ kind: fc.constant('corridor'), line, halfWidthM: metres }),
  fc.record({
    kind: fc.constant('polygon'),
    polygons: fc.array(rings, { minLength: 1, maxLength: 3 }),
  }),
);
const fence: fc.Arbitrary<Fence> = fc.record({
  ...{ key, id: text, name: text, version: key, shape },
  fenceClass: fc.constantFrom(...fenceClasses),
  conditions: fc.constantFrom({}, { phases: ['voting'] }, { validFromMs: 1_732_669_200_000 }),
  watch: fc.constantFrom({}, { isUrgent: true, dwellMs: 60_000 }),
  operationKey: fc.option(key, { nil: undefined }),
  siteKey: fc.option(key, { nil: undefined }),
});
const site: fc.Arbitrary<Site> = fc.record({
  ...{ key, id: text, name: text, region: fc.constantFrom('64.08', '35.01.02.2001'), place },
  kind: fc.constantFrom(...siteKinds),
  siteClass: fc.constantFrom(...siteClasses),
  operationKey: key,
  required: fc.constantFrom({}, { voting: { polri: 2, linmas: 1 } }),
});
const change = fc.record({ number: key, atMs: key });

it('gives places back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(change, fc.array(site), fc.array(fence), async (id, sites, fences) => {
      const bytes = Buffer.concat(packed(await packPlaces({ change: id, sites, fences })));
      const back = unpacked<PackedPlaces>(bytes);
      if (back === undefined) throw new Error('the bytes are damaged');
      const places = unpackPlaces(back);
      expect(places).toEqual({ change: id, sites, fences });
      // more than once: the points of those with edges are made when somebody asks
      expect(places.fences.map((each) => each.shape)).toEqual(fences.map((each) => each.shape));
      expect(await packPlaces(places)).toEqual(back);
    }),
  );
});

it('takes no bytes for places of which one was flipped or the end is missing', async () => {
  const whole = Buffer.concat(
    packed(await packPlaces({ change: { number: 1, atMs: 1 }, sites: [], fences: [] })),
  );
  fc.assert(
    fc.property(fc.nat(whole.length * 8 - 1), fc.nat(whole.length - 1), (bit, length) => {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(unpacked(flipped)).toBeUndefined();
      expect(unpacked(whole.subarray(0, length))).toBeUndefined();
    }),
  );
});
