export { createChorusSimulator as createSimulator } from '#core/testing'
