import type { Command, Decision, Force, Level } from './incident.ts';
import type { Text } from './rule.ts';

/*
 * What has to be thought of at each level of an incident, and the words for levels, forces and commands.
 * After Perkap 16/2006 (crowd control: hijau, kuning, merah, Dalmas awal and lanjut, lapis ganti), Perkap
 * 8/2010 and 2/2019 (lintas ganti to PHH Brimob) and Perkap 1/2009 (use of force in six stages), in our
 * words and shortened: they are reminders, not orders.
 */

/** One thing to see to, and who answers for it. */
export type ChecklistItem = {
  /** Kept in incidents and their logs: never changed and never used again. */
  readonly id: string;
  readonly text: Text;
  readonly answers: Text;
};

const kapolsek: Text = { id: 'Kapolsek', en: 'Kapolsek (sector chief)' };
const kapolres: Text = { id: 'Kapolres', en: 'Kapolres (regency chief)' };
const operations: Text = { id: 'Kabag Ops', en: 'Kabag Ops (head of operations)' };
const dispatcher: Text = { id: 'Operator posko', en: 'Dispatcher' };
const negotiator: Text = { id: 'Tim negosiator', en: 'Negotiators' };
const firstPlatoon: Text = { id: 'Danton Dalmas awal', en: 'Leader of Dalmas awal' };
const company: Text = { id: 'Danki Dalmas lanjut', en: 'Leader of Dalmas lanjut' };
const brimob: Text = { id: 'Danki PHH Brimob', en: 'Leader of PHH Brimob' };
const traffic: Text = { id: 'Kasat Lantas', en: 'Head of traffic police' };
const intelligence: Text = { id: 'Kasat Intelkam', en: 'Head of intelligence' };
const detectives: Text = { id: 'Kasat Reskrim', en: 'Head of detectives' };
const medics: Text = { id: 'Dokkes', en: 'Medical officer' };
const fireService: Text = { id: 'Damkar', en: 'Fire service' };

/** By the level at which they are first to be done; those of lower levels stay on the list. */
export const checklists: Readonly<Record<Level, readonly ChecklistItem[]>> = {
  hijau: [
    {
      id: 'hijau-koordinator',
      text: {
        id: 'Temui koordinator lapangan: jumlah massa, tuntutan, rute, waktu bubar',
        en: 'Meet the organiser: size of the crowd, demands, route, time of ending',
      },
      answers: intelligence,
    },
    {
      id: 'hijau-negosiator',
      text: {
        id: 'Negosiator (Polwan) di depan, antarkan perwakilan ke pihak yang dituju',
        en: 'Negotiators (policewomen) in front; bring delegates to whom they ask for',
      },
      answers: negotiator,
    },
    {
      id: 'hijau-dalmas-awal',
      text: {
        id: 'Dalmas awal di tempat, tanpa perlengkapan khusus, dalam ikatan satuan',
        en: 'Dalmas awal in place, without special kit, as one formation',
      },
      answers: firstPlatoon,
    },
    {
      id: 'hijau-tanpa-senjata',
      text: {
        id: 'Periksa: tidak ada senjata tajam dan peluru tajam di barisan Dalmas',
        en: 'Check: no blades and no live rounds in the lines of Dalmas',
      },
      answers: firstPlatoon,
    },
    {
      id: 'hijau-lalu-lintas',
      text: {
        id: 'Alihkan lalu lintas, jaga jalur ambulans dan damkar tetap terbuka',
        en: 'Divert traffic; keep ways for ambulances and fire engines open',
      },
      answers: traffic,
    },
    {
      id: 'hijau-cadangan',
      text: {
        id: 'Siagakan Dalmas lanjut dan kendaraan AWC di titik kumpul',
        en: 'Dalmas lanjut and the water cannon stand by where they gather',
      },
      answers: operations,
    },
    {
      id: 'hijau-dokumentasi',
      text: { id: 'Rekam foto dan video sejak awal', en: 'Record photos and video from the start' },
      answers: intelligence,
    },
  ],
  kuning: [
    {
      id: 'kuning-peringatan',
      text: {
        id: 'Imbauan dan perintah lisan berulang dengan pengeras suara, catat waktunya',
        en: 'Repeated spoken orders by loudspeaker; note their times',
      },
      answers: kapolsek,
    },
    {
      id: 'kuning-alih-kendali',
      text: {
        id: 'Alih kendali dari Kapolsek ke Kapolres diputuskan dan diumumkan di radio',
        en: 'Command passed from Kapolsek to Kapolres, decided and told by radio',
      },
      answers: kapolres,
    },
    {
      id: 'kuning-lapis-ganti',
      text: {
        id: 'Lapis ganti: Dalmas lanjut maju, Dalmas awal mundur lewat sela barisan',
        en: 'Lapis ganti: Dalmas lanjut comes forward, Dalmas awal draws back through it',
      },
      answers: company,
    },
    {
      id: 'kuning-negosiasi-lanjut',
      text: {
        id: 'Negosiasi tetap berjalan selama massa masih dapat diajak bicara',
        en: 'Negotiation goes on for as long as the crowd can be spoken to',
      },
      answers: negotiator,
    },
    {
      id: 'kuning-evakuasi',
      text: {
        id: 'Amankan pejabat, petugas KPU dan Bawaslu, dan logistik pemilu; jalur evakuasi siap',
        en: 'Officials, staff of KPU and Bawaslu and ballots made safe; way out ready',
      },
      answers: operations,
    },
    {
      id: 'kuning-provokator',
      text: {
        id: 'Kenali provokator, tandai, jangan kejar perorangan',
        en: 'Make out provocateurs and mark them; nobody chases alone',
      },
      answers: intelligence,
    },
    {
      id: 'kuning-kesehatan',
      text: {
        id: 'Ambulans dan petugas kesehatan di tempat',
        en: 'Ambulance and medics in place',
      },
      answers: medics,
    },
    {
      id: 'kuning-minta-brimob',
      text: {
        id: 'Minta dukungan PHH Brimob kepada Kapolda lebih awal, catat jawabannya',
        en: 'Ask the Kapolda for PHH Brimob early; note the answer',
      },
      answers: kapolres,
    },
  ],
  merah: [
    {
      id: 'merah-persetujuan',
      text: {
        id: 'Persetujuan Kapolda untuk Brimob tercatat: siapa, kapan, lewat apa',
        en: 'Approval of the Kapolda for Brimob noted: who, when, by what means',
      },
      answers: kapolres,
    },
    {
      id: 'merah-lintas-ganti',
      text: {
        id: 'Lintas ganti: PHH Brimob di depan, Dalmas lanjut ke lapis kedua',
        en: 'Lintas ganti: PHH Brimob in front, Dalmas lanjut as second line',
      },
      answers: brimob,
    },
    {
      id: 'merah-peringatan-terakhir',
      text: {
        id: 'Peringatan terakhir sebelum air dan gas air mata (tahap 5), catat waktunya',
        en: 'Last warning before water and tear gas (stage 5); note its time',
      },
      answers: kapolres,
    },
    {
      id: 'merah-awc',
      text: {
        id: 'AWC: isi air, pompa, awak, arah semprot aman dari orang jatuh dan listrik',
        en: 'Water cannon: water left, pump, crew, aim clear of people who fell and of power lines',
      },
      answers: operations,
    },
    {
      id: 'merah-kekuatan-seimbang',
      text: {
        id: 'Kekuatan seimbang dengan ancaman; berhenti begitu perlawanan berhenti',
        en: 'Force in proportion to the threat; it ends as soon as resistance does',
      },
      answers: kapolres,
    },
    {
      id: 'merah-api',
      text: {
        id: 'Damkar siap untuk pembakaran, dikawal sampai ke lokasi',
        en: 'Fire engines ready for arson, escorted to the place',
      },
      answers: fireService,
    },
    {
      id: 'merah-penangkapan',
      text: {
        id: 'Penangkapan oleh tim yang ditunjuk, nama dan waktu dicatat, barang bukti diamankan',
        en: 'Arrests by the named team; names and times noted, evidence kept',
      },
      answers: detectives,
    },
    {
      id: 'merah-korban',
      text: {
        id: 'Korban dari kedua pihak ditolong dan didata',
        en: 'Injured people of both sides helped and listed',
      },
      answers: medics,
    },
    {
      id: 'merah-lapor',
      text: {
        id: 'Lapor Polda setiap perubahan: kekuatan, korban, kerusakan',
        en: 'Polda told of each change: strength, injured, damage',
      },
      answers: dispatcher,
    },
  ],
};

