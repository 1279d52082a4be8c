/** The destination classes of the simulated catalogue, with their prices as decimal texts in euros. */
export interface DestinationClass {
  readonly id: string;
  readonly nl: string;
  readonly en: string;
  readonly connectFee: string;
  readonly perMinute: string;
  /** Price outside peak hours, where it differs. */
  readonly offPeakPerMinute?: string;
  readonly minimumSeconds: number;
  readonly incrementSeconds: number;
  readonly maximumCharge?: string;
}

const perSecond = { minimumSeconds: 1, incrementSeconds: 1 } as const;
const afterMinute = { minimumSeconds: 60, incrementSeconds: 1 } as const;
const perMinuteBegun = { minimumSeconds: 60, incrementSeconds: 60 } as const;

export const DESTINATION_CLASSES: readonly DestinationClass[] = [
  {
    id: 'nl-fixed',
    nl: 'Nederland vast',
    en: 'Netherlands fixed',
    connectFee: '0.0450',
    perMinute: '0.0220',
    offPeakPerMinute: '0.0160',
    ...perSecond,
  },
  {
    id: 'nl-mobile',
    nl: 'Nederland mobiel',
    en: 'Netherlands mobile',
    connectFee: '0.0450',
    perMinute: '0.0890',
    offPeakPerMinute: '0.0790',
    ...perSecond,
  },
  {
    id: 'nl-personal',
    nl: 'Persoonlijke nummers',
    en: 'Personal numbers',
    connectFee: '0.0600',
    perMinute: '0.1850',
    ...afterMinute,
  },
  {
    id: 'nl-data',
    nl: 'Data- en internetnummers',
    en: 'Data and internet numbers',
    connectFee: '0.0450',
    perMinute: '0.0350',
    ...perSecond,
  },
  {
    id: 'nl-short',
    nl: 'Gemeenten (14)',
    en: 'Municipalities (14)',
    connectFee: '0.0450',
    perMinute: '0.0220',
    ...perSecond,
  },
  {
    id: 'nl-free',
    nl: 'Gratis nummers',
    en: 'Free numbers',
    connectFee: '0',
    perMinute: '0',
    ...perSecond,
  },
  {
    id: 'nl-premium',
    nl: 'Servicenummers',
    en: 'Service numbers',
    connectFee: '0.0450',
    perMinute: '0.9000',
    maximumCharge: '45.0000',
    ...perSecond,
  },
  {
    id: 'nl-adult',
    nl: 'Servicenummers 0906',
    en: 'Service numbers 0906',
    connectFee: '0.0450',
    perMinute: '1.2500',
    ...perSecond,
  },
  {
    id: 'eu-fixed',
    nl: 'EU vast',
    en: 'EU fixed',
    connectFee: '0.0550',
    perMinute: '0.0390',
    offPeakPerMinute: '0.0290',
    ...afterMinute,
  },
  {
    id: 'eu-mobile',
    nl: 'EU mobiel',
    en: 'EU mobile',
    connectFee: '0.0550',
    perMinute: '0.1450',
    ...afterMinute,
  },
  {
    id: 'europe',
    nl: 'Europa buiten de EU',
    en: 'Europe outside the EU',
    connectFee: '0.0600',
    perMinute: '0.1950',
    ...afterMinute,
  },
  {
    id: 'world-1',
    nl: 'Wereld zone 1',
    en: 'World zone 1',
    connectFee: '0.0600',
    perMinute: '0.0650',
    ...afterMinute,
  },
  {
    id: 'world-2',
    nl: 'Wereld zone 2',
    en: 'World zone 2',
    connectFee: '0.0800',
    perMinute: '0.3200',
    ...perMinuteBegun,
  },
  {
    id: 'world-3',
    nl: 'Wereld zone 3',
    en: 'World zone 3',
    connectFee: '0.0900',
    perMinute: '0.7400',
    ...perMinuteBegun,
  },
  {
    id: 'world-risk',
    nl: 'Fraudegevoelige bestemmingen',
    en: 'Destinations prone to fraud',
    connectFee: '0.1500',
    perMinute: '2.4500',
    ...perMinuteBegun,
  },
  {
    id: 'satellite',
    nl: 'Satelliet',
    en: 'Satellite',
    connectFee: '0.5000',
    perMinute: '7.9000',
    ...perMinuteBegun,
  },
];

export function destinationClass(id: string): DestinationClass {
  const found = DESTINATION_CLASSES.find((one) => one.id === id);
  if (found === undefined) throw new RangeError(`${id} is no destination class of the simulated deck`);
  return found;
}
