/** What a mail server reports of one message that we sent (RFC 3464). */
export interface DeliveryReport {
  /** The envelope id that we gave the mail, if the server gives it back. */
  readonly envelopeId: string | null;
  /** Message-ID of the mail that is reported on, from its returned headers. */
  readonly messageId: string | null;
  readonly action: 'delivered' | 'failed' | 'delayed' | 'relayed' | 'expanded';
  /** Enhanced status code (RFC 3463): `2.0.0`, `5.1.1`. */
  readonly statusCode: string | null;
}

const MAXIMUM_CHARACTERS = 1_000_000;
const ACTIONS = ['delivered', 'failed', 'delayed', 'relayed', 'expanded'] as const;

/**
 * Reads a report out of a mail. Undefined for everything else: an answer of a person, an out-of-office message, a report of several
 * recipients that disagree (our letters have one).
 */
export function readDeliveryReport(mail: string): DeliveryReport | undefined {
  if (mail.length > MAXIMUM_CHARACTERS) return undefined;
  const [head, body] = split(mail.replaceAll('\r\n', '\n'));
  const type = head.get('content-type') ?? '';
  if (!/^multipart\/report\b/i.test(type) || !/report-type="?delivery-status/i.test(type)) return undefined;
  const boundary = /boundary="([^"]+)"|boundary=([^\s;]+)/i.exec(type);
  const parts = partsOf(body, boundary?.[1] ?? boundary?.[2] ?? '').map(split);
  const status = parts.find(([part]) => is(part, 'message/delivery-status'));
  if (status === undefined) return undefined;
  const groups = decoded(status)
    .trim()
    .split(/\n[ \t]*\n/)
    .map(fieldsOf);
  const recipients = groups.filter((group) => group.has('action'));
  const action = ACTIONS.find((one) => recipients.every((group) => sameWord(group.get('action'), one)));
  if (recipients.length === 0 || action === undefined) return undefined;
  const returned = parts.find(([part]) => is(part, 'message/rfc822') || is(part, 'text/rfc822-headers'));
  const original = returned === undefined ? undefined : fieldsOf(decoded(returned).split('\n\n')[0] ?? '');
  return {
    envelopeId: xtext(groups[0]?.get('original-envelope-id')),
    messageId: original?.get('message-id') ?? null,
    action,
    statusCode: /^\s*([245]\.\d{1,3}\.\d{1,3})/.exec(recipients[0]?.get('status') ?? '')?.[1] ?? null,
  };
}

type Part = readonly [ReadonlyMap<string, string>, string];

function split(text: string): Part {
  const end = text.indexOf('\n\n');
  return end === -1 ? [fieldsOf(text), ''] : [fieldsOf(text.slice(0, end)), text.slice(end + 2)];
}

/** Header fields by lower-case name, folded lines joined; of several of one name the first. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** The parts between the boundary lines; what stands before the first and after the last is for old mail programs. */
function partsOf(body: string, boundary: string): string[] {
  if (boundary === '') return [];
  return `\n${body}`
    .split(`\n--${boundary}`)
    .slice(1)
    .filter((part) => !part.startsWith('--'))
    .map((part) => part.replace(/^[ \t]*\n/, ''));
}

/** These parts are US-ASCII by their standard; a relay may still have encoded them. */
function decoded([head, body]: Part): string {
  const encoding = (head.get('content-transfer-encoding') ?? '').toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1').replaceAll('\r\n', '\n');
  if (encoding !== 'quoted-printable') return body;
  return body
    .replace(/=\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function is(head: ReadonlyMap<string, string>, type: string): boolean {
  return (head.get('content-type') ?? '').toLowerCase().startsWith(type);
}

function sameWord(text: string | undefined, word: string): boolean {
  return text !== undefined && text.split(/[\s(;]/)[0]?.toLowerCase() === word;
}

/** RFC 3461, section 4: `+2B` is a plus sign. */
function xtext(text: string | undefined): string | null {
  if (text === undefined) return null;
  return text.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
