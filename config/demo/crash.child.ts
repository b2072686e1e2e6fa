import { loadConfig } from '../index.ts'
import { openHub } from '../../core/hub.ts'

/** A worker that its test kills: quick to be taken for dead, quick to look for what is due. */
const hub = await openHub(await loadConfig(), 'worker', { beat: { every: 300, deadAfter: 1_500 } })
await hub.work({ pollInterval: 100, roundEvery: 400 })
process.send?.('working')
