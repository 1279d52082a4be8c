/**
 * The floors of `libs/`, the lowest first. A lib imports only from floors below its own, never from its own: two contexts
 * on one floor stay strangers, so each can be read, tested and deployed without the other.
 */
const FLOORS = [
  ['money', 'calendar', 'numbering', 'outcome'],
  ['platform'],
  ['event-store'],
  ['catalogue', 'publication'],
  ['accounts', 'rating'],
  ['call-log'],
  ['usage'],
  ['fair-use', 'invoicing'],
  ['retro-rating', 'notices'],
];

/** Beside the house: it makes up customers and calls, so it must not know what the product concludes from them. */
const SIMULATION = 'simulation';

/** What pure code may use of npm and Node: parsers and hashes, nothing that reads a clock, a file or a network. */
const PURE_PACKAGES = [
  'zod',
  'yaml',
  // As installed: the synchronous parser, not the streaming one.
  'csv-parse/lib/sync',
  'csv-parse/dist/cjs/sync',
  'libphonenumber-js',
  'date-fns',
  '@date-fns/tz',
];
const PURE_BUILTINS = ['crypto'];

module.exports = { FLOORS, SIMULATION, PURE_PACKAGES, PURE_BUILTINS };
