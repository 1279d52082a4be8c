import type { LocalDate } from '#calendar/local-date.js';
import type { Finding } from './finding.js';

export type Language = 'nl' | 'en';

/** What an explanation needs of a finding, as judged or as stored. */
export type ExplainedFinding = Pick<
  Finding,
  'rule' | 'day' | 'windowFrom' | 'first' | 'second' | 'cohort'
> & {
  readonly days: readonly Pick<Finding['days'][number], 'day' | 'counts'>[];
  readonly episodes: readonly Pick<
    Finding['episodes'][number],
    'user' | 'number' | 'seconds' | 'countedOn'
  >[];
  readonly bursts: readonly Pick<Finding['bursts'][number], 'day' | 'shortCalls' | 'judgedCalls'>[];
};

/**
 * What was found, against whom it was compared, and where the limit lies: in sentences for somebody who knows no telephony, with the
 * figures of the finding. The account manager reads them in the case, the customer in the notice.
 */
export function explainFinding(finding: ExplainedFinding, language: Language): string {
  const words = WORDS[language];
  return [words.period(finding), words[finding.rule](finding), words.compared(finding)].join(' ');
}

interface Words {
  period(finding: ExplainedFinding): string;
  compared(finding: ExplainedFinding): string;
  'excess-over-average'(finding: ExplainedFinding): string;
  'long-open-line'(finding: ExplainedFinding): string;
  'short-call-burst'(finding: ExplainedFinding): string;
}

const nl: Words = {
  period: ({ windowFrom, day }) =>
    `Bekeken zijn de dagen van ${date(windowFrom, 'nl')} tot en met ${date(day, 'nl')}.`,
  'excess-over-average': ({ first, second, cohort }) =>
    `Er is per gebruiker gemiddeld ${figure(first.value, 'nl')} minuten per dag gebeld; een vergelijkbare klant belt gemiddeld ${figure(cohort.mean, 'nl')} minuten, en tot ${figure(first.limit, 'nl')} minuten is gewoon gebruik. Op ${plural(second.value, 'dag', 'dagen')} was het ook duidelijk meer dan anderen op dezelfde dag; bij ${plural(second.limit, 'zo’n dag', 'zulke dagen', 'nl')} is de grens bereikt.`,
  'long-open-line': ({ first, second, cohort, episodes }) =>
    `Een gebruiker heeft ${first.value} keer een lijn urenlang open laten staan (of na het verbreken meteen opnieuw gebeld); bij ${first.limit} keer is de grens bereikt. ${longest(episodes, 'nl')} Per gebruiker gebeurde dit ${figure(second.value, 'nl')} keer, bij vergelijkbare klanten gemiddeld ${figure(cohort.mean, 'nl')} keer; de grens is ${figure(second.limit, 'nl')}.`,
  'short-call-burst': ({ first, second, cohort, bursts }) =>
    `Op ${plural(first.value, 'dag', 'dagen')} zijn in korte tijd zeer veel heel korte gesprekken gevoerd; bij ${plural(first.limit, 'dag', 'dagen', 'nl')} is de grens bereikt. ${busiest(bursts, 'nl')} Van alle gesprekken was ${percentage(second.value, 'nl')} heel kort, bij vergelijkbare klanten gemiddeld ${percentage(cohort.mean, 'nl')}; de grens is ${percentage(second.limit, 'nl')}.`,
  compared: ({ cohort }) =>
    `Vergeleken is met ${cohort.accounts} andere klanten ${cohort.plan === null ? 'met onbeperkt bellen' : 'met hetzelfde abonnement'}.`,
};

const en: Words = {
  period: ({ windowFrom, day }) =>
    `The days from ${date(windowFrom, 'en')} through ${date(day, 'en')} were looked at.`,
  'excess-over-average': ({ first, second, cohort }) =>
    `On average, each user called ${figure(first.value, 'en')} minutes a day; a comparable customer calls ${figure(cohort.mean, 'en')} minutes, and up to ${figure(first.limit, 'en')} minutes is normal use. On ${plural(second.value, 'day', 'days')} it was also clearly more than others called on the same day; the limit is reached at ${plural(second.limit, 'such day', 'such days', 'en')}.`,
  'long-open-line': ({ first, second, cohort, episodes }) =>
    `One user left a line open for hours (or dialled again at once after it was cut) ${first.value} times; the limit is reached at ${first.limit} times. ${longest(episodes, 'en')} Per user this happened ${figure(second.value, 'en')} times, with comparable customers ${figure(cohort.mean, 'en')} times on average; the limit is ${figure(second.limit, 'en')}.`,
  'short-call-burst': ({ first, second, cohort, bursts }) =>
    `On ${plural(first.value, 'day', 'days')} a very large number of very short calls was made in a short time; the limit is reached at ${plural(first.limit, 'day', 'days', 'en')}. ${busiest(bursts, 'en')} Of all calls ${percentage(second.value, 'en')} were very short, with comparable customers ${percentage(cohort.mean, 'en')} on average; the limit is ${percentage(second.limit, 'en')}.`,
  compared: ({ cohort }) =>
    `The comparison is with ${cohort.accounts} other customers ${cohort.plan === null ? 'with unlimited calling' : 'on the same plan'}.`,
};

const WORDS: Readonly<Record<Language, Words>> = { nl, en };

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  nl: 'januari februari maart april mei juni juli augustus september oktober november december'.split(' '),
  en: 'January February March April May June July August September October November December'.split(' '),
};

function date(day: LocalDate, language: Language): string {
  const [year = '', month = '', dayOfMonth = ''] = day.split('-');
  return `${Number(dayOfMonth)} ${MONTHS[language][Number(month) - 1] ?? month} ${year}`;
}

function longest(episodes: ExplainedFinding['episodes'], language: Language): string {
  const [first] = episodes.toSorted((a, b) => b.seconds - a.seconds);
  if (first === undefined) return '';
  const hours = figure(first.seconds / 3600, language);
  return language === 'nl'
    ? `De langste keer duurde ${hours} uur: ${first.user} naar ${first.number}.`
    : `The longest time lasted ${hours} hours: ${first.user} to ${first.number}.`;
}

function busiest(bursts: ExplainedFinding['bursts'], language: Language): string {
  const [first] = bursts.toSorted((a, b) => b.shortCalls - a.shortCalls);
  if (first === undefined) return '';
  return language === 'nl'
    ? `Het drukst was het op ${date(first.day, 'nl')}: ${first.shortCalls} heel korte van ${first.judgedCalls} gesprekken achter elkaar.`
    : `The busiest was ${date(first.day, 'en')}: ${first.shortCalls} very short ones of ${first.judgedCalls} calls in a row.`;
}

/** At most two decimals, small figures in more, with the decimal sign of the language. */
function figure(value: number, language: Language): string {
  const decimals = value !== 0 && Math.abs(value) < 0.1 ? 4 : Number.isInteger(value) ? 0 : 2;
  const text = value.toFixed(decimals);
  return language === 'nl' ? text.replace('.', ',') : text;
}

function percentage(share: number, language: Language): string {
  return `${figure(Math.round(share * 10_000) / 100, language)}%`;
}

function plural(count: number, one: string, many: string, language: Language = 'en'): string {
  return `${figure(count, language)} ${count === 1 ? one : many}`;
}