/** What is on the list at a level: its own items and those of the levels below, lowest level first. */
export function checklistOf(level: Level): readonly ChecklistItem[] {
  const { hijau, kuning, merah } = checklists;
  switch (level) {
    case 'hijau':
      return hijau;
    case 'kuning':
      return [...hijau, ...kuning];
    case 'merah':
      return [...hijau, ...kuning, ...merah];
  }
}

const itemIds = new Set(Object.values(checklists).flatMap((items) => items.map(({ id }) => id)));

/** True for the id of an item of any level. */
export function isChecklistItem(id: string): boolean {
  return itemIds.has(id);
}

export const levelTexts: Readonly<Record<Level, Text>> = {
  hijau: { id: 'Hijau: tertib', en: 'Green: orderly' },
  kuning: { id: 'Kuning: tidak tertib', en: 'Yellow: disorderly' },
  merah: { id: 'Merah: melanggar hukum, huru-hara', en: 'Red: unlawful, riot' },
};

export const forceTexts: Readonly<Record<Force, Text>> = {
  dalmas_awal: { id: 'Dalmas awal', en: 'Dalmas awal (no special kit)' },
  dalmas_lanjut: { id: 'Dalmas lanjut', en: 'Dalmas lanjut (equipped)' },
  phh_brimob: { id: 'PHH Brimob', en: 'PHH Brimob (riot police)' },
};

export const commandTexts: Readonly<Record<Command, Text>> = {
  kapolsek,
  kapolres,
  kapolda: { id: 'Kapolda', en: 'Kapolda (province chief)' },
};

export const decisionTexts: Readonly<Record<Decision['kind'], Text>> = {
  set_level: { id: 'Ubah level', en: 'Set the level' },
  lapis_ganti: {
    id: 'Lapis ganti: Dalmas awal ke Dalmas lanjut',
    en: 'Lapis ganti: Dalmas awal gives way to Dalmas lanjut',
  },
  lintas_ganti: {
    id: 'Lintas ganti: Dalmas lanjut ke PHH Brimob',
    en: 'Lintas ganti: Dalmas lanjut gives way to PHH Brimob',
  },
  alih_kendali: { id: 'Alih kendali', en: 'Alih kendali: command passes on' },
};

/** Stages of the use of force, from the first to the sixth [Perkap 1/2009, 5 (1)]. */
export const forceStages: readonly Text[] = [
  { id: 'Kehadiran yang mencegah', en: 'Presence that deters' },
  { id: 'Perintah lisan', en: 'Spoken orders' },
  { id: 'Kendali tangan kosong lunak', en: 'Empty hands, soft' },
  { id: 'Kendali tangan kosong keras', en: 'Empty hands, hard' },
  {
    id: 'Senjata tumpul, air, gas air mata, semprotan',
    en: 'Blunt weapons, water, tear gas, spray',
  },
  { id: 'Senjata api', en: 'Firearms' },
];
