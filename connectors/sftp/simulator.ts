export { createSftpSimulator as createSimulator } from '#core/testing'
