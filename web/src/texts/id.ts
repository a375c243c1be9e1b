import { idAccounts } from './idAccounts.ts';
import { idActions } from './idActions.ts';
import { idAlarms } from './idAlarms.ts';
import { idDoor } from './idDoor.ts';
import { idIncidents } from './idIncidents.ts';
import { idReasons } from './idReasons.ts';
import { idRules } from './idRules.ts';

/** Bahasa Indonesia: the first language of the page. Every other language has exactly these texts. */
export const id = {
  ...idAccounts,
  ...idActions,
  ...idAlarms,
  ...idDoor,
  ...idIncidents,
  ...idReasons,
  ...idRules,
  'app.name': 'Posko',
  'app.title': 'Posko – peta unit',
  'demo.mark': 'DEMO – data latihan',
  'demo.explain': 'Data ini simulasi dan akan dibuang. Bukan kejadian nyata.',

  'connection.connecting': 'Menyambung…',
  'connection.live': 'Tersambung',
  'connection.lost': 'Terputus sejak {{time}} – menyambung kembali…',
  'connection.paused': 'Terputus sejak {{time}} – menunggu masuk kembali',
  'connection.lostExplain':
    'Peta menampilkan keadaan terakhir yang diterima. Halaman terus mencoba menyambung kembali.',

  'counts.notStored': 'Belum tersimpan',
  'counts.notStoredExplain':
    'Posisinya tampil, tetapi diska server tidak menerimanya; pelacak akan mengirim ulang. Lihat /health/ready',

  'clock.label': 'Jam server',
  'language.switch': 'English',
  'language.label': 'Ganti bahasa ke Inggris',
  'theme.toLight': 'Tema terang',
  'theme.toDark': 'Tema gelap',

  'map.label': 'Peta unit. Gunakan daftar unit untuk memilih unit dengan papan tik.',
  'map.zoomIn': 'Perbesar peta',
  'map.zoomOut': 'Perkecil peta',
  'map.showAll': 'Tampilkan semua unit',
  'map.problem': 'Peta dasar tidak dapat dimuat. Unit tetap ditampilkan.',
  'map.retry': 'Coba lagi',
  'map.noWebGl':
    'Peta memerlukan WebGL 2, yang tidak tersedia di peramban ini. Aktifkan akselerasi grafis atau gunakan peramban lain. Daftar unit tetap berfungsi.',

  'list.title': 'Unit',
  'list.search': 'Cari tanda panggil, ID, instansi…',
  'list.searchLabel': 'Cari unit',
  'list.none': 'Tidak ada unit yang cocok.',
  'list.more': 'Tampilkan {{count}} lagi',
  'list.shown': '{{shown}} dari {{total}}',

  'empty.title': 'Belum ada unit',
  'empty.intro':
    'Tambahkan pelacak dan pasang rahasianya di perangkat. Unit langsung muncul di peta.',
  'empty.noneOfYours':
    'Tidak ada unit di wilayah Anda. Unit yang didaftarkan di sana langsung muncul di peta.',
  'empty.add': 'Tambah pelacak',
  'empty.waitingHint':
    'Atau sambungkan saja perangkatnya: ia muncul di Ruang tunggu, dan diterima dengan sekali klik.',

  'unit.close': 'Tutup rincian',
  'unit.centre': 'Tengahkan',
  'unit.follow': 'Ikuti',
  'unit.following': 'Mengikuti',
  'unit.who': 'Siapa',
  'unit.what': 'Gerak',
  'unit.when': 'Kapan',
  'unit.where': 'Di mana',
  'unit.kind': 'Jenis',
  'unit.agency': 'Instansi',
  'unit.strength': 'Personel',
  'unit.id': 'ID unit',
  'unit.tracker': 'ID pelacak',
  'unit.bearer': 'Pembawa',
  'unit.region': 'Wilayah',
  'unit.speed': 'Kecepatan',
  'unit.course': 'Arah',
  'unit.battery': 'Baterai',
  'unit.altitude': 'Ketinggian',
  'unit.satellites': 'Satelit',
  'unit.age': 'Umur posisi',
  'unit.fixedAt': 'Waktu posisi',
  'unit.delay': 'Jeda kirim',
  'unit.delaySeconds': '{{n}} dtk',
  'unit.place': 'Koordinat',
  'unit.accuracy': 'Ketelitian',
  'unit.north': 'LU',
  'unit.south': 'LS',
  'unit.east': 'BT',
  'unit.west': 'BB',
  'unit.kmh': '{{n}} km/jam',
  'unit.unknown': 'tidak diketahui',
  'unit.yes': 'ya',
  'unit.no': 'tidak',
  'unit.noFix': 'Belum ada posisi dari unit ini.',
  'unit.noDetails':
    'Rincian dari server tidak dapat dibaca; yang tampil berasal dari data langsung.',
  'unit.notStored': 'belum tersimpan',

  'age.seconds': '{{n}} dtk lalu',
  'age.minutes': '{{n}} mnt lalu',
  'age.hours': '{{n}} jam lalu',
  'age.days': '{{n}} hari lalu',

  'course.N': 'utara',
  'course.NE': 'timur laut',
  'course.E': 'timur',
  'course.SE': 'tenggara',
  'course.S': 'selatan',
  'course.SW': 'barat daya',
  'course.W': 'barat',
  'course.NW': 'barat laut',

  'kind.handheld': 'Genggam',
  'kind.motorcycle': 'Sepeda motor',
  'kind.patrol_car': 'Mobil patroli',
  'kind.water_cannon': 'Water cannon (AWC)',
  'kind.apc': 'Kendaraan taktis (APC)',
  'kind.fire_engine': 'Mobil pemadam',
  'kind.ambulance': 'Ambulans',
  'kind.truck': 'Truk',
  'kind.drone': 'Drone',
  'kind.other': 'Lainnya',

  'agency.polri': 'Polri',
  'agency.tni': 'TNI',
  'agency.satpol_pp': 'Satpol PP',
  'agency.damkar': 'Damkar',
  'agency.linmas': 'Linmas',
  'agency.dishub': 'Dishub',
  'agency.other': 'Lainnya',

  'agencyFull.polri': 'Kepolisian (Polri)',
  'agencyFull.tni': 'Tentara (TNI)',
  'agencyFull.satpol_pp': 'Satuan Polisi Pamong Praja (Satpol PP)',
  'agencyFull.damkar': 'Pemadam Kebakaran (Damkar)',
  'agencyFull.linmas': 'Perlindungan Masyarakat (Linmas)',
  'agencyFull.dishub': 'Dinas Perhubungan (Dishub)',
  'agencyFull.other': 'Lainnya',

  'fault.title': 'Halaman ini mengalami gangguan',
  'fault.reload': 'Muat ulang halaman',
} as const;

/** Names of all texts. */
export type TextKey = keyof typeof id;

/** A language: every text, none missing, none too many. */
export type Texts = Readonly<Record<TextKey, string>>;
