import { cpus } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Two projects: the hub on its PostgreSQL (`--project hub`), the UI in a DOM (`--project ui`). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'hub',
          include: ['{core,plugins,connectors,config}/**/*.test.ts'],
          // Names one PostgreSQL for the run; it starts with the first test that asks for a database.
          globalSetup: 'config/tooling/vitest-database.ts',
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      'ui/vitest.config.ts',
    ],
    // Tests wait more than they compute: simulators, jobs, processes killed. Vitest would take one worker on two cores.
    maxWorkers: Math.max(3, cpus().length),
    // A forgotten socket or timer must not hold `npm test` for ever.
    teardownTimeout: 20_000,
    coverage: { include: ['{core,plugins,connectors}/**/*.ts', 'ui/src/**/*.{ts,vue}'] },
  },
})
