import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PermanentError, sftpVolume } from '#core'
import { describeReal, largeFileConformance, openSsh, openSshMissing, volumeConformance } from '#core/conformance'
import { connectForTest, sampleDocument } from '#core/testing'
import sftp from './index.ts'

largeFileConformance(
  'Le connecteur SFTP, avec OpenSSH,',
  sftp,
  async () => {
    const server = await openSsh()
    return {
      config: server.config,
      sizeOf: async name => (await stat(join(server.deposits, 'Gros', name))).size,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  openSshMissing,
)

describeReal('avec le serveur OpenSSH de la machine', openSshMissing, () => {
  volumeConformance('OpenSSH', async () => {
    const server = await openSsh()
    const connected = await connectForTest(sftp, server.config)
    return {
      open: () => sftpVolume(connected.context, server.deposits),
      async [Symbol.asyncDispose]() {
        await connected[Symbol.asyncDispose]()
        await server[Symbol.asyncDispose]()
      },
    }
  })

  test('un dossier est déposé, rejoué sans doublon, et un homonyme est refusé', async () => {
    await using server = await openSsh()
    await using connected = await connectForTest(sftp, server.config)
    expect(await connected.connector.check()).toContain('accessible')
    const document = await sampleDocument(connected.context.files, { title: 'Acte' })
    const first = await connected.connector.ged.deposit(document, 'clé 1')
    expect(await connected.connector.ged.deposit(document, 'clé 1')).toEqual(first)
    await expect(connected.connector.ged.deposit(document, 'clé 2')).rejects.toThrow(PermanentError)
    expect(await readdir(server.deposits)).toEqual(['Acte'])
    expect(await readdir(join(server.deposits, 'Acte'))).toHaveLength(4)
  })

  test('le fichier de l’année est remplacé d’un seul geste', async () => {
    await using server = await openSsh()
    await using connected = await connectForTest(sftp, server.config)
    const put = async (text: string) =>
      connected.connector.ged.replace?.(await connected.context.files.save(text, 'année.csv'), 'clé')
    await put('une ligne')
    expect((await put('deux lignes'))?.location).toContain('année.csv')
    expect(await readdir(server.deposits)).toEqual(['année.csv'])
    expect(await readFile(join(server.deposits, 'année.csv'), 'utf8')).toBe('deux lignes')
  })

  test('un renommage n’écrase jamais un fichier existant', async () => {
    await using server = await openSsh()
    await using connected = await connectForTest(sftp, { ...server.config, typeDepot: 'fichiers' })
    await writeFile(join(server.deposits, 'ar.xml'), 'autre')
    const document = await sampleDocument(connected.context.files)
    await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow('existe déjà')
    expect(await readFile(join(server.deposits, 'ar.xml'), 'utf8')).toBe('autre')
    expect(await readdir(server.deposits)).toEqual(['ar.xml'])
  })
})
