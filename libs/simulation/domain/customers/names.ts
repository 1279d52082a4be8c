import type { SchoolRegion } from '../holidays.js';

export interface City {
  readonly name: string;
  /** Dutch area code without the 0; all of two digits. */
  readonly area: string;
  readonly postcode: string;
  readonly region: SchoolRegion;
}

export const CITIES: readonly City[] = [
  { name: 'Rotterdam', area: '10', postcode: '30', region: 'middle' },
  { name: 'Tilburg', area: '13', postcode: '50', region: 'south' },
  { name: 'Delft', area: '15', postcode: '26', region: 'middle' },
  { name: 'Amsterdam', area: '20', postcode: '10', region: 'north' },
  { name: 'Haarlem', area: '23', postcode: '20', region: 'north' },
  { name: 'Nijmegen', area: '24', postcode: '65', region: 'south' },
  { name: 'Arnhem', area: '26', postcode: '68', region: 'south' },
  { name: 'Utrecht', area: '30', postcode: '35', region: 'middle' },
  { name: 'Amersfoort', area: '33', postcode: '38', region: 'middle' },
  { name: 'Hilversum', area: '35', postcode: '12', region: 'middle' },
  { name: 'Almere', area: '36', postcode: '13', region: 'north' },
  { name: 'Zwolle', area: '38', postcode: '80', region: 'north' },
  { name: 'Eindhoven', area: '40', postcode: '56', region: 'south' },
  { name: 'Maastricht', area: '43', postcode: '62', region: 'south' },
  { name: 'Groningen', area: '50', postcode: '97', region: 'north' },
  { name: 'Enschede', area: '53', postcode: '75', region: 'north' },
  { name: 'Leeuwarden', area: '58', postcode: '89', region: 'north' },
  { name: 'Den Haag', area: '70', postcode: '25', region: 'middle' },
  { name: 'Breda', area: '76', postcode: '48', region: 'south' },
  { name: 'Zaandam', area: '75', postcode: '15', region: 'north' },
];

export const FAMILIES: readonly string[] = [
  'De Jong',
  'Jansen',
  'De Vries',
  'Van den Berg',
  'Bakker',
  'Van Dijk',
  'Visser',
  'Janssen',
  'Smit',
  'Meijer',
  'De Boer',
  'Mulder',
  'De Groot',
  'Bos',
  'Vos',
  'Peters',
  'Hendriks',
  'Van Leeuwen',
  'Dekker',
  'Brouwer',
  'De Wit',
  'Dijkstra',
  'Smits',
  'De Graaf',
  'Van der Meer',
  'Kok',
  'Jacobs',
  'Van der Linden',
  'Vermeulen',
  'Van den Heuvel',
  'Van der Veen',
  'Koster',
  'Prins',
  'Blom',
  'Huisman',
  'Postma',
  'Kuipers',
  'Veenstra',
  'El Amrani',
  'Yilmaz',
  'Nguyen',
  'Kowalski',
  'Ramdin',
  'Martina',
  'Hoekstra',
  'Molenaar',
  'Wolters',
  'Timmer',
];

export const PLACES: readonly string[] = [
  'De Korenaar',
  'Het Anker',
  'De Linde',
  'De Brug',
  'Zonzicht',
  'De Poort',
  'De Meent',
  'Het Spoor',
  'De Waag',
  'Noorderlicht',
  'De Molen',
  'Westerpark',
  'De Haven',
  'Het Baken',
  'De Kade',
  'Rijnzicht',
  'De Eik',
  'Het Plein',
];

export const LEGAL_FORMS: readonly string[] = ['B.V.', 'B.V.', 'B.V.', 'V.O.F.', '', ''];

export const STREETS: readonly string[] = [
  'Dorpsstraat',
  'Kerkstraat',
  'Stationsweg',
  'Molenweg',
  'Industrieweg',
  'Havenstraat',
  'Julianalaan',
  'Markt',
  'Nieuwstraat',
  'Energieweg',
  'Ambachtstraat',
  'Parallelweg',
  'Beatrixstraat',
  'Schoolstraat',
  'Wilhelminaplein',
];

export const RESELLERS: readonly string[] = [
  'Telefonie Midden B.V.',
  'Noorderbel V.O.F.',
  'Brabant Voice B.V.',
  'Kantoor & Communicatie Zuid',
  'Maasbel B.V.',
];

/** For domains and user names: lower case, letters of ASCII, hyphens. */
export function slugOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
