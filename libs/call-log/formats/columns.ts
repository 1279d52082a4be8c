/** The fields of the contracts' object, as header of a CSV file and as names of columns (contracts section 1). */
export const CONTRACT_FIELDS = [
  'type',
  'source',
  'id',
  'account',
  'user',
  'forwardedBy',
  'direction',
  'from',
  'to',
  'startedAt',
  'answeredAt',
  'endedAt',
  'durationSeconds',
  'disposition',
  'ip',
  'trunk',
] as const;

/** Master.csv of Asterisk, main/cdr/cdr_csv.c `build_csv_record`: always these, in this order. */
const MASTER = [
  'accountcode',
  'src',
  'dst',
  'dcontext',
  'clid',
  'channel',
  'dstchannel',
  'lastapp',
  'lastdata',
  'start',
  'answer',
  'end',
  'duration',
  'billsec',
  'disposition',
  'amaflags',
] as const;
/** Behind them by cdr.conf [csv]: `loguniqueid`, `loguserfield`, `newcdrcolumns`; each by itself. */
const NEW_COLUMNS = ['peeraccount', 'linkedid', 'sequence'] as const;
export const MASTER_MINIMUM = MASTER.length;
export const MASTER_MAXIMUM = MASTER.length + 2 + NEW_COLUMNS.length;
/** `ast_channel_alloc`: seconds and a counter, behind the system name where there is one. */
const UNIQUE_ID = /^(?:.{1,100}-)?\d{9,11}\.\d{1,12}$/;

const BEHIND = {
  neither: [],
  uniqueid: ['uniqueid'],
  userfield: ['userfield'],
  both: ['uniqueid', 'userfield'],
} as const;
/** Each list once: places of columns are looked up by the list itself. */
const OLD_MASTERS = mastersWith([]);
const NEW_MASTERS = mastersWith(NEW_COLUMNS);

function mastersWith(last: readonly string[]) {
  const columns = (behind: keyof typeof BEHIND): readonly string[] => [...MASTER, ...BEHIND[behind], ...last];
  return {
    neither: columns('neither'),
    uniqueid: columns('uniqueid'),
    userfield: columns('userfield'),
    both: columns('both'),
  };
}

/** @returns the columns of a row of Master.csv, told by how many there are; undefined for a number that can't be */
export function masterColumns(row: readonly string[]): readonly string[] | undefined {
  const hasNew = row.length >= MASTER.length + NEW_COLUMNS.length;
  const more = row.length - MASTER.length - (hasNew ? NEW_COLUMNS.length : 0);
  const masters = hasNew ? NEW_MASTERS : OLD_MASTERS;
  if (more === 0) return masters.neither;
  if (more === 1) return UNIQUE_ID.test(row[MASTER.length] ?? '') ? masters.uniqueid : masters.userfield;
  return more === 2 ? masters.both : undefined;
}

/** The sample mapping of Asterisk, configs/samples/cdr_custom.conf.sample, `Master.csv`. */
export const CUSTOM_SAMPLE: readonly string[] = [
  'clid',
  'src',
  'dst',
  'dcontext',
  'channel',
  'dstchannel',
  'lastapp',
  'lastdata',
  'start',
  'answer',
  'end',
  'duration',
  'billsec',
  'disposition',
  'amaflags',
  'accountcode',
  'uniqueid',
  'userfield',
  'sequence',
];

/**
 * Both templates that FreeSWITCH brings: the one built into mod_cdr_csv.c (`default_template`, 13 columns, a blank before the last), and
 * `example` of conf/vanilla/autoload_configs/cdr_csv.conf.xml, which has two more. `linksys` (17) and `snom` (20) there begin the same.
 */
export const FREESWITCH_EXAMPLE: readonly string[] = [
  'caller_id_name',
  'caller_id_number',
  'destination_number',
  'context',
  'start_stamp',
  'answer_stamp',
  'end_stamp',
  'duration',
  'billsec',
  'hangup_cause',
  'uuid',
  'bleg_uuid',
  'accountcode',
  'read_codec',
  'write_codec',
];
export const FREESWITCH_COUNTS: ReadonlySet<number> = new Set([13, 15, 17, 20]);

/** 3CX management guide, `CDR Output fields`: the administrator chooses which and in which order, so the command line names them. */
export const THREE_CX_FIELDS: ReadonlySet<string> = new Set([
  'historyid',
  'callid',
  'duration',
  'time-start',
  'time-answered',
  'time-end',
  'reason-terminated',
  'from-no',
  'to-no',
  'from-dn',
  'to-dn',
  'dial-no',
  'reason-changed',
  'final-number',
  'final-dn',
  'bill-code',
  'bill-rate',
  'bill-cost',
  'bill-name',
  'chain',
  'from-type',
  'to-type',
  'final-type',
  'from-dispname',
  'to-dispname',
  'final-dispname',
  'missed-queue-calls',
]);
/** As the sample was before Asterisk 13, without a sequence. */
export const CUSTOM_SAMPLE_OLD: readonly string[] = CUSTOM_SAMPLE.slice(0, -1);
export const THREE_CX_NEEDED: readonly string[] = [
  'callid',
  'time-start',
  'time-answered',
  'time-end',
  'from-no',
  'to-no',
];
