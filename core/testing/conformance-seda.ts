import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import type { JournalLine } from '../authoring/context.ts'
import { PermanentError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { FileRef } from '../authoring/values.ts'
import { checkSip } from '../contracts/sip/check.ts'
import { readSlip } from '../contracts/sip/slip.ts'
import type { StoredFiles } from '../files/files.ts'
import { sampleDocument, type SampleOptions } from './conformance-document.ts'
import { connectForTest } from './connect.ts'
import { temporaryFiles } from './disk-files.ts'

/** The published schemas beside the project, when they are there (they are not ours to distribute). */
export const publishedSchemas = (): string | undefined => {
  const folder = process.env['PASSEUR_SCHEMAS'] ?? resolve(import.meta.dirname, '../../../shared/data/xsd')
  return existsSync(folder) ? folder : undefined
}

export const sampleLines: readonly JournalLine[] = [
  { at: new Date('2026-07-01T08:00:00Z'), event: 'creation', message: 'Dossier créé', author: 'Anne Martin' },
  { at: new Date('2026-07-03T22:30:00Z'), event: 'tdtActes.acquitte', message: 'Accusé de réception reçu' },
]

/**
 * What every generator of SEDA slips owes the hub. `configs`: settings, by the name of the test (one per version). `manifests`: by the same
 * name, where the slip is in the archive itself; contents are then named after their digest, and identical ones archived once.
 */
export const sedaConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'seda'>,
  configs: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  manifests: Readonly<Record<string, string>> = {},
): void => {
  const schemas = publishedSchemas()
  const generated = async (
    config: Readonly<Record<string, unknown>>,
    prepare: (files: StoredFiles) => Promise<SampleOptions> = async () => ({}),
  ) => {
    const files = await temporaryFiles()
    const connected = await connectForTest(definition, config, { files, schemas })
    const contents = await sampleDocument(files, await prepare(files))
    const journal = await files.save('[{"evenement":"creation"}]', 'journal.json')
    const generating = connected.connector.seda.generate(contents, { journal, lines: sampleLines }, 'passeur-1')
    return {
      files,
      contents,
      generating,
      [Symbol.asyncDispose]: async () => {
        await generating.catch(() => undefined)
        await connected[Symbol.asyncDispose]()
        await files[Symbol.asyncDispose]()
      },
    }
  }

  describe.each(Object.entries(configs))(`${name} tient le contrat des bordereaux : %s`, (label, config) => {
    const manifest = manifests[label]
    test.skipIf(!schemas)(
      `le bordereau est valide pour le schéma publié${schemas ? '' : ' (schémas absents : PASSEUR_SCHEMAS)'}`,
      async () => {
        await using bench = await generated(config)
        const sip = await bench.generating
        const check = await checkSip(
          await buffer(bench.files.open(sip.bordereau)),
          bench.files.open(sip.archive),
          schemas,
          manifest,
        )
        expect(check.faults).toEqual([])
        expect(check.schemaChecked).toBe(true)
      },
    )

    test('le bordereau porte l’identifiant demandé, annonce chaque fichier du dossier et son journal', async () => {
      await using bench = await generated(config)
      const sip = await bench.generating
      const slip = readSlip((await buffer(bench.files.open(sip.bordereau))).toString())
      expect(slip).toMatchObject({ transferId: 'passeur-1', transferringAgency: sip.agency })
      expect(sip.transferId).toBe('passeur-1')
      expect(slip.files).toHaveLength(5)
      const names = slip.files.map(file => file.uri)
      if (manifest === undefined) expect(names).toContain('journal.json')
      else expect(names.filter(each => each.startsWith('content/'))).toEqual(names)
    })

    test('deux fichiers de même nom ou de même contenu sont archivés tous les deux', async () => {
      await using bench = await generated(config, async files => {
        const same = await files.save('même contenu', 'même.pdf')
        return { values: { annexes: [same, same] } }
      })
      const sip = await bench.generating
      const check = await checkSip(
        await buffer(bench.files.open(sip.bordereau)),
        bench.files.open(sip.archive),
        schemas,
        manifest,
      )
      expect(check.faults).toEqual([])
      const digests = check.slip?.files.map(file => file.digest) ?? []
      expect(digests).toHaveLength(manifest === undefined ? 5 : 4)
      expect(new Set(digests).size).toBe(4)
      // However the contents are held, each of the five files is described.
      if (check.slip?.version !== '1.0') expect(check.slip?.references).toHaveLength(5)
    })

    test('un fichier vide est refusé avec une phrase qui le nomme', async () => {
      await using bench = await generated(config, async files => ({
        values: { acte: await files.save('', 'vide.pdf') },
      }))
      await expect(bench.generating).rejects.toThrow(PermanentError)
      await expect(bench.generating).rejects.toThrow(/« vide\.pdf »/u)
    })

    test('un contenu absent de l’entrepôt ne donne pas de paquet', async () => {
      const lost: FileRef = { sha256: 'f'.repeat(64), name: 'perdu.pdf', size: 3, type: 'application/pdf' }
      await using bench = await generated(config, async () => ({ values: { acte: lost } }))
      await expect(bench.generating).rejects.toThrow("absent de l'entrepôt")
    })
  })
}
