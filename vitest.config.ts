import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{core,plugins,connectors,config}/**/*.test.ts', 'ui/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/var/**'],
    // Names one PostgreSQL for the run; it starts with the first test that asks for a database.
    globalSetup: 'config/tooling/vitest-database.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A forgotten socket or timer must not hold `npm test` for ever.
    teardownTimeout: 20_000,
    coverage: { include: ['core/**/*.ts', 'plugins/**/*.ts', 'connectors/**/*.ts'] },
  },
})
