import { Readable } from 'node:stream'
import { s3Volume } from '#core'
import { gleanerConformance } from '#core/conformance'
import { connectForTest } from '#core/testing'
import glaneur from './index.ts'
import { createSimulator } from './simulator.ts'

gleanerConformance('Le glaneur S3', glaneur, async () => {
  const simulator = await createSimulator()
  const { context, [Symbol.asyncDispose]: dispose } = await connectForTest(glaneur, simulator.config)
  return {
    config: simulator.config,
    refused: { config: { cleSecrete: 'sésame-erroné' }, secret: 'sésame-erroné' },
    faults: simulator.faults,
    async put(path, content) {
      const bytes = Buffer.from(content)
      const volume = await s3Volume(context, '')
      await volume.write(path, Readable.from([bytes], { objectMode: false }), bytes.length)
      await volume.close()
    },
    contents: async () => simulator.contents(),
    async close() {
      await dispose()
      await simulator.close()
    },
  }
})
