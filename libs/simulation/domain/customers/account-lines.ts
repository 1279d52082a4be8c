import { type DayNumber, localDateOf } from '#calendar/local-date.js';
import { addressText } from './address.js';
import type { Customer, Seat } from './customer.js';
import { RESELLERS, slugOf } from './names.js';

const FAX_LINE = 230;

/** The accounts file (contracts section 2): resellers first, then their and our own customers, as JSON Lines. */
export function* accountLines(customers: readonly Customer[]): Generator<string> {
  for (const [place, name] of RESELLERS.entries()) {
    const email = `facturen@${slugOf(name)}.example`;
    yield `${JSON.stringify({ kind: 'reseller', id: `R${place + 1}`, name, email })}\n`;
  }
  for (const customer of customers) yield `${JSON.stringify(accountRecord(customer))}\n`;
}

function accountRecord(customer: Customer) {
  const { id, name, index } = customer;
  const account = String(index + 1).padStart(8, '0');
  return {
    kind: 'account',
    id,
    name,
    ...(customer.reseller === null ? {} : { reseller: customer.reseller }),
    language: customer.language,
    address: {
      street: customer.street,
      postcode: customer.postcode,
      city: customer.city.name,
      country: 'NL',
    },
    kvk: `9${account.slice(1)}`,
    vatNumber: `NL9${account}B01`,
    ...(customer.paysByDirectDebit
      ? {
          iban: ibanOf(index),
          mandate: { id: `M-${id}-1`, signedOn: dateOf(firstDayOf(customer)) },
        }
      : {}),
    contacts: contactsOf(customer),
    numbers: numbersOf(customer),
    users: [
      ...customer.seats.map(userOf),
      ...(customer.testUser === null ? [] : [{ ...userOf(customer.testUser), test: true }]),
    ],
    subscriptions: customer.subscriptions.map((subscription) => ({
      ...(subscription.id === null ? {} : { id: subscription.id }),
      plan: subscription.plan,
      seats: subscription.seats,
      from: dateOf(beginning(customer, subscription.from)),
      ...(subscription.to === null ? {} : { to: dateOf(subscription.to) }),
    })),
    addOns: customer.addOns.map((addOn) => ({
      id: addOn.id,
      from: dateOf(beginning(customer, addOn.from)),
      ...(addOn.retentionDays === null ? {} : { retentionDays: addOn.retentionDays }),
    })),
    allowedNetworks: [`${addressText(customer.network)}/30`],
  };
}

/** Of a planted newcomer everything begins on the day on which it opens. */
function beginning(customer: Customer, day: DayNumber): DayNumber {
  return day < customer.opensOn ? customer.opensOn : day;
}

function firstDayOf(customer: Customer): DayNumber {
  return beginning(customer, customer.subscriptions[0]?.from ?? customer.opensOn);
}

function userOf(seat: Seat) {
  return {
    id: seat.user,
    number: seat.number,
    ...(seat.subscription === null ? {} : { subscription: seat.subscription }),
    ...(seat.from === null ? {} : { from: dateOf(seat.from) }),
  };
}

function numbersOf(customer: Customer) {
  const main = customer.seats[0]?.number ?? '';
  const fax = `${main.slice(0, -7)}${Number(main.slice(-7)) + FAX_LINE}`;
  const test = customer.testUser === null ? [] : [customer.testUser.number];
  return [
    ...customer.seats.map(({ number, from }) => (from === null ? number : { number, from: dateOf(from) })),
    ...test,
    fax,
  ];
}

/** Addresses in .example can't reach anybody. */
function contactsOf({ language, slug }: Customer) {
  const [billing, management] =
    language === 'nl' ? ['administratie', 'directie'] : ['accounts', 'management'];
  return [
    { role: 'billing', email: `${billing}@${slug}.example` },
    { role: 'fair-use', email: `${management}@${slug}.example` },
  ];
}

/** Of a bank that does not exist, with check digits that fit (ISO 13616). */
function ibanOf(index: number): string {
  const account = `FAIR${String(1_000_000 + index).padStart(10, '0')}`;
  let remainder = 0;
  for (const character of `${account}NL00`) {
    const value = /\d/.test(character) ? character : String(character.charCodeAt(0) - 55);
    for (const digit of value) remainder = (remainder * 10 + Number(digit)) % 97;
  }
  return `NL${String(98 - remainder).padStart(2, '0')}${account}`;
}

function dateOf(day: DayNumber): string {
  return localDateOf(day);
}
