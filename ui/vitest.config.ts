import { mergeConfig } from 'vite'
import { defineProject } from 'vitest/config'
import vite from './vite.config.ts'

/** The tests of the UI: a DOM for the components, real sockets for what talks to the server. */
export default mergeConfig(
  vite,
  defineProject({ test: { name: 'ui', environment: 'jsdom', include: ['**/*.test.ts'], testTimeout: 20_000 } }),
)
