import { type RecordContent, jsonFrom } from '../domain/record-from.js';
import { unansweredBy } from './freeswitch.js';
import { type RowReading, contentOfCall, secondsFrom } from './row.js';

/** mod_json_cdr writes every variable of the channel, its SDP too: far more than a record of ours may have. */
export const MAXIMUM_JSON_CDR_BYTES = 64 * 1024;
const OWN_PREFIX = 'fairline_';

/**
 * A document of mod_json_cdr (switch_ivr.c `switch_ivr_generate_json_cdr`): `variables` of the channel, URL-encoded by default, and
 * `callflow` with the profiles of the caller. Times are epochs, so no zone is needed. A dial plan can set `fairline_user`, `fairline_forwardedBy`
 * and the other fields of the contracts as variables; they come first.
 */
export function contentOfFreeswitchJson(bytes: Buffer, reading: RowReading): RecordContent {
  const document = jsonFrom(bytes, MAXIMUM_JSON_CDR_BYTES);
  if (!document.ok) return document;
  const { fields } = document;
  const variables = isObject(fields.variables) ? fields.variables : undefined;
  if (variables === undefined) {
    return {
      ok: false,
      rejection: { code: 'invalid', reason: 'variables is missing; a document of mod_json_cdr has it.' },
    };
  }
  const variable = (name: string) => decoded(textOf(variables, name));
  const profile = callerProfile(fields.callflow);
  const told = (name: string) => decoded(textOf(profile, name));
  const id = variable('uuid');
  const source = reading.source ?? textOf(fields, 'switchname');
  const originator = variable('originating_leg_uuid') || variable('originator');
  if (originator !== '') {
    return {
      ok: false,
      rejection: {
        code: 'invalid',
        reason: `variables.originator ${originator.slice(0, 60)} makes this the B leg of a call, whose A leg is billed. Set log-b-leg to false in json_cdr.conf.`,
      },
      source,
      id,
    };
  }
  const answer = epochOf(variable, 'answer');
  const user = variable('user_name') || told('username');
  return contentOfCall(
    {
      id,
      source,
      context: told('context'),
      from: told('caller_id_number') || variable('caller_id_number') || variable('sip_from_user'),
      to: told('destination_number') || variable('destination_number') || variable('sip_to_user'),
      fromUser: user,
      toUser: variable('dialed_user'),
      accountCode: variable('accountcode'),
      times: {
        start: epochOf(variable, 'start') ?? '',
        answer: answer ?? null,
        end: epochOf(variable, 'end') ?? '',
        totalSeconds: secondsFrom(variable('duration')),
        talkSeconds: answer === undefined ? undefined : secondsFrom(variable('billsec')),
      },
      unanswered: unansweredBy(variable('hangup_cause')),
      ip: told('network_addr') || variable('sip_network_ip'),
      trunk: variable('sip_gateway_name'),
    },
    reading,
    (field) => variable(`${OWN_PREFIX}${field}`),
  );
}

/** Microseconds where there are some, as text of seconds; 0 is what did not happen. */
function epochOf(variable: (name: string) => string, what: string): string | undefined {
  const micros = variable(`${what}_uepoch`);
  if (/^[1-9]\d{14,15}$/.test(micros)) return `${micros.slice(0, -6)}.${micros.slice(-6)}`;
  const seconds = variable(`${what}_epoch`);
  return /^0*$/.test(seconds) ? undefined : seconds;
}

/** The first profile is the call as it ended; older versions write one object instead of a list. */
function callerProfile(callflow: unknown): Readonly<Record<string, unknown>> {
  const flow: unknown = Array.isArray(callflow) ? callflow[0] : callflow;
  return isObject(flow) && isObject(flow.caller_profile) ? flow.caller_profile : {};
}

function textOf(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** By `encode-values`; what is not URL-encoded stays as it is. */
function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
