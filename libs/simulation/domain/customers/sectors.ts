import type { TalkShape } from '../talk-time.js';

/**
 * A trade and how it telephones. To add one, append it here: nothing else knows the list (docs/contexts/simulation.md).
 * Rates are thousandths; hours are the weights of 00:00 to 23:00 on the wall clock, one digit an hour.
 */
export interface Sector {
  readonly id: string;
  /** How many accounts of 100 or so are of it. */
  readonly share: number;
  /** First words of the name of a business: "Bakkerij". */
  readonly businesses: readonly string[];
  /** Calls of one seat on an ordinary weekday, of all directions, in tenths. */
  readonly callsPerSeat: number;
  readonly inbound: number;
  readonly internal: number;
  /** Of inbound calls: forwarded or transferred to another number, mostly a mobile. */
  readonly forwarded: number;
  readonly abroad: number;
  readonly medianTalkSeconds: number;
  readonly talkShape: TalkShape;
  readonly weekday: string;
  readonly saturday: string;
  readonly sunday: string;
  /** Calls on a Saturday, Sunday, public holiday, and in the school holidays of its region, of those on a weekday. */
  readonly saturdayLevel: number;
  readonly sundayLevel: number;
  readonly holidayLevel: number;
  readonly schoolHolidayLevel: number;
  /** Somebody is awake all night: has a call over the hour in which the clocks change. */
  readonly nightWatch?: boolean;
  /** Bigger or smaller than the average customer. */
  readonly seatsLevel?: number;
}

/*                         0     6     12    18   23 */
const OFFICE_WEEKDAY /* */ = '000000014898579875210000';
const SHOP_WEEKDAY /*   */ = '000000003698689875200000';
const NO_HOURS /*       */ = '000000000112222110000000';

const office = {
  inbound: 450,
  internal: 90,
  forwarded: 20,
  abroad: 30,
  medianTalkSeconds: 105,
  talkShape: 'mixed',
  weekday: OFFICE_WEEKDAY,
  saturday: '000000000123332210000000',
  sunday: NO_HOURS,
  saturdayLevel: 50,
  sundayLevel: 15,
  holidayLevel: 30,
  schoolHolidayLevel: 800,
} as const;

const shop = {
  ...office,
  inbound: 560,
  internal: 30,
  abroad: 8,
  medianTalkSeconds: 72,
  talkShape: 'even',
  weekday: SHOP_WEEKDAY,
  saturday: '000000002699898700000000',
  saturdayLevel: 900,
  sundayLevel: 40,
  holidayLevel: 60,
  schoolHolidayLevel: 1050,
} as const;

