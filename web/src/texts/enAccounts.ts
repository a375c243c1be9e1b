import type { idAccounts } from './idAccounts.ts';

/** English: everything about people, sign-in and what they may. */
export const enAccounts: Readonly<Record<keyof typeof idAccounts, string>> = {
  'entrance.connecting': 'Contacting the server…',
  'entrance.unreachableTitle': 'The server cannot be reached',
  'entrance.unreachable':
    'Check the network, and whether the server is running. This page keeps trying by itself.',
  'entrance.notSetUpTitle': 'Posko is not set up yet',
  'entrance.notSetUp':
    'Open the set-up link that the server printed on its console (valid for 30 minutes; restart the server for a new one), or make the first administrator on the server with:',
  'entrance.notSetUpGoesOn': 'After that this page goes on by itself.',
  'entrance.linkTitle': 'This link does not work',
  'entrance.linkSignIn': 'Sign in with a name',
  'entrance.noRoleTitle': 'You have no role yet',
  'entrance.noRole':
    'You are signed in as {{name}}, but have no role in any region. Ask an administrator to give you one.',
  'entrance.askAgain': 'Check again',

  'setUp.title': 'Set Posko up',
  'setUp.intro':
    'Make the first administrator, who is also commander of all regions and can add other people.',
  'setUp.submit': 'Make and sign in',

  'field.name': 'User name',
  'field.nameRules': '2 to 32 letters a–z, digits, dots, dashes or underscores',
  'field.nameWrong':
    'Use 2 to 32 letters a–z, digits, dots, dashes or underscores, beginning with a letter or digit.',
  'field.fullName': 'Full name',
  'field.fullNameMissing': 'Enter the full name.',
  'field.password': 'Password',
  'field.oldPassword': 'Current password',
  'field.oldPasswordWrong': 'This is not the password that you have.',
  'field.newPassword': 'New password',
  'field.repeatPassword': 'Repeat the password',
  'field.passwordRules':
    '12 to 128 characters of any kind, spaces too. Not a common password, your own name, or a piece over and over.',
  'field.passwordLength': 'A password has 12 to 128 characters; this one has {{n}}.',
  'field.passwordDiffers': 'The two passwords are not the same.',
  'field.showPassword': 'Show or hide the password',
  'weakness.own_name':
    'This is the own name, or little more. Choose words that have nothing to do with it.',
  'weakness.common':
    'This is among the passwords that are tried first: a common one, or only words of the service and the own name. Add other words.',
  'weakness.repetition': 'This is a short piece over and over. Choose several different words.',
  'weakness.same_as_before': 'This is the password that you have now. Choose another one.',
  'weakness.refused': 'This password cannot be used. Choose another one.',
  'field.code': 'Code of the authenticator app',
  'field.codeHint': '6 digits; changes every 30 seconds',
  'field.recoveryCode': 'Recovery code',
  'field.recoveryCodeHint': 'One of the ten codes that you kept; works once',
  'field.role': 'Role',
  'field.region': 'Region',
  'field.regionHint': '64 province, 64.08 regency or city, 64.08.04 district, * all regions',
  'field.regionWrong': 'Name the region: a code that exists, such as 64.08, or * for all regions.',
  'field.regionNotYours': 'You may not give roles in this region.',
  'field.missing': 'This is needed.',

  'signIn.title': 'Sign in',
  'signIn.submit': 'Sign in',
  'signIn.codeTitle': 'Second step',
  'signIn.codeIntro': 'Signing in as {{name}}. Open the authenticator app on your phone.',
  'signIn.useRecovery': 'Use a recovery code',
  'signIn.useApp': 'Use the code of the app',
  'signIn.back': 'Back',
  'signIn.wait': 'Too many attempts failed. Tries again by itself in {{seconds}} s.',
  'signIn.waitChanged': 'Too many attempts failed. You can try again in {{seconds}} s.',

  'ended.title': 'The session has ended',
  'ended.intro': 'The map stays as it was last known. Enter your password to go on.',
  'ended.otherPerson': 'Not {{name}}? Sign in as somebody else',
  'ended.demo': 'This is a demo: open the link on the console of the server again.',
  'ended.displayTitle': 'The link of this screen no longer works',
  'ended.display':
    'It expired or was revoked; the map stays as it was last known. Ask an administrator to make a new screen token, and open its link on this screen.',
  'ended.signIn': 'Sign in with a name',

  'newPassword.title': 'Change password',
  'newPassword.must': 'Somebody else made the password you have. Make one that only you know.',
  'newPassword.submit': 'Change password',
  'newPassword.note': 'Your sessions on other devices and your tokens for scripts end with it.',
  'newPassword.done': 'The password is changed.',
  'newPassword.endsTokens':
    'Your tokens for scripts that will stop when the password is changed: {{names}}.',
  'newPassword.endedTokens':
    'Tokens for scripts that ended with it: {{n}}. If those scripts are still needed, make new ones under Tokens.',

  'leaving.now': 'Signing out…',
  'leaving.title': 'Not signed out yet',
  'leaving.stillIn':
    'The session of {{name}} on this computer may still be open: whoever uses this browser can see the map in your name.',
  'leaving.goesOn':
    'This page goes on trying by itself and shows the sign-in page once it is done. If you must leave now, lock this computer and ask an administrator to end your sessions.',
  'leaving.again': 'Try again now',
  'leaving.stay': 'Stay signed in',
  'left.title': 'Signed out of this computer, not yet at the server',
  'left.here':
    'This browser has forgotten the session of {{name}}: without a password, the map cannot be opened from here.',
  'left.there':
    'The server could not write it down because of a fault, so there the session may still be open.',
  'left.until': 'Unused, it ends by itself after {{hours}} hours.',
  'left.next':
    'If it must end now: once the server has recovered, sign in again and end it under My account, Sessions, or ask an administrator to end it.',
  'left.signIn': 'To the sign-in page',

  'band.plainHttp':
    'The connection is not encrypted (plain HTTP): anybody on this network can read where units are and take over your session. Ask the administrator to set up TLS (https).',

  'problem.unreachable': 'The server does not answer. Try again in a moment.',
  'problem.unexpected':
    'The answer of the server was not understood. Reload the page; if it happens again, tell the administrator.',

  'problem.details': 'Details',

  'menu.label': 'Account: {{who}}',
  'menu.account': 'My account',
  'menu.people': 'People',
  'menu.tokens': 'Tokens',
  'menu.log': 'Log',
  'menu.signOut': 'Sign out',
  'menu.display': 'Wall screen',
  'menu.close': 'Close',

  'role.viewer': 'Viewer',
  'role.dispatcher': 'Dispatcher',
  'role.commander': 'Commander',
  'role.administrator': 'Administrator',
  'role.integrator': 'Integrator',
  'roleMeans.viewer': 'Sees units and where they are on the map.',
  'roleMeans.dispatcher':
    'Like a viewer, and who carries a unit, and tracks (with a reason, which is logged).',
  'roleMeans.commander': 'Like a dispatcher, and exports tracks and reads the log.',
  'roleMeans.administrator':
    'Manages people, wall screens, tokens and personal data; sees the map and the log.',
  'roleMeans.integrator':
    'Connects other systems: makes tokens and reads the health of the server; sees the map.',
  'region.everywhere': 'all regions',

  'permission.map.view': 'See the base map',
  'permission.units.view': 'See units and where they are',
  'permission.people.view': 'See who carries a unit',
  'permission.tracks.view': 'See tracks (with a reason)',
  'permission.tracks.export': 'Export tracks (with a reason)',
  'permission.people.manage': 'Find, export, erase personal data (with a reason)',
  'permission.log.view': 'Read the log',
  'permission.users.manage': 'Manage people and their sessions',
  'permission.displays.manage': 'Manage wall screen tokens, and revoke tokens of others',
  'permission.tokens.make': 'Make tokens for scripts',
  'permission.health.view': 'Read the health of the server',

  'account.title': 'My account',
  'account.who': 'You',
  'account.secondFactor': 'Second step of signing in',
  'account.secondFactorOff':
    'Not set up. With it, a password that leaks is not enough to sign in. Setting it up ends your sessions on other devices.',
  'account.secondFactorOn': 'Set up: signing in needs a code of the authenticator app.',
  'account.enrol': 'Set up the second step',
  'account.scan':
    'Scan this with an authenticator app (Aegis, FreeOTP, Google Authenticator …), or type the key. Then enter the code that the app shows.',
  'account.qr': 'QR code for the authenticator app; the key is also written beside it',
  'account.secret': 'Key',
  'account.confirm': 'Set up',
  'account.cancel': 'Cancel',
  'account.takeAway': 'Take the second step away',
  'account.takeAwayMeans':
    'After that the password alone signs you in. Your sessions on other devices end. Phone lost? Use a recovery code.',
  'account.renew': 'Make new recovery codes',
  'account.renewMeans': 'Ten new codes take the place of the old ones, which then count no more.',
  'account.proofWrong': 'Password or code do not match. Each code counts only once.',
  'account.codeWrong':
    'The code does not match. Type the one that the app shows now; if it goes on failing, set the clock of the phone.',
  'account.codesLeft': 'Recovery codes not used yet: {{n}}.',
  'account.codesFew': 'Only {{n}} recovery codes are left. Make new ones.',
  'account.recoveryTitle': 'Recovery codes',
  'account.recoveryIntro':
    'The second step is set up. Keep these ten codes in a safe place, not on the same phone: each stands once for a code of the app. They are not shown again.',
  'account.recoveryRenewed':
    'The old recovery codes count no more. Keep these ten codes in a safe place, not on the same phone: each stands once for a code of the app. They are not shown again.',
  'account.print': 'Print',
  'account.recoveryDone': 'I have kept them',
  'account.sessions': 'Sessions',
  'account.sessionsIntro': 'Devices on which you are signed in.',
  'account.device': 'Device',
  'account.address': 'Address',
  'account.since': 'Signed in since',
  'account.seen': 'Last used',
  'account.idleUntil': 'Ends unused',
  'account.until': 'At the latest',
  'account.thisSession': 'this session',
  'account.endSession': 'End',
  'account.endSessionOf': 'End the session {{device}}, {{address}}',
  'account.endOthers': 'End all other sessions',
  'account.otherDevice': 'Device without a name',

  'copy.copy': 'Copy',
  'copy.copied': 'Copied',
  'copy.byHand': 'Press Ctrl+C to copy',

  'people.title': 'People',
  'people.list': 'People',
  'people.matrix': 'What each role may do',
  'people.matrixIntro':
    'Each role is given on a region and all below it. Whatever is not allowed is refused.',
  'people.may': 'allowed',
  'people.mayNot': 'no',
  'people.permission': 'Permission',
  'people.add': 'Add a person',
  'people.back': 'Back to the list',
  'people.none': 'There is nobody whom you may manage.',
  'people.roles': 'Roles',
  'people.nameAndRoles': 'Name and roles',
  'people.state': 'State',
  'people.active': 'Active',
  'people.disabled': 'Disabled',
  'people.mustChange': 'Must change the password',
  'people.secondFactor': 'Second step',
  'people.factorSet': 'set up',
  'people.factorNotSet': 'not set up',
  'people.noRole': 'no role',
  'people.edit': 'Edit',
  'people.editOf': 'Edit {{name}}',
  'people.addIntro':
    'This password is temporary: it is changed at the first sign-in. Tell it in person, not in a message.',
  'people.addSubmit': 'Add',
  'people.grants': 'Roles and regions',
  'people.addGrant': 'Add a role',
  'people.removeGrant': 'Remove the role {{grant}}',
  'people.save': 'Save',
  'people.saved': 'Saved.',
  'people.temporaryPassword': 'Temporary password',
  'people.setPassword': 'Set a new password',
  'people.ownPassword':
    'This is your own account: password and second step are changed under My account, with the password that you have.',
  'people.toOwnAccount': 'Open My account',
  'people.setPasswordNote':
    'All their sessions and tokens for scripts end, and they must change this password when they sign in.',
  'people.passwordSet': 'The new password is set.',
  'people.takeAwayFactor': 'Take the second step away',
  'people.takeAwayFactorMeans':
    'The password alone then signs them in, and all their sessions end.',
  'people.factorTaken': 'The second step is taken away.',
  'people.endSessions': 'End all their sessions',
  'people.endSessionsMeans': 'They are signed out on all devices and must sign in again.',
  'people.sessionsEnded': 'All their sessions have ended.',
  'people.disable': 'Disable',
  'people.disableMeans':
    'All their sessions end, their tokens stop, and they cannot sign in until enabled again. Nothing of theirs is deleted.',
  'people.enable': 'Enable',
  'people.disabledNow': '{{name}} is disabled; all their sessions have ended.',
  'people.enabledNow': '{{name}} is enabled.',
  'people.access': 'Access',

  'confirm.cancel': 'Cancel',

  'tokens.title': 'Tokens',
  'tokens.intro':
    'A token opens Posko for a wall screen or a script, and never allows more than its owner may do.',
  'tokens.none': 'There are no tokens yet.',
  'tokens.make': 'Make a token',
  'tokens.name': 'Name of the token',
  'tokens.nameHint': 'To know it by, such as “Control room screen”',
  'tokens.kind': 'For',
  'tokens.display': 'Wall screen',
  'tokens.api': 'Script',
  'tokens.owner': 'Owner',
  'tokens.grant': 'May',
  'tokens.expires': 'Valid until',
  'tokens.used': 'Last used',
  'tokens.never': 'never',
  'tokens.days': 'Valid for how many days',
  'tokens.daysWrong': 'Enter 1 to {{max}} days.',
  'tokens.state': 'State',
  'tokens.active': 'Valid',
  'tokens.expired': 'Expired',
  'tokens.revoked': 'Revoked',
  'tokens.revoke': 'Revoke',
  'tokens.revokeOf': 'Revoke the token {{name}}',
  'tokens.displayReady':
    'Open this link on the wall screen. Whoever has it can see the map; it is shown only once.',
  'tokens.displayLink': 'Link of the wall screen',
  'tokens.apiReady':
    'Keep this token now; it is shown only once. Scripts send it in the header Authorization: Bearer.',
  'tokens.apiSecret': 'Token',
  'tokens.done': 'Done',

  'log.title': 'Log',
  'log.intro': 'Who did what, newest first. Times in {{zone}}.',
  'log.none': 'Nothing has been logged yet.',
  'log.time': 'Time',
  'log.actor': 'Who',
  'log.action': 'What',
  'log.subject': 'To what',
  'log.region': 'Region',
  'log.details': 'Details',
  'log.older': 'Show older ones',
  'log.newest': 'Reload',
  'log.server': 'Server',
  'log.cli': 'Command line',
};
