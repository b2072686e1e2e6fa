import { cpus } from 'node:os'
import { defineConfig } from 'vitest/config'

const REMOTES = ['core/{volumes,remotes}/**/*.test.ts']
/** Flows and steps in virtual time; the rest of `plugins` opens whole hubs. */
const FLOWS = 'plugins/!(pastell|pes-viewer)/**/*.test.ts'
const PAGES = 'plugins/mailsec/portail/**'

const node = {
  // Names one PostgreSQL for the run; it starts with the first test that asks for a database.
  globalSetup: 'config/tooling/vitest-database.ts',
  testTimeout: 30_000,
  hookTimeout: 60_000,
}

/**
 * Five projects: whole hubs (`--project hub`), the core on its PostgreSQL (`--project core`), flows and steps (`--project flows`), the
 * connectors (`--project connectors`), the UI in a DOM (`--project ui`).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...node,
          name: 'hub',
          include: ['config/**/*.test.ts', 'plugins/{pastell,pes-viewer}/**/*.test.ts', `${PAGES}/*.test.ts`],
        },
      },
      // Importing the core costs a second or two: the files of these projects, which share nothing, share the modules of their worker
      // (connectors: 280 s instead of 450).
      { test: { ...node, name: 'core', include: ['core/**/*.test.ts'], exclude: REMOTES, isolate: false } },
      { test: { ...node, name: 'flows', include: [FLOWS], exclude: [PAGES], isolate: false } },
      { test: { ...node, name: 'connectors', include: ['connectors/**/*.test.ts', ...REMOTES], isolate: false } },
      'ui/vitest.config.ts',
    ],
    // Tests wait more than they compute: simulators, jobs, processes killed. Vitest would take one worker on two cores.
    maxWorkers: Math.max(3, cpus().length),
    // A forgotten socket or timer must not hold `npm test` for ever.
    teardownTimeout: 20_000,
    coverage: { include: ['{core,plugins,connectors}/**/*.ts', 'ui/src/**/*.{ts,vue}'] },
  },
})
