/** `#core/testing`: simulators' base, virtual hubs and stand-ins. Nothing here imports a test runner: the demonstration uses it too. */
export * from './fakes.ts'
export * from './simulator.ts'
export * from './test-hub.ts'
export * from './connect.ts'
export * from './pki.ts'
export * from './sim-server.ts'
export * from './disk-files.ts'
export * from './conformance-document.ts'