export const SECTORS: readonly Sector[] = [
  { ...office, id: 'office', share: 14, businesses: ['Advies', 'Administratiekantoor'], callsPerSeat: 75 },
  {
    ...office,
    id: 'law',
    share: 6,
    businesses: ['Advocaten', 'Notariaat'],
    callsPerSeat: 66,
    medianTalkSeconds: 150,
    abroad: 25,
  },
  {
    ...shop,
    id: 'bakery',
    share: 7,
    businesses: ['Bakkerij', 'Banketbakkerij'],
    callsPerSeat: 55,
    weekday: '000002369997665432000000',
  },
  { ...shop, id: 'retail', share: 11, businesses: ['Fietsen', 'Bloemen', 'Wonen'], callsPerSeat: 60 },
  {
    ...office,
    id: 'care',
    share: 7,
    businesses: ['Zorggroep', 'Thuiszorg'],
    callsPerSeat: 78,
    inbound: 480,
    internal: 140,
    abroad: 3,
    weekday: '211112589997678765443322',
    saturday: '211112478887677654333222',
    sunday: '211112478887677654333222',
    saturdayLevel: 550,
    sundayLevel: 500,
    holidayLevel: 520,
    schoolHolidayLevel: 950,
    nightWatch: true,
    seatsLevel: 1400,
  },
  {
    ...office,
    id: 'school',
    share: 5,
    businesses: ['Basisschool', 'Lyceum'],
    callsPerSeat: 46,
    inbound: 600,
    abroad: 4,
    medianTalkSeconds: 88,
    weekday: '000000029963554883000000',
    saturdayLevel: 10,
    sundayLevel: 5,
    schoolHolidayLevel: 70,
    seatsLevel: 1300,
  },
  {
    ...shop,
    id: 'garage',
    share: 8,
    businesses: ['Garage', 'Autobedrijf'],
    callsPerSeat: 88,
    forwarded: 50,
    medianTalkSeconds: 90,
    saturday: '000000004898740000000000',
    saturdayLevel: 450,
    sundayLevel: 10,
  },
  {
    ...office,
    id: 'estate-agent',
    share: 6,
    businesses: ['Makelaardij', 'Vastgoed'],
    callsPerSeat: 90,
    forwarded: 80,
    medianTalkSeconds: 125,
    saturday: '000000000378864200000000',
    saturdayLevel: 400,
  },
  {
    ...office,
    id: 'wholesale',
    share: 8,
    businesses: ['Groothandel', 'Import'],
    callsPerSeat: 82,
    abroad: 120,
    medianTalkSeconds: 115,
    weekday: '000000168998679874210000',
  },
  {
    ...office,
    id: 'construction',
    share: 7,
    businesses: ['Bouwbedrijf', 'Installatiebedrijf'],
    callsPerSeat: 80,
    forwarded: 60,
    abroad: 6,
    medianTalkSeconds: 85,
    weekday: '000000489997488861000000',
    schoolHolidayLevel: 650,
  },
  {
    ...office,
    id: 'transport',
    share: 4,
    businesses: ['Transport', 'Koeriers'],
    callsPerSeat: 100,
    abroad: 90,
    medianTalkSeconds: 70,
    weekday: '111235788877677776543211',
    saturday: '111123455554444332211111',
    saturdayLevel: 350,
    sundayLevel: 120,
    nightWatch: true,
  },
  {
    ...shop,
    id: 'medical',
    share: 5,
    businesses: ['Huisartsenpraktijk', 'Tandartspraktijk'],
    callsPerSeat: 95,
    inbound: 700,
    abroad: 2,
    medianTalkSeconds: 110,
    weekday: '000000009986379642000000',
    saturdayLevel: 20,
    sundayLevel: 10,
    schoolHolidayLevel: 850,
  },
  {
    ...shop,
    id: 'restaurant',
    share: 5,
    businesses: ['Restaurant', 'Eetcafé'],
    callsPerSeat: 48,
    inbound: 760,
    abroad: 12,
    medianTalkSeconds: 62,
    weekday: '000000000123346788986320',
    saturday: '000000000234456799997432',
    sunday: '000000000234456788875321',
    saturdayLevel: 1700,
    sundayLevel: 1300,
    holidayLevel: 900,
  },
  {
    ...shop,
    id: 'hotel',
    share: 3,
    businesses: ['Hotel', 'Pension'],
    callsPerSeat: 85,
    inbound: 620,
    internal: 200,
    abroad: 150,
    medianTalkSeconds: 95,
    talkShape: 'mixed',
    weekday: '321122467877766778887654',
    saturday: '321122467877766778887654',
    sunday: '321122467877766778887654',
    saturdayLevel: 950,
    sundayLevel: 850,
    holidayLevel: 900,
    schoolHolidayLevel: 1250,
    nightWatch: true,
  },
  {
    ...office,
    id: 'club',
    share: 4,
    businesses: ['Kerkgenootschap', 'Sportvereniging'],
    callsPerSeat: 18,
    abroad: 4,
    medianTalkSeconds: 140,
    talkShape: 'uneven',
    weekday: '000000001333224434899510',
    saturday: '000000013666544333221000',
    sunday: '000000039971122333210000',
    saturdayLevel: 1300,
    sundayLevel: 1500,
    holidayLevel: 1200,
    seatsLevel: 350,
  },
];

/** Not among the ordinary ones: the look-alikes need them. */
export const HELP_DESK: Sector = {
  ...office,
  id: 'help-desk',
  share: 0,
  businesses: ['Servicedesk'],
  callsPerSeat: 450,
  inbound: 930,
  internal: 20,
  medianTalkSeconds: 190,
  talkShape: 'even',
};
export const CALL_CENTRE: Sector = {
  ...office,
  id: 'call-centre',
  share: 0,
  businesses: ['Callcenter'],
  callsPerSeat: 480,
  inbound: 80,
  internal: 10,
  forwarded: 0,
  medianTalkSeconds: 95,
  weekday: '000000000789779866888300',
};

export function sectorOf(id: string): Sector {
  const found = [...SECTORS, HELP_DESK, CALL_CENTRE].find((sector) => sector.id === id);
  if (found === undefined) throw new RangeError(`${id} is no sector of the simulation`);
  return found;
}
