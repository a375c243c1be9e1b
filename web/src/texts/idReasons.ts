/** Bahasa Indonesia: why something was set aside, and what to do about it, by the codes of the server. */
export const idReasons = {
  'reason.unknown_topic': 'Topik tidak dikenal',
  'remedy.unknown_topic':
    'Setel perangkat ke posko/<wilayah>/<pelacak>/fix, …/sos, …/status, atau owntracks/<pelacak>/<perangkat>.',
  'reason.topic_not_supported': 'Isi topik ini belum didukung',
  'remedy.topic_not_supported':
    'Perangkat mengirim jenis pesan yang tidak dibaca Posko. Tidak ada yang hilang; matikan bila mengganggu.',
  'reason.unknown_tracker': 'Pelacak tidak terdaftar',
  'remedy.unknown_tracker':
    'Terima dari ruang tunggu, atau tambahkan di Pelacak; lalu kirim ulang pesan ini.',
  'reason.wrong_region': 'Wilayah di topik bukan wilayah pelacak',
  'remedy.wrong_region':
    'Samakan wilayah di topik perangkat dengan wilayah di Pelacak, atau ubah wilayahnya di sana.',
  'reason.bad_credentials': 'Rahasia salah atau tidak ada',
  'remedy.bad_credentials':
    'Periksa nama pengguna (ID) dan rahasia di perangkat. Bila hilang, buat rahasia baru di Pelacak; bila protokolnya tidak membawa rahasia, izinkan identitas lemah di sana.',
  'reason.weak_identity_refused': 'Tanpa rahasia, dan bukan dari jaringannya',
  'remedy.weak_identity_refused':
    'Pasang rahasianya di perangkat, atau periksa jaringannya di Pelacak.',
  'reason.topic_refused': 'Topik bukan miliknya',
  'remedy.topic_refused':
    'Pelacak hanya boleh mengirim di topiknya sendiri, gateway hanya di topik dan untuk pelacak yang didaftar. Perbaiki topiknya atau daftar gateway.',
  'reason.will_refused': 'Pesan terakhir (will) ditolak',
  'remedy.will_refused': 'Setel will perangkat ke topik status miliknya sendiri.',
  'reason.flapping': 'Tersambung dan terputus berulang',
  'remedy.flapping':
    'Biasanya dua perangkat memakai ID yang sama, atau jaringannya buruk. Beri tiap perangkat ID sendiri.',
  'reason.packet_too_large': 'Pesan terlalu besar',
  'remedy.packet_too_large': 'Kirim lebih sedikit posisi dalam satu pesan.',
  'reason.bad_packet': 'Bukan paket MQTT yang sah',
  'remedy.bad_packet':
    'Yang tersambung bukan klien MQTT, atau MQTT biasa di port TLS (atau sebaliknya). Periksa port dan TLS di perangkat.',
  'reason.connect_timeout': 'Tersambung tanpa memperkenalkan diri',
  'remedy.connect_timeout':
    'Sambungan dibuka tanpa CONNECT. Biasanya pemindai jaringan, atau jaringan yang sangat lambat.',
  'reason.keepalive_timeout': 'Diam lebih lama dari keepalive',
  'remedy.keepalive_timeout':
    'Perangkat kehilangan jaringan tanpa memutus sambungan. Wajar bila sesekali.',
  'reason.unsupported_protocol_version': 'Versi MQTT tidak didukung',
  'remedy.unsupported_protocol_version': 'Setel perangkat ke MQTT 3.1.1.',
  'reason.too_many_connections': 'Terlalu banyak sambungan',
  'remedy.too_many_connections':
    'Tutup sambungan yang tidak dipakai di alamat itu, atau naikkan batas connectionsPerAddress.',
  'reason.connecting_too_fast': 'Terlalu sering menyambung',
  'remedy.connecting_too_fast':
    'Setel perangkat agar menunggu lebih lama sebelum menyambung lagi, atau naikkan batas connectsPerSecond.',
  'reason.sending_too_fast': 'Mengirim terlalu cepat',
  'remedy.sending_too_fast':
    'Kirim lebih jarang, atau beberapa posisi dalam satu pesan. Batasnya messagesPerSecond.',
  'reason.too_many_in_flight': 'Terlalu banyak pesan belum diakui',
  'remedy.too_many_in_flight':
    'Perangkat harus menunggu pengakuan sebelum mengirim lagi. Batasnya inFlight.',
  'reason.topic_too_long': 'Topik terlalu panjang',
  'remedy.topic_too_long': 'Pakai topik yang lebih pendek. Batasnya topicBytes dan topicLevels.',
  'reason.too_many_subscriptions': 'Terlalu banyak langganan',
  'remedy.too_many_subscriptions': 'Kurangi langganan di perangkat. Batasnya subscriptions.',
  'reason.will_too_large': 'Pesan terakhir (will) terlalu besar',
  'remedy.will_too_large': 'Pakai will yang lebih pendek. Batasnya willBytes.',
  'reason.subscription_refused': 'Langganan ditolak',
  'remedy.subscription_refused':
    'Pelacak hanya boleh berlangganan topiknya sendiri. Bila kirimannya masuk, abaikan.',

  'reason.not_json': 'Bukan JSON',
  'remedy.not_json':
    'Isi pesan harus JSON. Lihat isinya di bawah: sering perangkat mengirim format lain di topik ini.',
  'reason.not_an_object': 'JSON tetapi bukan objek',
  'remedy.not_an_object': 'Isi pesan harus objek { … } atau daftar objek.',
  'reason.missing_field': 'Ada isian wajib yang tidak ada',
  'remedy.missing_field': 'Perangkat harus mengirim isian yang disebut di bawah.',
  'reason.wrong_type': 'Jenis isian salah',
  'remedy.wrong_type': 'Isian yang disebut di bawah harus angka, teks, atau benar/salah.',
  'reason.out_of_range': 'Nilai di luar batas',
  'remedy.out_of_range':
    'Nilai yang disebut di bawah tidak mungkin, misalnya bujur dan lintang tertukar, atau waktu dalam satuan lain.',
  'reason.too_many_fixes': 'Terlalu banyak posisi dalam satu pesan',
  'remedy.too_many_fixes': 'Bagi menjadi beberapa pesan.',
  'reason.too_many_attributes': 'Terlalu banyak atribut',
  'remedy.too_many_attributes': 'Kirim paling banyak 32 atribut per posisi.',
  'reason.encrypted': 'Terenkripsi',
  'remedy.encrypted':
    'Matikan enkripsi muatan di aplikasi (OwnTracks: kosongkan kunci enkripsi) dan pakai TLS.',
  'reason.field_ignored': 'Isian diabaikan',
  'remedy.field_ignored': 'Posisinya diterima tanpa isian yang disebut di bawah.',

  'reason.null_island': 'Posisi 0°, 0°',
  'remedy.null_island': 'Pelacak belum mendapat satelit. Tidak perlu dikirim ulang.',
  'reason.clock_ahead': 'Waktu posisi di masa depan',
  'remedy.clock_ahead':
    'Setel jam pelacak, atau zona waktunya di Pelacak. Posisinya dapat dikirim ulang dengan waktu diterima server.',
  'reason.clock_behind': 'Waktu posisi terlalu lampau',
  'remedy.clock_behind':
    'Setel jam pelacak. Posisinya dapat dikirim ulang dengan waktu diterima server.',
  'reason.clock_distrusted': 'Jam pelacak tidak dipercaya',
  'remedy.clock_distrusted':
    'Jamnya melompat-lompat; periksa atau ganti pelacak. Posisinya dapat dikirim ulang dengan waktu diterima server.',
  'reason.flagged_invalid': 'Pelacak sendiri menandai tidak sah',
  'remedy.flagged_invalid':
    'Pelacak tidak yakin akan posisinya. Biasanya tidak perlu dikirim ulang.',
  'reason.inaccurate': 'Terlalu tidak teliti',
  'remedy.inaccurate': 'Nyalakan GPS di perangkat, atau izinkan lokasi teliti.',
  'reason.impossible_speed': 'Lompatan yang tidak mungkin',
  'remedy.impossible_speed':
    'GPS salah, atau dua perangkat memakai ID yang sama. Bila posisinya benar, kirim ulang ke riwayat.',
  'reason.database_refused': 'Basis data menolak',
  'remedy.database_refused':
    'Ini kesalahan program: unduh pesannya dan laporkan bersama rincian di bawah.',
} as const;
