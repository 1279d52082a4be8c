import { dayNumberOf } from '#calendar/local-date.js';
import type { PlanId } from '../deck/catalogue-text.js';
import type { SettledOptions } from '../options.js';
import type { Behaviour, Span } from '../planted/behaviour.js';
import { BEHAVIOURS } from '../planted/planted.js';
import { Random, hashOf } from '../random.js';
import { UTC_SOURCE } from '../traffic/call-text.js';
import type { Customer, Seat } from './customer.js';
import { CITIES, type City, FAMILIES, LEGAL_FORMS, PLACES, RESELLERS, STREETS, slugOf } from './names.js';
import { SECTORS, type Sector, sectorOf } from './sectors.js';
import { addOnsOf, startDay, subscriptionsOf } from './subscriptions.js';
import { innocentLevel } from './innocent-level.js';

const PURPOSE = 5;
/** Steps of two sequences that fill a square evenly (R2, Roberts): sizes and trades have their shares in every customer base. */
const SECTOR_STEP = 0xc13fa9a9;
const SEATS_STEP = 0x91e10da6;
const PLAN_STEP = 0x9e3779b9;
const TWO_TO_32 = 4_294_967_296;

/** Seats of a sixteenth of the customers each: many small ones, few large ones. */
const SEATS = [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 8, 12];
/** Per thousand: pays by the minute; unlimited with mobile extensions. The rest has unlimited calling. */
const METERED = 150;
const PREMIUM = 230;
/** A block of telephone numbers for each account; seats first. */
const NUMBERS_PER_ACCOUNT = 250;
const FIRST_SUBSCRIBER_NUMBER = 2_000_000;
const TEST_NUMBER = 240;
/** 198.18.0.0/15 is kept for tests of networks; four addresses for each account. */
const NETWORKS = 0xc6120000;
const TRUNKS = ['trunk-ams-1', 'trunk-ams-2', 'trunk-rtm-1'];

const SECTOR_OF_PLACE = placesBySector();

/** All customers of a simulation, planted ones spread evenly among them. */
export function customerBase(options: SettledOptions, span: Span): Customer[] {
  const planted = plantedPlaces(options.accounts);
  const random = new Random(0);
  return Array.from({ length: options.accounts }, (_, index) => {
    random.reseed(options.seed, index, PURPOSE);
    return customerOf(index, planted.get(index) ?? null, { options, span }, random);
  });
}

function plantedPlaces(accounts: number): Map<number, Behaviour> {
  const count = Math.min(BEHAVIOURS.length, Math.floor(accounts / 3));
  return new Map(
    BEHAVIOURS.slice(0, count).map((behaviour, place) => [
      Math.floor(((2 * place + 1) * accounts) / (2 * count)),
      behaviour,
    ]),
  );
}

function customerOf(
  index: number,
  planted: Behaviour | null,
  { options, span }: { readonly options: SettledOptions; readonly span: Span },
  random: Random,
): Customer {
  const shift = hashOf(options.seed, PURPOSE);
  const sector = planted === null ? drawnSector(index, shift) : sectorOf(planted.account.sector);
  const plan = planted?.account.plan ?? drawnPlan(index, shift);
  const size = planted?.account.seats ?? drawnSeats(index, shift, sector);
  const city = random.pick(CITIES);
  const id = `A${10_001 + index}`;
  const name = businessName(sector, city, random);
  const contract = subscriptionsOf({ id, plan, size, index, ordinary: planted === null, span }, random);
  const opensOn = startDay(planted, contract, span);
  const company = random.chance(200);
  const numberOf = (place: number) =>
    `+31${company ? '88' : city.area}${FIRST_SUBSCRIBER_NUMBER + index * NUMBERS_PER_ACCOUNT + place}`;
  const seats = contract.seats.map(({ from, subscription }, place): Seat => {
    const extension = String(201 + place);
    const mobile = plan === 'premium' && place % 2 === 1;
    return {
      user: `${id.toLowerCase()}-${extension}`,
      extension,
      number: numberOf(place),
      from,
      subscription,
      mobile,
    };
  });
  const hasTestUser = planted === null && seats[0]?.subscription === null && random.chance(50);
  return {
    index,
    id,
    name,
    slug: `${slugOf(name)}-${index + 1}`.slice(-60).replace(/^-/, ''),
    sector,
    city,
    street: `${random.pick(STREETS)} ${random.between(1, 240)}`,
    postcode: `${city.postcode}${random.between(10, 99)} ${letter(random)}${letter(random)}`,
    reseller: random.chance(300) ? `R${1 + random.below(RESELLERS.length)}` : null,
    language: random.chance(120) ? 'en' : 'nl',
    paysByDirectDebit: random.chance(750),
    subscriptions: contract.subscriptions,
    addOns: addOnsOf(contract, span, random),
    seats,
    testUser: hasTestUser
      ? {
          user: `${id.toLowerCase()}-test`,
          extension: '299',
          number: numberOf(TEST_NUMBER),
          from: null,
          subscription: null,
          mobile: false,
        }
      : null,
    opensOn,
    leavesOn: contract.leavesOn,
    level: planted?.account.level ?? innocentLevel(sector, random),
    growth: random.between(-60, 140),
    network: NETWORKS + index * 4,
    source: random.chance(350) ? UTC_SOURCE : 'switch-1',
    trunk: random.pick(TRUNKS),
    dialsNational: random.chance(550),
    namesAccount: random.chance(500),
    planted,
  };
}

/** Where an index lies between 0 and 1, as 32 bits: evenly spread whatever the number of accounts. */
function place(index: number, step: number, shift: number): number {
  return (Math.imul(index + 1, step) + shift) >>> 0;
}

function drawnSector(index: number, shift: number): Sector {
  const slot = Math.floor((place(index, SECTOR_STEP, shift) * SECTOR_OF_PLACE.length) / TWO_TO_32);
  return SECTOR_OF_PLACE[slot] ?? sectorOf('office');
}

function drawnSeats(index: number, shift: number, sector: Sector): number {
  const slot = Math.floor((place(index, SEATS_STEP, shift) * SEATS.length) / TWO_TO_32);
  return Math.max(1, Math.floor(((SEATS[slot] ?? 1) * (sector.seatsLevel ?? 1000)) / 1000));
}

function drawnPlan(index: number, shift: number): PlanId {
  const perMille = Math.floor((place(index, PLAN_STEP, shift) * 1000) / TWO_TO_32);
  if (perMille < METERED) return 'metered';
  return perMille < METERED + PREMIUM ? 'premium' : 'unlimited';
}

function placesBySector(): Sector[] {
  return SECTORS.flatMap((sector) => Array.from({ length: sector.share }, () => sector));
}

function businessName(sector: Sector, city: City, random: Random): string {
  const business = random.pick(sector.businesses);
  if (random.chance(250)) return `${business} ${random.pick(PLACES)}`;
  if (random.chance(150)) return `${business} ${city.name}`;
  return `${business} ${random.pick(FAMILIES)} ${random.pick(LEGAL_FORMS)}`.trim();
}

function letter(random: Random): string {
  return String.fromCharCode(65 + random.below(26));
}

export function spanOf(options: SettledOptions): Span {
  return { days: options.days, firstDay: dayNumberOf(options.from) };
}
