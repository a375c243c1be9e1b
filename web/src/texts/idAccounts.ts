/** Bahasa Indonesia: everything about people, sign-in and what they may. */
export const idAccounts = {
  'entrance.connecting': 'Menghubungi server…',
  'entrance.unreachableTitle': 'Server tidak dapat dihubungi',
  'entrance.unreachable':
    'Periksa jaringan, dan apakah server berjalan. Halaman ini terus mencoba sendiri.',
  'entrance.notSetUpTitle': 'Posko belum disiapkan',
  'entrance.notSetUp':
    'Buka tautan penyiapan yang tercetak di konsol server (berlaku 30 menit; mulai ulang server untuk tautan baru), atau buat administrator pertama di server dengan:',
  'entrance.notSetUpGoesOn': 'Setelah itu halaman ini lanjut sendiri.',
  'entrance.linkTitle': 'Tautan ini tidak berlaku',
  'entrance.linkSignIn': 'Masuk dengan nama',
  'entrance.noRoleTitle': 'Belum ada peran untuk Anda',
  'entrance.noRole':
    'Anda sudah masuk sebagai {{name}}, tetapi belum diberi peran di wilayah mana pun. Minta administrator memberikannya.',
  'entrance.askAgain': 'Periksa lagi',

  'setUp.title': 'Menyiapkan Posko',
  'setUp.intro':
    'Buat administrator pertama. Ia juga menjadi komandan untuk seluruh wilayah, dan dapat menambah pengguna lain.',
  'setUp.submit': 'Buat dan masuk',

  'field.name': 'Nama pengguna',
  'field.nameRules': '2 sampai 32 huruf a–z, angka, titik, tanda hubung, atau garis bawah',
  'field.nameWrong':
    'Pakai 2 sampai 32 huruf a–z, angka, titik, tanda hubung, atau garis bawah; diawali huruf atau angka.',
  'field.fullName': 'Nama lengkap',
  'field.fullNameMissing': 'Isi nama lengkap.',
  'field.password': 'Kata sandi',
  'field.oldPassword': 'Kata sandi sekarang',
  'field.oldPasswordWrong': 'Ini bukan kata sandi Anda yang sekarang.',
  'field.newPassword': 'Kata sandi baru',
  'field.repeatPassword': 'Ulangi kata sandi',
  'field.passwordRules':
    '12 sampai 128 karakter, apa saja, spasi juga. Bukan kata sandi yang umum, nama sendiri, atau potongan yang diulang-ulang.',
  'field.passwordLength': 'Kata sandi terdiri atas 12 sampai 128 karakter; ini {{n}}.',
  'field.passwordDiffers': 'Kedua isian kata sandi tidak sama.',
  'field.showPassword': 'Tampilkan atau sembunyikan kata sandi',
  'weakness.own_name':
    'Ini nama sendiri, atau hampir hanya itu. Pilih kata-kata yang tidak terkait nama.',
  'weakness.common':
    'Kata sandi ini termasuk yang pertama dicoba orang: kata umum, atau hanya kata dinas dan nama sendiri. Tambahkan kata lain.',
  'weakness.repetition':
    'Ini potongan pendek yang diulang-ulang. Pilih beberapa kata yang berbeda.',
  'weakness.same_as_before': 'Ini kata sandi yang sekarang. Pilih yang lain.',
  'weakness.refused': 'Kata sandi ini tidak dapat dipakai. Pilih yang lain.',
  'field.code': 'Kode dari aplikasi autentikator',
  'field.codeHint': '6 angka; berganti setiap 30 detik',
  'field.recoveryCode': 'Kode pemulihan',
  'field.recoveryCodeHint': 'Salah satu dari sepuluh kode yang Anda simpan; berlaku sekali',
  'field.role': 'Peran',
  'field.region': 'Wilayah',
  'field.regionHint': '64 provinsi, 64.08 kabupaten/kota, 64.08.04 kecamatan, * seluruh wilayah',
  'field.regionWrong':
    'Tulis wilayahnya: kode yang ada seperti 64.08, atau * untuk seluruh wilayah.',
  'field.regionNotYours': 'Wilayah ini di luar kewenangan Anda.',
  'field.missing': 'Wajib diisi.',

  'signIn.title': 'Masuk',
  'signIn.submit': 'Masuk',
  'signIn.codeTitle': 'Langkah kedua',
  'signIn.codeIntro': 'Masuk sebagai {{name}}. Buka aplikasi autentikator di ponsel Anda.',
  'signIn.useRecovery': 'Pakai kode pemulihan',
  'signIn.useApp': 'Pakai kode dari aplikasi',
  'signIn.back': 'Kembali',
  'signIn.wait': 'Terlalu banyak percobaan yang gagal. Dicoba lagi sendiri dalam {{seconds}} dtk.',
  'signIn.waitChanged':
    'Terlalu banyak percobaan yang gagal. Dapat dicoba lagi dalam {{seconds}} dtk.',

  'ended.title': 'Sesi berakhir',
  'ended.intro':
    'Peta tetap tampil dengan keadaan terakhir. Masukkan kata sandi untuk melanjutkan.',
  'ended.otherPerson': 'Bukan {{name}}? Masuk sebagai orang lain',
  'ended.demo': 'Ini demo: buka lagi tautan yang tercetak di konsol server.',
  'ended.displayTitle': 'Tautan layar ini tidak berlaku lagi',
  'ended.display':
    'Tautannya kedaluwarsa atau dicabut; peta menampilkan keadaan terakhir. Minta administrator membuat token layar baru, lalu buka tautannya di layar ini.',
  'ended.signIn': 'Masuk dengan nama',

  'newPassword.title': 'Ganti kata sandi',
  'newPassword.must':
    'Kata sandi Anda yang sekarang dibuat oleh orang lain. Buat yang hanya Anda ketahui.',
  'newPassword.submit': 'Ganti kata sandi',
  'newPassword.note': 'Sesi Anda di perangkat lain dan token Anda untuk skrip ikut berakhir.',
  'newPassword.done': 'Kata sandi sudah diganti.',
  'newPassword.endsTokens':
    'Token Anda untuk skrip yang akan berhenti bila kata sandi diganti: {{names}}.',
  'newPassword.endedTokens':
    'Token untuk skrip yang ikut berakhir: {{n}}. Bila skripnya masih dipakai, buat token baru di menu Token.',

  'leaving.now': 'Keluar…',
  'leaving.title': 'Belum keluar',
  'leaving.stillIn':
    'Sesi {{name}} di komputer ini mungkin masih terbuka: siapa pun yang memakai peramban ini dapat melihat peta atas nama Anda.',
  'leaving.goesOn':
    'Halaman ini terus mencoba sendiri dan menampilkan halaman masuk begitu berhasil. Bila Anda harus pergi sekarang, kunci komputer ini dan minta administrator mengakhiri sesi Anda.',
  'leaving.again': 'Coba lagi sekarang',
  'leaving.stay': 'Tetap masuk',
  'left.title': 'Keluar di komputer ini, belum di server',
  'left.here':
    'Peramban ini sudah melupakan sesi {{name}}: tanpa kata sandi, peta tidak dapat dibuka dari sini.',
  'left.there':
    'Server belum dapat mencatatnya karena ada gangguan, jadi di server sesi itu mungkin masih terbuka.',
  'left.until': 'Tanpa dipakai, sesi itu berakhir sendiri setelah {{hours}} jam.',
  'left.next':
    'Bila sesi itu harus berakhir sekarang: setelah server pulih, masuk lagi dan akhiri di Akun saya, bagian Sesi, atau minta administrator mengakhirinya.',
  'left.signIn': 'Ke halaman masuk',

  'band.plainHttp':
    'Sambungan tidak terenkripsi (HTTP biasa): siapa pun di jaringan ini dapat membaca posisi unit dan mengambil alih sesi Anda. Minta administrator memasang TLS (https).',

  'problem.unreachable': 'Server tidak menjawab. Coba lagi sebentar.',
  'problem.unexpected':
    'Jawaban server tidak dimengerti. Muat ulang halaman; bila berulang, beri tahu administrator.',

  'problem.details': 'Rincian',

  'menu.label': 'Akun: {{who}}',
  'menu.account': 'Akun saya',
  'menu.people': 'Pengguna',
  'menu.trackers': 'Pelacak',
  'menu.deadLetters': 'Pesan ditolak',
  'menu.tokens': 'Token',
  'menu.log': 'Log',
  'menu.signOut': 'Keluar',
  'menu.display': 'Layar dinding',
  'menu.close': 'Tutup',

  'role.viewer': 'Pengamat',
  'role.dispatcher': 'Operator',
  'role.commander': 'Komandan',
  'role.administrator': 'Administrator',
  'role.integrator': 'Integrator',
  'roleMeans.viewer': 'Melihat unit dan posisinya di peta.',
  'roleMeans.dispatcher':
    'Seperti pengamat, ditambah nama pembawa unit dan jejak (dengan alasan yang dicatat).',
  'roleMeans.commander': 'Seperti operator, ditambah mengekspor jejak dan membaca log.',
  'roleMeans.administrator':
    'Mengelola pengguna, layar dinding, token, dan data pribadi; melihat peta dan log.',
  'roleMeans.integrator':
    'Menyambungkan sistem lain: membuat token dan membaca kesehatan server; melihat peta.',
  'region.everywhere': 'seluruh wilayah',

  'permission.map.view': 'Melihat peta dasar',
  'permission.units.view': 'Melihat unit dan posisinya',
  'permission.people.view': 'Melihat nama pembawa unit',
  'permission.tracks.view': 'Melihat jejak (dengan alasan)',
  'permission.tracks.export': 'Mengekspor jejak (dengan alasan)',
  'permission.people.manage': 'Mencari, mengekspor, menghapus data pribadi (dengan alasan)',
  'permission.log.view': 'Membaca log',
  'permission.users.manage': 'Mengelola pengguna dan sesinya',
  'permission.displays.manage': 'Mengelola token layar dinding dan mencabut token orang lain',
  'permission.tokens.make': 'Membuat token untuk skrip',
  'permission.trackers.admit': 'Menerima pelacak dari ruang tunggu',
  'permission.trackers.manage': 'Mengelola pelacak dan gateway',
  'permission.deadletters.manage': 'Melihat dan mengirim ulang pesan ditolak',
  'permission.sites.view': 'Melihat operasi, lokasi, dan geofence',
  'permission.sites.manage': 'Mengelola dan mengimpor lokasi',
  'permission.fences.manage': 'Menggambar dan mengubah geofence',
  'permission.operations.manage': 'Mengelola operasi dan tahapnya',
  'permission.checkins.make': 'Mencatat kehadiran lewat radio atau apel',
  'permission.health.view': 'Membaca kesehatan server',

  'account.title': 'Akun saya',
  'account.who': 'Anda',
  'account.secondFactor': 'Langkah kedua saat masuk',
  'account.secondFactorOff':
    'Belum dipasang. Dengan langkah kedua, kata sandi yang bocor saja tidak cukup untuk masuk. Saat dipasang, sesi Anda di perangkat lain berakhir.',
  'account.secondFactorOn': 'Terpasang: masuk memerlukan kode dari aplikasi autentikator.',
  'account.enrol': 'Pasang langkah kedua',
  'account.scan':
    'Pindai dengan aplikasi autentikator (Aegis, FreeOTP, Google Authenticator …), atau ketik kuncinya. Lalu masukkan kode yang ditampilkan aplikasi.',
  'account.qr': 'Kode QR untuk aplikasi autentikator; kuncinya juga tertulis di sampingnya',
  'account.secret': 'Kunci',
  'account.confirm': 'Pasang',
  'account.cancel': 'Batal',
  'account.takeAway': 'Lepas langkah kedua',
  'account.takeAwayMeans':
    'Sesudahnya kata sandi saja cukup untuk masuk. Sesi Anda di perangkat lain berakhir. Ponsel hilang? Pakai kode pemulihan.',
  'account.renew': 'Buat kode pemulihan baru',
  'account.renewMeans': 'Sepuluh kode baru menggantikan yang lama, yang lalu tidak berlaku lagi.',
  'account.proofWrong': 'Kata sandi atau kode tidak cocok. Setiap kode hanya berlaku sekali.',
  'account.codeWrong':
    'Kode tidak cocok. Ketik kode yang sekarang tampil di aplikasi; bila gagal terus, samakan jam ponsel.',
  'account.codesLeft': 'Kode pemulihan yang belum dipakai: {{n}}.',
  'account.codesFew': 'Kode pemulihan yang belum dipakai tinggal {{n}}. Buat yang baru.',
  'account.recoveryTitle': 'Kode pemulihan',
  'account.recoveryIntro':
    'Langkah kedua terpasang. Simpan sepuluh kode ini di tempat aman, bukan di ponsel yang sama: masing-masing menggantikan kode aplikasi satu kali. Kode ini tidak ditampilkan lagi.',
  'account.recoveryRenewed':
    'Kode pemulihan yang lama tidak berlaku lagi. Simpan sepuluh kode ini di tempat aman, bukan di ponsel yang sama: masing-masing menggantikan kode aplikasi satu kali. Kode ini tidak ditampilkan lagi.',
  'account.print': 'Cetak',
  'account.recoveryDone': 'Sudah saya simpan',
  'account.sessions': 'Sesi',
  'account.sessionsIntro': 'Perangkat tempat Anda sedang masuk.',
  'account.device': 'Perangkat',
  'account.address': 'Alamat',
  'account.since': 'Masuk sejak',
  'account.seen': 'Terakhir dipakai',
  'account.idleUntil': 'Berakhir tanpa dipakai',
  'account.until': 'Paling lambat',
  'account.thisSession': 'sesi ini',
  'account.endSession': 'Akhiri',
  'account.endSessionOf': 'Akhiri sesi {{device}}, {{address}}',
  'account.endOthers': 'Akhiri semua sesi lain',
  'account.otherDevice': 'Perangkat tanpa nama',

  'copy.copy': 'Salin',
  'copy.copied': 'Tersalin',
  'copy.byHand': 'Tekan Ctrl+C untuk menyalin',

  'people.title': 'Pengguna',
  'people.list': 'Pengguna',
  'people.matrix': 'Hak tiap peran',
  'people.matrixIntro':
    'Setiap peran diberikan pada satu wilayah dan semua yang di bawahnya. Selain yang boleh, semuanya ditolak.',
  'people.may': 'boleh',
  'people.mayNot': 'tidak',
  'people.permission': 'Hak',
  'people.add': 'Tambah pengguna',
  'people.back': 'Kembali ke daftar',
  'people.none': 'Tidak ada pengguna dalam kewenangan Anda.',
  'people.roles': 'Peran',
  'people.nameAndRoles': 'Nama dan peran',
  'people.state': 'Keadaan',
  'people.active': 'Aktif',
  'people.disabled': 'Nonaktif',
  'people.mustChange': 'Harus ganti kata sandi',
  'people.secondFactor': 'Langkah kedua',
  'people.factorSet': 'terpasang',
  'people.factorNotSet': 'belum',
  'people.noRole': 'tanpa peran',
  'people.edit': 'Ubah',
  'people.editOf': 'Ubah {{name}}',
  'people.addIntro':
    'Kata sandi ini sementara: pengguna menggantinya saat pertama masuk. Sampaikan langsung, jangan lewat pesan.',
  'people.addSubmit': 'Tambah',
  'people.grants': 'Peran dan wilayah',
  'people.addGrant': 'Tambah peran',
  'people.removeGrant': 'Hapus peran {{grant}}',
  'people.save': 'Simpan',
  'people.saved': 'Tersimpan.',
  'people.temporaryPassword': 'Kata sandi sementara',
  'people.setPassword': 'Pasang kata sandi baru',
  'people.ownPassword':
    'Ini akun Anda sendiri: kata sandi dan langkah kedua diubah di Akun saya, dengan kata sandi Anda yang sekarang.',
  'people.toOwnAccount': 'Buka Akun saya',
  'people.setPasswordNote':
    'Semua sesi dan token skripnya berakhir, dan ia harus mengganti kata sandi ini saat masuk.',
  'people.passwordSet': 'Kata sandi baru terpasang.',
  'people.takeAwayFactor': 'Lepas langkah kedua',
  'people.takeAwayFactorMeans':
    'Lalu kata sandinya saja cukup untuk masuk, dan semua sesinya berakhir.',
  'people.factorTaken': 'Langkah kedua dilepas.',
  'people.endSessions': 'Akhiri semua sesinya',
  'people.endSessionsMeans': 'Ia keluar di semua perangkat dan harus masuk lagi.',
  'people.sessionsEnded': 'Semua sesinya berakhir.',
  'people.disable': 'Nonaktifkan',
  'people.disableMeans':
    'Semua sesinya berakhir, tokennya berhenti, dan ia tidak dapat masuk sampai diaktifkan lagi. Data dan catatannya tetap ada.',
  'people.enable': 'Aktifkan',
  'people.disabledNow': '{{name}} dinonaktifkan; semua sesinya berakhir.',
  'people.enabledNow': '{{name}} diaktifkan.',
  'people.access': 'Akses',

  'confirm.cancel': 'Batal',

  'tokens.title': 'Token',
  'tokens.intro':
    'Token membuka Posko untuk layar dinding atau skrip, tidak pernah lebih dari yang boleh dilakukan pemiliknya.',
  'tokens.none': 'Belum ada token.',
  'tokens.make': 'Buat token',
  'tokens.name': 'Nama token',
  'tokens.nameHint': 'Untuk mengenalinya, misalnya “Layar ruang kendali”',
  'tokens.kind': 'Untuk',
  'tokens.display': 'Layar dinding',
  'tokens.api': 'Skrip',
  'tokens.owner': 'Pemilik',
  'tokens.grant': 'Boleh',
  'tokens.expires': 'Berlaku sampai',
  'tokens.used': 'Terakhir dipakai',
  'tokens.never': 'belum pernah',
  'tokens.days': 'Berlaku berapa hari',
  'tokens.daysWrong': 'Tulis 1 sampai {{max}} hari.',
  'tokens.state': 'Keadaan',
  'tokens.active': 'Berlaku',
  'tokens.expired': 'Kedaluwarsa',
  'tokens.revoked': 'Dicabut',
  'tokens.revoke': 'Cabut',
  'tokens.revokeOf': 'Cabut token {{name}}',
  'tokens.displayReady':
    'Buka tautan ini di layar dinding. Siapa pun yang memilikinya dapat melihat peta; tautan ini hanya ditampilkan sekali.',
  'tokens.displayLink': 'Tautan layar dinding',
  'tokens.apiReady':
    'Simpan token ini sekarang; hanya ditampilkan sekali. Skrip mengirimnya di header Authorization: Bearer.',
  'tokens.apiSecret': 'Token',
  'tokens.done': 'Selesai',

  'log.title': 'Log',
  'log.intro': 'Siapa melakukan apa, terbaru di atas. Waktu dalam {{zone}}.',
  'log.none': 'Belum ada catatan.',
  'log.time': 'Waktu',
  'log.actor': 'Pelaku',
  'log.action': 'Tindakan',
  'log.subject': 'Terhadap',
  'log.region': 'Wilayah',
  'log.details': 'Rincian',
  'log.older': 'Tampilkan yang lebih lama',
  'log.newest': 'Muat ulang',
  'log.server': 'Server',
  'log.cli': 'Baris perintah',
} as const;
