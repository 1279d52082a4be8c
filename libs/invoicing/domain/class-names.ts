import type { Catalogue, LocalisedName } from '#catalogue/domain/catalogue.js';

/** Classes that no tariff names: they come from the rules of rating and from calls without a destination class. */
const OWN_CLASSES: Readonly<Record<string, LocalisedName>> = {
  emergency: { nl: 'Alarmnummer', en: 'Emergency number' },
  free: { nl: 'Gratis nummers', en: 'Free numbers' },
  'on-net': { nl: 'Binnen uw organisatie', en: 'Between your own numbers' },
  inbound: { nl: 'Ontvangen gesprekken', en: 'Calls received' },
  internal: { nl: 'Interne gesprekken', en: 'Internal calls' },
  unrated: { nl: 'Zonder tarief', en: 'Without a rate' },
};

/** The catalogue's name of a destination class; its id where nobody named it. */
export function classNameOf(id: string, catalogue: Catalogue | undefined): LocalisedName {
  const named = catalogue?.destinationClasses.find((one) => one.id === id);
  return named?.name ?? OWN_CLASSES[id] ?? { nl: id, en: id };
}
