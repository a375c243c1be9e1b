import { minuteMs } from '../domain/durations.ts';
import type { EscalationStep, ProcedureStep, Rule, Text } from '../domain/rule.ts';

/*
 * The rules that Posko comes with, for election operations in Indonesia (docs/rules.md has them as a
 * table). They are data: people change them, switch them off, and try them first. Priorities follow
 * EEMUA 191, about 80 % low, 15 % medium and 5 % high of what is raised.
 */

/** A step: what to do, and who answers for it. */
const step = (id: string, en: string, answers: Text): ProcedureStep => ({
  text: { id, en },
  answers,
});
const dispatcher: Text = { id: 'Petugas posko', en: 'Dispatcher' };
const kabagOps: Text = { id: 'Kabag Ops', en: 'Head of operations' };
const kapolres: Text = { id: 'Kapolres', en: 'Commander' };
const padal: Text = { id: 'Perwira pengendali', en: 'Field officer in charge' };
const logistics: Text = { id: 'Bagian logistik', en: 'Logistics' };
const radio: Text = { id: 'Teknisi radio', en: 'Radio technician' };

const escalate = (
  ...steps: readonly (readonly [afterS: number, to: EscalationStep['to']])[]
): readonly EscalationStep[] => steps.map(([afterS, to]) => ({ afterMs: afterS * 1_000, to }));

const plain = {
  ...{ version: 1, isDefault: true, isEnabled: true, where: {}, who: {}, during: {} },
  ...{ tell: ['dispatchers'], escalation: [], delayMs: 0, suppressedPhases: [] },
  needsOutcome: false,
} as const satisfies Partial<Rule>;

const sos: Rule = {
  ...plain,
  id: 'sos',
  name: { id: 'SOS', en: 'SOS' },
  condition: { kind: 'sos' },
  priority: 'sos',
  text: {
    id: '{unit} meminta pertolongan di {place}',
    en: '{unit} asks for help at {place}',
  },
  procedure: [
    step(
      'Panggil unit lewat radio; tanyakan keadaan, jumlah korban dan ancaman',
      'Call the unit by radio; ask for its situation, casualties and threats',
      dispatcher,
    ),
    step(
      'Gerakkan unit terdekat; anggap sungguhan sampai terbukti lain',
      'Send the nearest unit; take it as real until shown otherwise',
      dispatcher,
    ),
    step('Laporkan kepada Kapolres', 'Report to the commander', dispatcher),
    step(
      'Siapkan ambulans dan perkuatan menurut keadaan',
      'Prepare an ambulance and reinforcement as needed',
      kabagOps,
    ),
    step(
      'Pastikan unit selamat dengan suara, bukan dengan tanda saja',
      'Make sure by voice, not by a sign alone, that the unit is safe',
      dispatcher,
    ),
  ],
  tell: ['dispatchers', 'commanders'],
  escalation: escalate([30, 'commanders'], [60, 'everyone'], [120, 'province']),
  needsOutcome: true,
};

/** Raises what no rule that is switched on does: nobody can switch an SOS off. */
export const builtInSosRule: Rule = { ...sos, id: 'sos-bawaan' };

