import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WeakPassword } from '../accounts/passwords.ts';
import type { Wait } from '../accounts/wait.ts';
import type { PasswordWeakness } from '../domain/account.ts';
import type { AlarmDetails } from '../domain/alarmDetails.ts';
import type { IncidentDetails } from '../domain/incidentDetails.ts';
import type { ImportOutcome } from '../storage/siteImport/importSites.ts';
import type { FaultPlace, ShapeFault } from '../tracking/fences/checkShape.ts';
import type { Ground } from './ground.ts';

/** Every code that an error answer can carry, with its HTTP status and its text in both languages. */
const problems = {
  not_found: {
    status: 404,
    id: 'Alamat ini tidak ada.',
    en: 'There is nothing at this address.',
  },
  method_not_allowed: {
    status: 405,
    id: 'Alamat ini ada, tetapi tidak dengan metode ini; header Allow menyebut yang berlaku.',
    en: 'This address exists, but not with this method; the header Allow lists those that it has.',
  },
  unit_not_found: {
    status: 404,
    id: 'Tidak ada unit dengan id ini.',
    en: 'There is no unit with this id.',
  },
  unit_without_place: {
    status: 409,
    id: 'Unit ini belum melaporkan posisinya.',
    en: 'This unit has not reported a place yet.',
  },
  bad_request: {
    status: 400,
    id: 'Permintaan tidak sah.',
    en: 'The request is not valid.',
  },
  not_json: {
    status: 415,
    id: 'Isi permintaan harus berupa JSON, dengan content-type application/json.',
    en: 'The body of the request must be JSON, with the content type application/json.',
  },
  too_large: {
    status: 413,
    id: 'Permintaan terlalu besar.',
    en: 'The request is too large.',
  },
  origin_refused: {
    status: 403,
    id: 'Halaman dari situs lain tidak boleh membuka sambungan ini.',
    en: 'A page of another site may not open this connection.',
  },
  host_refused: {
    status: 421,
    id: 'Server ini tidak dibuka dengan nama ini: pakai alamat IP-nya, atau minta pengelola server menambahkan nama ini ke POSKO_HTTP_NAMES.',
    en: 'This server is not opened under this name: use its IP address, or have whoever runs it add this name to POSKO_HTTP_NAMES.',
  },
  not_set_up: {
    status: 503,
    id: 'Posko belum disiapkan: buka tautan penyiapan yang tercetak di konsol server, atau jalankan "npm run posko -- user add".',
    en: 'Posko is not set up yet: open the set-up link that the server printed on its console, or run "npm run posko -- user add".',
  },
  signed_out: {
    status: 401,
    id: 'Silakan masuk: belum ada sesi, atau sesinya sudah berakhir.',
    en: 'Please sign in: there is no session, or it has ended.',
  },
  forbidden: {
    status: 403,
    id: 'Peran Anda tidak mengizinkan ini.',
    en: 'Your roles do not allow this.',
  },
  request_forged: {
    status: 403,
    id: 'Permintaan yang mengubah sesuatu harus membawa header x-posko-request: 1.',
    en: 'A request that changes something must carry the header x-posko-request: 1.',
  },
  wrong_credentials: {
    status: 401,
    id: 'Nama, kata sandi, atau kode tidak cocok.',
    en: 'Name, password or code do not match.',
  },
  code_needed: {
    status: 401,
    id: 'Masukkan kode dari aplikasi autentikator, atau kode pemulihan.',
    en: 'Enter the code of the authenticator app, or a recovery code.',
  },
  wait: {
    status: 429,
    id: 'Terlalu banyak percobaan yang gagal; tunggu sebentar lalu coba lagi.',
    en: 'Too many attempts that failed; wait a moment and try again.',
  },
  too_many_requests: {
    status: 429,
    id: 'Terlalu banyak permintaan; tunggu sebentar lalu coba lagi.',
    en: 'Too many requests; wait a moment and try again.',
  },
  link_expired: {
    status: 410,
    id: 'Tautan ini sudah dipakai atau kedaluwarsa; mulai ulang server untuk tautan baru.',
    en: 'This link was used or has expired; restart the server for a new one.',
  },
  already_set_up: {
    status: 410,
    id: 'Posko sudah disiapkan: silakan masuk. Tautan penyiapan tidak berlaku lagi.',
    en: 'Posko is set up already: please sign in. Set-up links count no more.',
  },
  weak_password: {
    status: 422,
    id: 'Kata sandi ini tidak dapat dipakai.',
    en: 'This password cannot be used.',
  },
  password_change_required: {
    status: 403,
    id: 'Ganti kata sandi dahulu: yang sekarang dibuat oleh orang lain. Setelah itu semuanya terbuka lagi.',
    en: 'Change your password first: somebody else made the one you have. After that everything opens again.',
  },
  own_account: {
    status: 403,
    id: 'Ini akun Anda sendiri: kata sandi dan faktor kedua diubah di "Akun saya", dengan kata sandi Anda.',
    en: 'This is your own account: password and second factor are changed under "My account", with your password.',
  },
  name_taken: {
    status: 409,
    id: 'Nama ini sudah dipakai.',
    en: 'This name is taken.',
  },
  last_administrator: {
    status: 409,
    id: 'Harus tetap ada satu administrator untuk seluruh wilayah: beri dahulu peran itu (wilayah *) kepada orang lain.',
    en: 'One administrator of everything must remain: give somebody else that role on * first.',
  },
  user_not_found: {
    status: 404,
    id: 'Tidak ada pengguna dengan nama ini.',
    en: 'There is no user with this name.',
  },
  session_not_found: {
    status: 404,
    id: 'Tidak ada sesi ini.',
    en: 'There is no such session.',
  },
  token_not_found: {
    status: 404,
    id: 'Tidak ada token ini, atau sudah dicabut.',
    en: 'There is no such token, or it is revoked.',
  },
  id_taken: {
    status: 409,
    id: 'Id ini sudah dipakai.',
    en: 'This id is taken.',
  },
  tracker_not_found: {
    status: 404,
    id: 'Tidak ada pelacak dengan id ini.',
    en: 'There is no tracker with this id.',
  },
  gateway_not_found: {
    status: 404,
    id: 'Tidak ada gateway dengan id ini.',
    en: 'There is no gateway with this id.',
  },
  waiting_not_found: {
    status: 404,
    id: 'Tidak ada yang menunggu dengan id ini.',
    en: 'Nobody waits with this id.',
  },
  waiting_changed: {
    status: 409,
    id: 'Rahasia yang ditunjukkan dengan id ini sudah berganti. Periksa alamatnya, lalu coba lagi.',
    en: 'Another secret was shown under this id meanwhile. Check its address, then try again.',
  },
  already_admitted: {
    status: 409,
    id: 'Pelacak ini sudah diterima, mungkin oleh operator lain.',
    en: 'This tracker was let in already, perhaps by another operator.',
  },
  deadletter_not_found: {
    status: 404,
    id: 'Tidak ada pesan ditolak dengan kunci ini.',
    en: 'There is no dead letter with this key.',
  },
  operation_not_found: {
    status: 404,
    id: 'Tidak ada operasi dengan id ini.',
    en: 'There is no operation with this id.',
  },
  site_not_found: {
    status: 404,
    id: 'Tidak ada lokasi dengan id ini.',
    en: 'There is no site with this id.',
  },
  fence_not_found: {
    status: 404,
    id: 'Tidak ada geofence dengan id ini.',
    en: 'There is no fence with this id.',
  },
  check_in_not_found: {
    status: 404,
    id: 'Tidak ada laporan kehadiran ini di lokasi ini.',
    en: 'There is no such check-in at this site.',
  },
  checked_out_before: {
    status: 409,
    id: 'Kehadiran ini sudah diakhiri, mungkin oleh operator lain atau oleh laporan yang lebih baru.',
    en: 'They were checked out already, perhaps by another operator, or by a newer check-in.',
  },
  version_conflict: {
    status: 409,
    id: 'Orang lain sudah mengubahnya; muat ulang lalu ulangi perubahan Anda.',
    en: 'Somebody else has changed it meanwhile; read it again and repeat your change.',
  },
  alarm_not_found: {
    status: 404,
    id: 'Tidak ada alarm dengan id ini.',
    en: 'There is no alarm with this id.',
  },
  alarm_changed: {
    status: 409,
    id: 'Petugas lain sudah lebih dulu menangani alarm ini; lihat keadaannya sekarang.',
    en: 'Somebody else has handled this alarm first; see how it is now.',
  },
  alarm_not_now: {
    status: 409,
    id: 'Keadaan alarm ini sekarang tidak mengizinkan tindakan itu.',
    en: 'The state that this alarm is in does not allow that.',
  },
  incident_not_found: {
    status: 404,
    id: 'Tidak ada insiden dengan id ini.',
    en: 'There is no incident with this id.',
  },
  incident_changed: {
    status: 409,
    id: 'Petugas lain sudah lebih dulu mengubah insiden ini; lihat keadaannya sekarang.',
    en: 'Somebody else has changed this incident first; see how it is now.',
  },
  incident_not_now: {
    status: 409,
    id: 'Keadaan insiden ini sekarang tidak mengizinkan tindakan itu.',
    en: 'The state that this incident is in does not allow that.',
  },
  photo_not_found: {
    status: 404,
    id: 'Tidak ada foto dengan id ini.',
    en: 'There is no photo with this id.',
  },
  no_authority: {
    status: 403,
    id: 'Keputusan ini di atas wewenang Anda di wilayah ini.',
    en: 'This decision takes a higher command than yours in this region.',
  },
  too_many: {
    status: 409,
    id: 'Jumlahnya sudah sampai batas.',
    en: 'There are as many already as there may be.',
  },
  rule_not_found: {
    status: 404,
    id: 'Tidak ada aturan dengan id ini.',
    en: 'There is no rule with this id.',
  },
  trial_too_long: {
    status: 503,
    id: 'Uji coba aturan memakan waktu terlalu lama; pilih waktu yang lebih pendek atau persempit aturannya.',
    en: 'Trying the rule takes too long; choose a shorter time, or narrow the rule.',
  },
  sos_rule_stays: {
    status: 409,
    id: 'Aturan SOS tidak dapat dihapus atau dimatikan.',
    en: 'The rule for SOS cannot be removed or switched off.',
  },
  webhook_not_found: {
    status: 404,
    id: 'Tidak ada webhook dengan id ini.',
    en: 'There is no webhook with this id.',
  },
  ring_of_site: {
    status: 409,
    id: 'Geofence ini lingkaran sebuah lokasi; ubah atau hapus lokasinya.',
    en: 'This fence is the ring of a site; change or remove the site.',
  },
  phase_in_use: {
    status: 409,
    id: 'Ada geofence yang berlaku dalam fase ini; ubah dahulu geofence itu.',
    en: 'Fences count in this phase; change those fences first.',
  },
  bad_shape: {
    status: 422,
    id: 'Bentuk ini tidak dapat dipakai sebagai geofence.',
    en: 'This shape cannot be a fence.',
  },
  edit_too_slow: {
    status: 422,
    id: 'Perubahan bentuk ini terlalu lama: pakai lebih sedikit titik, atau jarak yang lebih kecil.',
    en: 'This edit takes too long: use fewer points, or a smaller distance.',
  },
  bad_site_file: {
    status: 422,
    id: 'Berkas lokasi ini tidak dapat diimpor; tidak ada yang disimpan.',
    en: 'This file of sites cannot be imported; nothing was written.',
  },
  not_site_file: {
    status: 415,
    id: 'Kirim berkas sebagai text/csv atau application/geo+json.',
    en: 'Send the file as text/csv or application/geo+json.',
  },
  wrong_secret: {
    status: 401,
    id: 'Rahasia pelacak atau gateway tidak ada atau tidak cocok dengan idnya.',
    en: 'The secret of the tracker or gateway is missing, or does not match its id.',
  },
  weak_identity_refused: {
    status: 403,
    id: 'Tanpa rahasia pelacak ini hanya boleh berbicara dari jaringannya sendiri.',
    en: 'Without a secret this tracker may speak from its own networks only.',
  },
  unknown_tracker: {
    status: 404,
    id: 'Pelacak ini belum terdaftar; operator dapat menerimanya dari ruang tunggu.',
    en: 'This tracker is not registered; an operator can let it in from the waiting room.',
  },
  message_refused: {
    status: 403,
    id: 'Pesan ini bukan untuk dikirim oleh pelacak atau gateway ini.',
    en: 'This message is not for this tracker or gateway to send.',
  },
  not_stored: {
    status: 503,
    id: 'Pesan belum tersimpan; kirim lagi sebentar lagi.',
    en: 'The message is not stored; send it again in a moment.',
  },
  reason_missing: {
    status: 422,
    id: 'Tuliskan alasannya, paling sedikit 3 huruf: alasan itu dicatat dalam log.',
    en: 'Say why, in 3 characters or more: the reason goes into the log.',
  },
  plain_http: {
    status: 403,
    id: 'Masuk lewat HTTP biasa hanya boleh di mesin ini sendiri; pakai https.',
    en: 'Signing in over plain HTTP is allowed on this machine only; use https.',
  },
  database_away: {
    status: 503,
    id: 'Basis data tidak menjawab; peta dan alarm tetap berjalan, coba lagi sebentar.',
    en: 'The database does not answer; map and alarms go on, try again in a moment.',
  },
  subprotocol_missing: {
    status: 400,
    id: 'Sambungan harus meminta subprotokol posko.v1.',
    en: 'The connection must ask for the subprotocol posko.v1.',
  },
  internal: {
    status: 500,
    id: 'Kesalahan pada server; lihat log.',
    en: 'An error in the server; see its log.',
  },
} as const satisfies Record<string, { status: number; id: string; en: string }>;

