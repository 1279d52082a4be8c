/** Tests run on the TypeScript sources as native ES modules; `#lib/...` is the same import as in the build. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/{apps,libs,test}/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    // The ESM build of libphonenumber imports JSON without an attribute, of which Jest warns at length.
    '^libphonenumber-js/min$': '<rootDir>/node_modules/libphonenumber-js/min/index.cjs',
    '^#apps/(.*)\\.js$': '<rootDir>/apps/$1.ts',
    '^#bench/(.*)\\.js$': '<rootDir>/bench/$1.ts',
    '^#(?!apps/|bench/)(.*)\\.js$': '<rootDir>/libs/$1.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  globalSetup: '<rootDir>/test/postgres/global-setup.js',
  globalTeardown: '<rootDir>/test/postgres/global-teardown.js',
  testTimeout: 180_000,
  maxWorkers: 2,
};