/** All of them, as they are put into a new database. */
export const defaultRules: readonly Rule[] = [
  sos,
  {
    ...plain,
    id: 'kpu-ring-1',
    name: { id: 'Kendaraan asing di ring 1 KPU', en: 'Unassigned vehicle in KPU ring 1' },
    condition: { kind: 'enter' },
    where: { siteKinds: ['kpu'] },
    who: {
      unitKinds: ['motorcycle', 'patrol_car', 'water_cannon', 'apc', 'fire_engine', 'truck'],
      isAssigned: false,
    },
    priority: 'medium',
    text: {
      id: '{unit} ({agency}) masuk {place} tanpa penugasan',
      en: '{unit} ({agency}) entered {place} without an assignment',
    },
    procedure: [
      step('Tanyakan tujuan lewat radio', 'Ask by radio what it is there for', dispatcher),
      step(
        'Periksa surat tugas dan muatan di pos masuk',
        'Check orders and load at the entrance',
        padal,
      ),
      step(
        'Keluarkan dari ring 1, atau tugaskan ke operasi',
        'Lead it out of ring 1, or assign it to the operation',
        kabagOps,
      ),
    ],
    escalation: escalate([120, 'commanders'], [600, 'everyone']),
  },
  {
    ...plain,
    id: 'tps-kosong',
    name: { id: 'TPS sangat rawan kosong', en: 'Empty TPS of highest risk' },
    condition: { kind: 'absence' },
    where: { siteKinds: ['tps'], siteClasses: ['sangat_rawan'] },
    during: { phases: ['voting'] },
    // the plan tells after five minutes where much trouble is expected: ten in all
    delayMs: 5 * minuteMs,
    priority: 'high',
    text: {
      id: '{place} kosong lebih dari 10 menit pada pemungutan suara',
      en: '{place} is empty for more than 10 minutes during voting',
    },
    procedure: [
      step('Hubungi petugas TPS dan Linmas', 'Call the officers and Linmas of the TPS', dispatcher),
      step('Gerakkan unit terdekat ke TPS', 'Send the nearest unit to the TPS', dispatcher),
      step(
        'Catat kehadiran lewat radio bila petugas tanpa pelacak',
        'Note their presence by radio if they carry no tracker',
        dispatcher,
      ),
      step('Tetapkan pengganti', 'Name a replacement', kabagOps),
    ],
    escalation: escalate([180, 'commanders'], [600, 'everyone']),
  },
  {
    ...plain,
    id: 'kurang-kekuatan',
    name: { id: 'Kekuatan kurang', en: 'Under strength' },
    condition: { kind: 'under_strength' },
    priority: 'low',
    text: {
      id: '{place}: {agency} {value} orang',
      en: '{place}: {agency} {value} people',
    },
    procedure: [
      step('Tanyakan kekuatan sebenarnya', 'Ask for the real strength', dispatcher),
      step(
        'Geser kekuatan dari lokasi yang lebih',
        'Move strength from where there is more',
        kabagOps,
      ),
    ],
    escalation: escalate([1_800, 'commanders']),
  },
  {
    ...plain,
    id: 'belum-lapor',
    name: { id: 'Belum lapor', en: 'Not reported' },
    condition: { kind: 'not_reported' },
    where: { siteClasses: ['rawan', 'sangat_rawan', 'khusus'] },
    during: { phases: ['voting', 'counting'] },
    priority: 'low',
    text: {
      id: '{place} belum lapor sejak {value}',
      en: '{place} has not reported for {value}',
    },
    procedure: [
      step('Panggil lewat radio atau telepon', 'Call by radio or telephone', dispatcher),
      step('Catat apel petugas', 'Note the roll call', dispatcher),
    ],
    escalation: escalate([1_800, 'commanders']),
  },
  {
    ...plain,
    id: 'pengawalan-keluar-rute',
    name: { id: 'Pengawalan keluar rute', en: 'Escort off its route' },
    condition: { kind: 'exit' },
    where: { fenceClasses: ['route'] },
    who: { isAssigned: true },
    during: { phases: ['logistics', 'voting', 'counting', 'recapitulation'] },
    priority: 'high',
    text: {
      id: '{unit} keluar dari rute {place}',
      en: '{unit} left the route {place}',
    },
    procedure: [
      step('Panggil pengawal; tanyakan sebabnya', 'Call the escort; ask why', dispatcher),
      step('Periksa keutuhan segel kotak suara', 'Check the seals of the ballot boxes', padal),
      step(
        'Gerakkan unit terdekat bila tidak menjawab',
        'Send the nearest unit if it does not answer',
        dispatcher,
      ),
      step('Beri tahu KPU dan Bawaslu', 'Tell KPU and Bawaslu', kabagOps),
    ],
    escalation: escalate([120, 'commanders'], [300, 'everyone']),
    needsOutcome: true,
  },
  {
    ...plain,
    id: 'pengawalan-berhenti',
    name: { id: 'Pengawalan berhenti', en: 'Escort stopped' },
    condition: { kind: 'stopped', radiusM: 50, forMs: 5 * minuteMs },
    who: { unitKinds: ['truck'], isAssigned: true },
    during: { phases: ['logistics', 'voting', 'counting', 'recapitulation'] },
    priority: 'medium',
    text: {
      id: '{unit} berhenti {value} di luar lokasi',
      en: '{unit} has stopped for {value} away from any site',
    },
    procedure: [
      step('Panggil pengawal; tanyakan sebabnya', 'Call the escort; ask why', dispatcher),
      step('Jaga kotak suara di tempat', 'Guard the ballot boxes on the spot', padal),
      step(
        'Kirim kendaraan pengganti bila rusak',
        'Send another vehicle if it broke down',
        logistics,
      ),
    ],
    escalation: escalate([180, 'commanders'], [600, 'everyone']),
  },
  {
    ...plain,
    id: 'hilang-kontak-di-area',
    name: { id: 'Hilang kontak di area', en: 'Lost contact inside an area' },
    condition: { kind: 'lost_inside' },
    priority: 'medium',
    text: {
      id: '{unit} hilang kontak {value} di {place}',
      en: '{unit} has been silent for {value} inside {place}',
    },
    procedure: [
      step(
        'Panggil di semua kanal dan telepon',
        'Call on all channels and by telephone',
        dispatcher,
      ),
      step('Minta unit terdekat mencari', 'Ask the nearest unit to look for it', dispatcher),
      step(
        'Perlakukan sebagai SOS bila tidak ditemukan',
        'Treat it as an SOS if it is not found',
        kabagOps,
      ),
    ],
    escalation: escalate([180, 'commanders'], [600, 'everyone']),
  },
  {
    ...plain,
    id: 'awc-tinggalkan-pos',
    name: { id: 'AWC meninggalkan pos siaga', en: 'Water cannon left its standby place' },
    condition: { kind: 'exit' },
    where: { fenceClasses: ['site', 'area'] },
    who: { unitKinds: ['water_cannon'] },
    priority: 'medium',
    text: {
      id: '{unit} meninggalkan {place}',
      en: '{unit} left {place}',
    },
    procedure: [
      step('Pastikan ada perintah gerak', 'Make sure that it was ordered to move', dispatcher),
      step(
        'Catat air, awak dan perkiraan waktu tiba',
        'Note water, crew and estimated arrival',
        dispatcher,
      ),
      step(
        'Isi pos siaga dengan kendaraan lain',
        'Fill the standby place with another vehicle',
        kabagOps,
      ),
    ],
    escalation: escalate([300, 'commanders']),
  },
  {
    ...plain,
    id: 'kumpul-di-kpu',
    name: { id: 'Berkumpul di KPU', en: 'Convergence at KPU' },
    condition: {
      ...{ kind: 'convergence', units: 5, radiusM: 150, nearM: 400 },
      withinMs: 5 * minuteMs,
    },
    where: { siteKinds: ['kpu'] },
    who: { isAssigned: false },
    priority: 'medium',
    text: {
      id: '{value} tanpa penugasan berkumpul di {place}: {unit}',
      en: '{value} without an assignment gather at {place}: {unit}',
    },
    procedure: [
      step('Tanyakan sebabnya kepada penjaga KPU', 'Ask the guard of the KPU why', dispatcher),
      step(
        'Lihat keadaan massa; naikkan tingkat bila perlu',
        'Look at the crowd; raise the level if needed',
        kabagOps,
      ),
      step('Siapkan Dalmas awal dan negosiator', 'Prepare Dalmas awal and negotiators', kapolres),
    ],
    escalation: escalate([180, 'commanders'], [600, 'everyone']),
  },
  {
    ...plain,
    id: 'ngebut-di-zona',
    name: { id: 'Melaju kencang di zona', en: 'Speed in a zone' },
    condition: { kind: 'zone_speed' },
    priority: 'low',
    text: {
      id: '{unit} melebihi {value} di {place}',
      en: '{unit} is faster than {value} in {place}',
    },
    procedure: [step('Ingatkan pengemudi lewat radio', 'Warn the driver by radio', dispatcher)],
  },
  {
    ...plain,
    id: 'baterai-lemah',
    name: { id: 'Baterai pelacak lemah', en: 'Tracker battery low' },
    condition: { kind: 'battery_low', belowPct: 15 },
    priority: 'low',
    text: {
      id: 'Baterai pelacak {unit} tinggal {value}',
      en: 'The tracker of {unit} has {value} of its battery left',
    },
    procedure: [
      step(
        'Minta petugas mengisi atau mengganti baterai',
        'Ask the officer to charge or change it',
        dispatcher,
      ),
    ],
  },
  {
    ...plain,
    id: 'jam-pelacak-salah',
    name: { id: 'Jam pelacak salah', en: 'Tracker clock wrong' },
    condition: { kind: 'clock_wrong' },
    delayMs: 10 * minuteMs,
    priority: 'low',
    text: {
      id: 'Jam pelacak {unit} salah: {value}',
      en: 'The clock of the tracker of {unit} is wrong: {value}',
    },
    procedure: [
      step(
        'Setel jam pelacak, atau ganti pelacaknya',
        'Set its clock, or change the tracker',
        radio,
      ),
    ],
  },
];
