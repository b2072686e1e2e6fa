/** `#core/testing`: simulators' base, virtual hubs and stand-ins. Nothing here imports a test runner: the demonstration uses it too. */
export * from './fakes.ts'
export * from './simulator.ts'
export * from './test-hub.ts'
export * from './connect.ts'
export * from './pki.ts'
export * from './sim-server.ts'
export * from './disk-files.ts'
export * from './conformance-document.ts'
export * from '../volumes/sftp/simulator.ts'
export * from './sample-pes.ts'
export * from './sample-pes-answers.ts'
export * from './signed-pes.ts'
export * from './faulty-volume.ts'
export * from './stamp-pki.ts'
export * from '../volumes/webdav/simulator.ts'
export { outgoingBody } from '../connectors/http-client-body.ts'
export * from './fake-convocation.ts'
export * from './fake-inbox.ts'
export * from './fake-portail.ts'
export {
  createChorusSimulator,
  type ChorusSimulator,
  type ChorusSimulatorOptions,
} from '../remotes/chorus/simulator/index.ts'
export * from '../volumes/s3/simulator.ts'
export * from '../volumes/ftp/simulator.ts'
export * from '../remotes/fast/simulator.ts'
export * from './no-documents.ts'
