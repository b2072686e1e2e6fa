export { folderSimulator as createSimulator } from '#core/testing'
