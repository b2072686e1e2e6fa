import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, s3Volume } from '#core'
import {
  describeReal,
  largeFileConformance,
  swift,
  swiftMissing,
  volumeConformance,
  type SwiftStore,
} from '#core/conformance'
import { connectForTest, sampleDocument } from '#core/testing'
import s3 from './index.ts'

describeReal("avec le service S3 d'OpenStack Swift de la machine", swiftMissing, () => {
  let store: SwiftStore
  beforeAll(async () => void (store = await swift()))
  afterAll(() => store.close())

  const connected = async (change: Readonly<Record<string, unknown>> = {}) =>
    connectForTest(s3, { ...(await store.bucket()), ...change })

  volumeConformance(
    'Swift',
    async () => {
      const connection = await connected({ prefixe: 'été' })
      return {
        open: () => s3Volume(connection.context),
        [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
      }
    },
    { folders: 'prefixes' },
  )

  largeFileConformance('Le connecteur S3, avec Swift,', s3, async () => {
    const config = await store.bucket()
    return {
      config,
      async sizeOf(name) {
        await using connection = await connectForTest(s3, config)
        const volume = await s3Volume(connection.context)
        const found = await volume.stat(`Gros/${name}`)
        await volume.close()
        return found?.size
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
  })

  test.each(['dossier', 'zip'])('un %s est déposé, rejoué sans doublon, et un homonyme est refusé', async typeDepot => {
    await using connection = await connected({ typeDepot })
    expect(await connection.connector.check()).toContain('accessible')
    const document = await sampleDocument(connection.context.files, { title: 'Acte n° 1 : été' })
    const first = await connection.connector.ged.deposit(document, 'clé 1')
    expect(await connection.connector.ged.deposit(document, 'clé 1')).toEqual(first)
    await expect(connection.connector.ged.deposit(document, 'clé 2')).rejects.toThrow(PermanentError)
    const volume = await s3Volume(connection.context)
    const name = typeDepot === 'zip' ? 'Acte n° 1 : été.zip' : 'Acte n° 1 : été'
    expect((await volume.list('')).map(each => each.name)).toEqual([name])
    await volume.close()
  })

  test.each([{ cleAcces: 'ville:autre' }, { cleSecrete: 'autre' }, { compartiment: 'absent' }, { region: 'ailleurs' }])(
    'un réglage faux %o est une erreur de réglage',
    async change => {
      await using connection = await connected(change)
      await expect(connection.connector.check()).rejects.toThrow(ConfigurationError)
    },
  )
})
