/**
 * The architecture as rules (docs/reference/architecture-rules.md). They run as a test, and by hand with
 * `npx depcruise apps libs`.
 */
const { FLOORS, SIMULATION, PURE_PACKAGES, PURE_BUILTINS } = require('./test/architecture/floors.cjs');

const TESTS = '\\.test\\.ts$';
const TESTING = '^libs/[^/]+/testing/';
/** A context may hold several: of its own, and of one part of it. */
const DOMAIN = '^libs/.+/domain/';
const FOUNDATION = FLOORS[0];

const libs = (names) => `^libs/(?:${names.join('|')})/`;

/** Installed, the path begins with node_modules; where a package is missing, it is the name as written. */
const PURE_OUTSIDE = [
  `(?:^|node_modules/)(?:${PURE_PACKAGES.join('|')})(?:/|\\.c?js$|$)`,
  `^(?:node:)?(?:${PURE_BUILTINS.join('|')})$`,
];

const floorRules = FLOORS.map((floor, height) => {
  const lower = FLOORS.slice(0, height).flat();
  return {
    name: `floor-${height}`,
    comment: `Floor ${height} (${floor.join(', ')}) imports only from lower floors. Move the code down, or the caller up.`,
    severity: 'error',
    from: { path: `^libs/(${floor.join('|')})/` },
    to: { path: '^libs/', pathNot: ['^libs/$1/', ...(lower.length === 0 ? [] : [libs(lower)])] },
  };
});

module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: 'simulation-knows-only-floor-0',
      comment:
        'Made-up calls must not be shaped by the code that judges them. Describe the need in floor 0 words.',
      severity: 'error',
      from: { path: `^libs/${SIMULATION}/` },
      to: { path: '^libs/', pathNot: [`^libs/${SIMULATION}/`, libs(FOUNDATION)] },
    },
    {
      name: 'libs-do-not-know-who-uses-them',
      comment:
        'A lib imported from apps, bench or test can only run there. Pass what it needs as an argument.',
      severity: 'error',
      from: { path: '^libs/', pathNot: TESTS },
      to: { path: '^(?:apps|bench|test)/' },
    },
    {
      name: 'apps-do-not-know-tests',
      comment: 'What is deployed holds no bench and no test code.',
      severity: 'error',
      from: { path: '^apps/', pathNot: TESTS },
      to: { path: '^(?:bench|test)/' },
    },
    {
      name: 'domain-is-pure',
      comment:
        'domain/ decides on values: no framework, no database, no file, no network. Do the I/O in a store or a use case ' +
        'and hand the values in.',
      severity: 'error',
      from: { path: DOMAIN, pathNot: TESTS },
      to: { pathNot: [DOMAIN, libs(FOUNDATION), ...PURE_OUTSIDE] },
    },
    {
      name: 'domain-knows-no-infrastructure',
      comment:
        'The event store and the platform serve the domain; the domain, and its tests, do without them.',
      severity: 'error',
      from: { path: DOMAIN },
      to: { path: '^libs/(?:platform|event-store)/' },
    },
    {
      name: 'foundation-is-pure',
      comment: 'Money, time, numbers and outcomes are values; every domain/ rests on them.',
      severity: 'error',
      from: { path: `^libs/(${FOUNDATION.join('|')})/`, pathNot: TESTS },
      to: { pathNot: ['^libs/$1/', ...PURE_OUTSIDE] },
    },
    {
      name: 'no-testing-code-in-production',
      comment: 'testing/ starts databases and skips checks. Only tests, and other testing/ code, import it.',
      severity: 'error',
      from: { path: '^(?:libs|apps)/', pathNot: [TESTS, TESTING] },
      to: { path: [TESTING, TESTS] },
    },
    {
      name: 'no-dev-dependency-in-production',
      comment: 'It is absent where only production dependencies are installed. Move it to "dependencies".',
      severity: 'error',
      from: { path: '^(?:libs|apps|bench)/', pathNot: [TESTS, TESTING] },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
    {
      name: 'only-declared-packages',
      comment:
        'A package that is only there because another one needs it goes away without notice. Declare it.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg'] },
    },
    {
      name: 'no-cycle',
      comment: 'Files in a cycle can only be understood together. Give the shared part a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'imports-lead-somewhere',
      comment: 'An import that does not resolve is not checked by any other rule.',
      severity: 'error',
      from: { path: '^(?:libs|apps|bench|test)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    exclude: '^(?:dist|coverage)/',
    doNotFollow: 'node_modules',
    // Types count: a domain that mentions a database client's type depends on it.
    tsPreCompilationDeps: true,
    // Packages are entered as Node enters them, by their "exports".
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'import', 'default'] },
    webpackConfig: { fileName: 'test/architecture/source-imports.cjs' },
  },
};
