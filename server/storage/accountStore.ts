import type { Pool } from 'pg';
import { appendLog, readLog } from './log/logStore.ts';
import {
  resealTotp,
  setRecoveryCodes,
  setTotp,
  takeRecoveryCode,
  takeTotpStep,
} from './secondFactorStore.ts';
import {
  addSession,
  dropSessions,
  endSession,
  endSessionsOf,
  sessionByHash,
  sessionsOf,
  touchSession,
} from './sessionStore.ts';
import { addToken, listTokens, revokeToken, tokenByHash, touchToken } from './tokenStore.ts';
import {
  addFirstAdministrator,
  addUser,
  changeUser,
  countAdministrators,
  listUsers,
  rehashPassword,
  setPassword,
  userByKey,
  userByName,
} from './userStore.ts';

/**
 * What the database keeps of accounts, as the interface that accounts work with
 * (server/accounts/accountRecords.ts). Each change writes its deed to the log in the same
 * transaction.
 */
export function createAccountRecords(pool: Pool) {
  return {
    countAdministrators: countAdministrators.bind(undefined, pool),
    addUser: addUser.bind(undefined, pool),
    addFirstAdministrator: addFirstAdministrator.bind(undefined, pool),
    listUsers: listUsers.bind(undefined, pool),
    userByName: userByName.bind(undefined, pool),
    userByKey: userByKey.bind(undefined, pool),
    changeUser: changeUser.bind(undefined, pool),
    setPassword: setPassword.bind(undefined, pool),
    rehashPassword: rehashPassword.bind(undefined, pool),
    setTotp: setTotp.bind(undefined, pool),
    takeTotpStep: takeTotpStep.bind(undefined, pool),
    takeRecoveryCode: takeRecoveryCode.bind(undefined, pool),
    setRecoveryCodes: setRecoveryCodes.bind(undefined, pool),
    resealTotp: resealTotp.bind(undefined, pool),
    addSession: addSession.bind(undefined, pool),
    sessionByHash: sessionByHash.bind(undefined, pool),
    sessionsOf: sessionsOf.bind(undefined, pool),
    touchSession: touchSession.bind(undefined, pool),
    endSession: endSession.bind(undefined, pool),
    endSessionsOf: endSessionsOf.bind(undefined, pool),
    dropSessions: dropSessions.bind(undefined, pool),
    addToken: addToken.bind(undefined, pool),
    tokenByHash: tokenByHash.bind(undefined, pool),
    listTokens: listTokens.bind(undefined, pool),
    touchToken: touchToken.bind(undefined, pool),
    revokeToken: revokeToken.bind(undefined, pool),
    appendLog: appendLog.bind(undefined, pool),
    readLog: readLog.bind(undefined, pool),
  };
}
