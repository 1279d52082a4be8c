import type { Assignments, UserAssignment } from '#accounts/domain/assignments.js';
import { normaliseNumber } from '#numbering/phone-number.js';
import type { CallRecord, Rejection } from './call-record.js';

export type Assigned =
  | { readonly ok: true; readonly account: string; readonly user: UserAssignment | undefined }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Whose call it is (contracts section 1): the account as sent; else by `user`, then `forwardedBy`, then `from` (outbound, not of a
 * forwarded leg) or `to` (inbound), as numbers and users were assigned at the start of the call.
 */
export function assignAccount(record: CallRecord, assignments: Assignments): Assigned {
  if (record.account !== null) {
    if (!assignments.accounts.has(record.account)) return unknown(`Account ${record.account} is not known.`);
    return { ok: true, account: record.account, user: payingUser(record, assignments, record.account) };
  }
  const account =
    (record.user === null ? undefined : assignments.user(record.user, record.startedAt)?.account) ??
    accountOfForwarder(record, assignments) ??
    accountOfNumber(record, assignments);
  if (account !== undefined) return { ok: true, account, user: payingUser(record, assignments, account) };
  return unknown(`${describeAttempts(record)} belonged to no account when the call started.`);
}

function accountOfForwarder(record: CallRecord, assignments: Assignments): string | undefined {
  if (record.forwardedBy === null) return undefined;
  const user = assignments.user(record.forwardedBy, record.startedAt);
  if (user !== undefined) return user.account;
  const number = normaliseNumber(record.forwardedBy);
  return number === undefined ? undefined : assignments.number(number, record.startedAt)?.account;
}

/** The account's own end of the call; of a forwarded leg `from` is only the caller shown. */
function ownNumber(record: CallRecord): string | null {
  if (record.direction === 'inbound') return record.to;
  return record.forwardedBy === null ? record.from : null;
}

function accountOfNumber(record: CallRecord, assignments: Assignments): string | undefined {
  const number = ownNumber(record);
  return number === null ? undefined : assignments.number(number, record.startedAt)?.account;
}

/** The seat whose call it is: who forwarded it, else the user as sent, else the user of the number. */
function payingUser(
  record: CallRecord,
  assignments: Assignments,
  account: string,
): UserAssignment | undefined {
  const at = record.startedAt;
  if (record.forwardedBy !== null) {
    const number = normaliseNumber(record.forwardedBy);
    const forwarder =
      assignments.user(record.forwardedBy, at) ??
      (number === undefined ? undefined : assignments.userOfNumber(number, at));
    if (forwarder?.account === account) return forwarder;
  }
  const sent = record.user === null ? undefined : assignments.user(record.user, at);
  if (sent?.account === account) return sent;
  const number = ownNumber(record);
  const byNumber = number === null ? undefined : assignments.userOfNumber(number, at);
  return byNumber?.account === account ? byNumber : undefined;
}

function describeAttempts(record: CallRecord): string {
  const tried = [
    record.user === null ? undefined : `user ${record.user}`,
    record.forwardedBy === null ? undefined : `forwardedBy ${record.forwardedBy}`,
    ownNumber(record) === null && record.user === null && record.forwardedBy === null
      ? 'an anonymous caller'
      : undefined,
    ownNumber(record) === null
      ? undefined
      : `${record.direction === 'inbound' ? 'to' : 'from'} ${ownNumber(record)}`,
  ].filter((attempt) => attempt !== undefined);
  const sentence = tried.join(' and ');
  return `${sentence[0]?.toUpperCase() ?? ''}${sentence.slice(1)}`;
}

function unknown(reason: string): Assigned {
  return { ok: false, rejection: { code: 'unknown-account', reason } };
}
