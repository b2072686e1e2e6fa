export { createS3Simulator as createSimulator } from '#core/testing'
