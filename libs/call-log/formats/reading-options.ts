import { type Outcome, accepted, refused } from '#outcome/outcome.js';
import { CONTRACT_FIELDS, THREE_CX_FIELDS, THREE_CX_NEEDED } from './columns.js';
import type { DirectionRule } from './direction.js';
import {
  type AccountCodeRule,
  type CallFormat,
  DEFAULT_READING,
  type FileReading,
  contextsFrom,
} from './file-reading.js';
import { type AmbiguousRule, zoneNamed } from './local-time.js';

/** What the command line or a caller says of a file, as texts. */
export interface ReadingOptions {
  readonly format?: CallFormat | undefined;
  readonly source?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly ambiguous?: AmbiguousRule | undefined;
  /** Names separated by commas. */
  readonly columns?: string | undefined;
  readonly direction?: DirectionRule | undefined;
  /** `from-trunk=inbound,from-internal=outbound` */
  readonly contexts?: string | undefined;
  readonly accountCode?: AccountCodeRule | undefined;
}

const MAXIMUM_COLUMNS = 100;
const LOCAL_TIMES: ReadonlySet<CallFormat> = new Set(['asterisk', 'asterisk-custom', 'freeswitch', '3cx']);
const WITH_COLUMNS: ReadonlySet<CallFormat> = new Set(['asterisk-custom', 'freeswitch', '3cx']);
const CUSTOM_NEEDED = ['start', 'end', 'disposition'];
/** In a list of columns: not of interest. */
const IGNORED = '-';

/** Settles how a file is to be read, or says in one sentence which option is missing or wrong (code `wrong-usage`). */
export function readingFrom(options: ReadingOptions): Outcome<FileReading> {
  const format = options.format ?? DEFAULT_READING.format;
  const contexts = contextsFrom(options.contexts ?? '');
  if (contexts === undefined)
    return wrong(
      `--contexts "${options.contexts ?? ''}" must be pairs such as from-trunk=inbound,from-internal=outbound.`,
    );
  const columns = columnsFrom(format, options.columns);
  if (!columns.ok) return columns;
  if (options.source !== undefined && !isSource(options.source))
    return wrong(`--source must be 1 to 64 characters without control characters.`);
  if (options.source === undefined && LOCAL_TIMES.has(format) && columns.value?.includes('source') !== true)
    return wrong(
      `--format ${format} needs --source NAME: its rows do not name the switch, and source and id together are the identity of a call.`,
    );
  if (options.timeZone === undefined && LOCAL_TIMES.has(format))
    return wrong(
      `--format ${format} needs --time-zone ZONE, such as Europe/Amsterdam, or UTC where the switch writes UTC: its times have no offset.`,
    );
  if (options.timeZone !== undefined && zoneNamed(options.timeZone) === undefined)
    return wrong(
      `--time-zone "${options.timeZone}" is not a time zone known here. Use a name such as Europe/Amsterdam.`,
    );
  return accepted({
    format,
    source: options.source,
    timeZone: options.timeZone,
    ambiguous: options.ambiguous ?? DEFAULT_READING.ambiguous,
    columns: columns.value,
    direction: options.direction ?? DEFAULT_READING.direction,
    contexts,
    accountCode: options.accountCode ?? DEFAULT_READING.accountCode,
  });
}

function columnsFrom(format: CallFormat, text: string | undefined): Outcome<readonly string[] | undefined> {
  if (text === undefined) {
    return format === '3cx'
      ? wrong(
          '--format 3cx needs --columns: the fields in the order in which 3CX writes them (CDR settings, output fields), such as historyid,callid,duration,time-start,….',
        )
      : accepted(undefined);
  }
  if (!WITH_COLUMNS.has(format))
    return wrong(`--columns goes with ${[...WITH_COLUMNS].join(', ')}, not with ${format}.`);
  const columns = text.split(',').map((column) => column.trim());
  if (columns.length > MAXIMUM_COLUMNS) return wrong(`--columns names more than ${MAXIMUM_COLUMNS} columns.`);
  const named = columns.filter((column) => column !== IGNORED);
  if (named.includes(''))
    return wrong(`--columns has an empty name; write ${IGNORED} for a column that is not of interest.`);
  const twice = named.find((column, index) => named.indexOf(column) !== index);
  if (twice !== undefined) return wrong(`--columns names ${twice} twice.`);
  const unknown =
    format === '3cx'
      ? named.find((column) => !THREE_CX_FIELDS.has(column) && !isContractField(column))
      : undefined;
  if (unknown !== undefined)
    return wrong(
      `--columns names ${unknown}, which is no field of 3CX. They are ${[...THREE_CX_FIELDS].join(', ')}.`,
    );
  const needed = neededColumns(format).filter((column) => !named.includes(column));
  return needed.length === 0
    ? accepted(columns)
    : wrong(`--columns lacks ${needed.join(', ')}; without them a row of ${format} is no call.`);
}

function neededColumns(format: CallFormat): readonly string[] {
  if (format === '3cx') return THREE_CX_NEEDED;
  if (format === 'freeswitch') return ['uuid', 'start_stamp', 'end_stamp', 'destination_number'];
  return CUSTOM_NEEDED;
}

function isContractField(column: string): boolean {
  return CONTRACT_FIELDS.some((field) => field === column);
}

function isSource(source: string): boolean {
  return (
    source.length >= 1 && source.length <= 64 && ![...source].some((one) => one < ' ' || one === '\u007f')
  );
}

function wrong(message: string): ReturnType<typeof refused> {
  return refused('wrong-usage', message);
}
