import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ftpVolume, PermanentError } from '#core'
import { describeReal, volumeConformance, vsftpd, vsftpdMissing } from '#core/conformance'
import { connectForTest, sampleDocument } from '#core/testing'
import ftp from './index.ts'

describeReal('avec le serveur vsftpd de la machine', vsftpdMissing, () => {
  for (const encryption of ['aucun', 'explicite'] as const) {
    test(`un dossier est déposé, rejoué sans doublon, et un homonyme est refusé (chiffrement ${encryption})`, async () => {
      await using server = await vsftpd(encryption)
      await using connected = await connectForTest(ftp, server.config)
      expect(await connected.connector.check()).toContain('accessible')
      const document = await sampleDocument(connected.context.files, { title: 'Acte n° 1' })
      const first = await connected.connector.ged.deposit(document, 'clé 1')
      expect(await connected.connector.ged.deposit(document, 'clé 1')).toEqual(first)
      await expect(connected.connector.ged.deposit(document, 'clé 2')).rejects.toThrow(PermanentError)
      expect(await readdir(server.deposits)).toEqual(['Acte n° 1'])
      expect(await readdir(join(server.deposits, 'Acte n° 1'))).toHaveLength(4)
    })

    volumeConformance(
      `vsftpd (chiffrement ${encryption})`,
      async () => {
        const server = await vsftpd(encryption)
        const connected = await connectForTest(ftp, server.config)
        return {
          open: () => ftpVolume(connected.context, '/dépôts'),
          async [Symbol.asyncDispose]() {
            await connected[Symbol.asyncDispose]()
            await server[Symbol.asyncDispose]()
          },
        }
      },
      { replaces: 'never' },
    )
  }
})
