export { createWebdavSimulator as createSimulator } from '#core/testing'
