export { createFtpSimulator as createSimulator } from '#core/testing'