export type ProblemCode = keyof typeof problems;

/** An error answer, RFC 9457: `code` is stable, `title` is for people, `detail` says what exactly. */
export type Problem = {
  readonly type: 'about:blank';
  readonly status: number;
  readonly code: ProblemCode;
  readonly title: string;
  readonly detail?: string;
} & ProblemMembers;

/** What some problems say for programs, beside their code. */
export type ProblemMembers = {
  /** Of `weak_password`. */
  readonly weakness?: PasswordWeakness;
  /** Of `wait`. */
  readonly waiting?: Wait['waiting'];
  readonly retryAfterMs?: number;
  /** Of `bad_shape`: what is wrong, where, and what was probably meant. */
  readonly fault?: ShapeFault;
  readonly place?: FaultPlace;
  readonly suggestion?: Ground;
  /** Of `alarm_changed` and `alarm_not_now`: the alarm as it is now. */
  readonly alarm?: AlarmDetails;
  /** Of `incident_changed`, `incident_not_now` and `no_authority`: the incident as it is now. */
  readonly incident?: IncidentDetails;
  /** Of `bad_site_file`: the lines that were refused. */
  readonly outcome?: ImportOutcome;
};

/** The problem document for a code, in the language that the request prefers (Indonesian unless English is). */
export function describeProblem(
  code: ProblemCode,
  acceptLanguage: string | undefined,
  detail?: string,
  members: ProblemMembers = {},
): Problem {
  const { status, id, en } = problems[code];
  const title = acceptLanguage?.trim().toLowerCase().startsWith('en') ? en : id;
  const problem = { type: 'about:blank', status, code, title } as const;
  return { ...problem, ...(detail !== undefined && { detail }), ...members };
}

/** Thrown by a route that cannot answer; the server turns it into a problem document. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  readonly members: ProblemMembers;
  constructor(code: ProblemCode, detail?: string, members: ProblemMembers = {}) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.name = 'ProblemError';
    this.code = code;
    this.detail = detail;
    this.members = members;
  }
}

/** For a password that cannot be had. */
export function weakPassword({ reason, detail, weakness }: WeakPassword): ProblemError {
  return new ProblemError(reason, detail, { weakness });
}

/** Answers a request with a problem document. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemCode,
  detail?: string,
  members?: ProblemMembers,
): FastifyReply {
  const problem = describeProblem(code, request.headers['accept-language'], detail, members);
  return reply.code(problem.status).type('application/problem+json').send(problem);
}
