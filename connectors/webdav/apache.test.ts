import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ConfigurationError, PermanentError, webdavVolume } from '#core'
import { apache, apacheMissing, describeReal, largeFileConformance, volumeConformance } from '#core/conformance'
import { connectForTest, sampleDocument } from '#core/testing'
import webdav from './index.ts'

largeFileConformance(
  'Le connecteur WebDAV, avec Apache mod_dav,',
  webdav,
  async () => {
    const server = await apache()
    return {
      config: server.config,
      sizeOf: async name => (await stat(join(server.deposits, 'Gros', name))).size,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  apacheMissing,
)

describeReal('avec le serveur Apache mod_dav de la machine', apacheMissing, () => {
  volumeConformance('Apache mod_dav', async () => {
    const server = await apache()
    const connected = await connectForTest(webdav, server.config)
    return {
      open: () => webdavVolume(connected.context),
      async [Symbol.asyncDispose]() {
        await connected[Symbol.asyncDispose]()
        await server[Symbol.asyncDispose]()
      },
    }
  })

  test('un dossier est déposé, rejoué sans doublon, et un homonyme est refusé', async () => {
    await using server = await apache()
    for (const typeDepot of ['dossier', 'zip']) {
      await using connected = await connectForTest(webdav, { ...server.config, typeDepot })
      expect(await connected.connector.check()).toContain('Apache')
      const document = await sampleDocument(connected.context.files, { title: 'Acte n° 1 : été' })
      const first = await connected.connector.ged.deposit(document, 'clé 1')
      expect(await connected.connector.ged.deposit(document, 'clé 1')).toEqual(first)
      await expect(connected.connector.ged.deposit(document, 'clé 2')).rejects.toThrow(PermanentError)
    }
    expect((await readdir(server.deposits)).filter(name => name !== '.DAV').sort()).toEqual([
      'Acte n° 1 : été',
      'Acte n° 1 : été.zip',
    ])
    expect(await readdir(join(server.deposits, 'Acte n° 1 : été'))).toHaveLength(4)
  })

  test('un mauvais mot de passe et un dossier absent sont des erreurs de réglage', async () => {
    await using server = await apache()
    for (const wrong of [{ motDePasse: 'autre' }, { adresse: `${server.config.adresse}/absent` }]) {
      await using connected = await connectForTest(webdav, { ...server.config, ...wrong })
      await expect(connected.connector.check()).rejects.toThrow(ConfigurationError)
      const document = await sampleDocument(connected.context.files)
      await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(ConfigurationError)
    }
  })
})
