import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll } from 'vitest'
import { s3Volume, type Volume } from '#core'
import { describeReal, gleanerConformance, swift, swiftMissing, type SwiftStore } from '#core/conformance'
import { connectForTest } from '#core/testing'
import glaneur from './index.ts'

/** Every file under a folder: path → content. */
const everything = async (volume: Volume, folder = ''): Promise<Record<string, Buffer>> => {
  const found: Record<string, Buffer> = {}
  for (const { name, kind } of await volume.list(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`
    if (kind === 'folder') Object.assign(found, await everything(volume, path))
    else found[path] = await buffer(await volume.read(path))
  }
  return found
}

describeReal("avec le service S3 d'OpenStack Swift de la machine", swiftMissing, () => {
  let store: SwiftStore
  beforeAll(async () => void (store = await swift()))
  afterAll(() => store.close())

  gleanerConformance(
    'Le glaneur S3, avec Swift,',
    glaneur,
    async () => {
      const config = {
        ...(await store.bucket()),
        repertoire: 'entree',
        repertoireTraites: 'traites',
        repertoireErreurs: 'erreurs',
      }
      const connected = await connectForTest(glaneur, config)
      const volume = await s3Volume(connected.context, '')
      return {
        config,
        refused: { config: { cleSecrete: 'sésame-erroné' }, secret: 'sésame-erroné' },
        async put(path, content) {
          const bytes = Buffer.from(content)
          await volume.write(path, Readable.from([bytes], { objectMode: false }), bytes.length)
        },
        contents: async () => everything(volume),
        async close() {
          await volume.close()
          await connected[Symbol.asyncDispose]()
        },
      }
    },
    // Swift takes its time: where the process dies is proved on the simulator.
    { lacks: ['faults'], cut: [] },
  )
})
