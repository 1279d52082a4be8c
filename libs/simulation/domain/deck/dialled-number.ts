import { type Random, WeightedChoice, hashOf } from '../random.js';

/** Where calls of ordinary business go, by the class that the number falls into. */
export const DIALLED_KINDS = [
  'geographic',
  'mobile',
  'company',
  'personal',
  'free',
  'service',
  'municipality',
  'eu',
  'eu-mobile',
  'world',
  'faraway',
] as const;
export type DialledKind = (typeof DIALLED_KINDS)[number];

/** Two-digit area codes: their subscriber numbers have seven digits. */
export const AREAS = ['10', '13', '15', '20', '23', '24', '26', '30', '33', '35', '36', '38'] as const;
const MORE_AREAS = [...AREAS, '40', '43', '45', '46', '50', '53', '55', '58', '70', '71', '72', '73'];
/** 06 numbers that people have; 066 and 0676 are something else. */
const MOBILE_STARTS = ['1', '2', '3', '4', '5', '8'];
const EU_FIXED = [
  '+4930',
  '+4989',
  '+49211',
  '+49221',
  '+3222',
  '+323',
  '+329',
  '+331',
  '+334',
  '+3491',
  '+3902',
  '+4822',
  '+431',
  '+453',
  '+468',
];
const EU_MOBILE = ['+49151', '+49171', '+32475', '+32486', '+336', '+346', '+393', '+4860', '+43664', '+467'];
const WORLD = ['+1212', '+1646', '+1415', '+1312', '+4420', '+44161', '+44121', '+9122', '+8621', '+65'];
const FARAWAY = ['+9053', '+41227', '+5978', '+21265', '+97150', '+27115', '+5511', '+9715', '+2340'];
const MUNICIPALITIES = ['14010', '14020', '14030', '14070', '140314', '140497', '14024', '14050'];
/** Where stolen credentials call: the money goes to whoever owns the number. */
const FRAUD = ['+53', '+252', '+220', '+232', '+675', '+682', '+960', '+1876', '+37178', '+216'];

/** A telephone number of a kind, in E.164 (short numbers short), made of a hash: the same hash, the same number. */
export function dialledNumber(kind: DialledKind, hash: number): string {
  switch (kind) {
    case 'geographic':
      return `+31${at(MORE_AREAS, hash)}${2 + (hash % 7)}${digits(hash, 6)}`;
    case 'mobile':
      return `+316${at(MOBILE_STARTS, hash)}${digits(hash, 7)}`;
    case 'company':
      return `+318${hash % 3 === 0 ? '5' : '8'}${digits(hash, 7)}`;
    case 'personal':
      return `+318${hash % 2 === 0 ? '4' : '7'}${digits(hash, 7)}`;
    case 'free':
      return `+31800${digits(hash, 4)}`;
    case 'service':
      return hash % 12 === 0 ? '1850' : `+3190${hash % 9 === 0 ? '9' : '0'}${digits(hash, 4)}`;
    case 'municipality':
      return at(MUNICIPALITIES, hash);
    case 'eu':
      return filled(at(EU_FIXED, hash), hash);
    case 'eu-mobile':
      return filled(at(EU_MOBILE, hash), hash);
    case 'world':
      return filled(at(WORLD, hash), hash);
    case 'faraway':
      return filled(at(FARAWAY, hash), hash);
  }
}

export function fraudNumber(hash: number): string {
  return filled(at(FRAUD, hash), hash);
}

/** As a Dutch PBX dials it: `020...` and `0049...` instead of E.164. */
export function asDialled(number: string): string {
  if (number.startsWith('+31')) return `0${number.slice(3)}`;
  return number.startsWith('+') ? `00${number.slice(1)}` : number;
}

const NATIONAL = new WeightedChoice([44, 43, 7, 1, 2, 1, 1]);
const ABROAD = new WeightedChoice([52, 22, 20, 6]);

/** What kind of number an outbound call goes to; `abroadPerMille` is the sector's share of calls abroad. */
export function drawKind(random: Random, abroadPerMille: number): DialledKind {
  const abroad = random.chance(abroadPerMille);
  const index = abroad ? 7 + ABROAD.draw(random) : NATIONAL.draw(random);
  return DIALLED_KINDS[index] ?? 'geographic';
}

function at(list: readonly string[], hash: number): string {
  return list[hash % list.length] ?? '';
}

function digits(hash: number, count: number): string {
  return String(hashOf(hash, 7) % 10 ** count).padStart(count, '0');
}

/** Twelve digits in all, as most numbers abroad have about. */
function filled(prefix: string, hash: number): string {
  return `${prefix}${digits(hash, 12 - prefix.length + 1)}`.slice(0, 13);
}
