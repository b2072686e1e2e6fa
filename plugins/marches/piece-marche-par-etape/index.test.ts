import { Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { zipOf, type FileRef, type Files } from '#core'
import { fileNamed, temporaryFiles, testHub } from '#core/testing'
import flow, { piecesEtape } from './index.ts'

const etape = {
  libelle: 'Lot 2, offre retenue',
  numeroConsultation: '2026-TVX-C12',
  typeMarche: 'T',
  etape: 'OR',
  dateDocument: '2026-01-10',
}
const NOW = new Date('2026-01-15T08:00:00Z')

const zipped = (files: Files, entries: Readonly<Record<string, string>>): Promise<FileRef> =>
  files.save(
    zipOf(
      Object.entries(entries).map(([name, content]) => ({
        name,
        size: Buffer.byteLength(content),
        open: () => Readable.from([Buffer.from(content)]),
      })),
      NOW,
    ),
    'etape.zip',
  )

const stores: AsyncDisposable[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store[Symbol.asyncDispose]()
})

const town = async (values: (files: Files) => Promise<object>) => {
  const files = await temporaryFiles()
  stores.push(files)
  const hub = testHub(flow, [piecesEtape], {}, { files })
  const document = await hub.create({ ...etape, ...(await values(files)) })
  await document.submit()
  const pieces = () => (document.data['pieces.pieces'] ?? []) as readonly FileRef[]
  return {
    hub,
    files,
    document,
    pieces,
    type: (...codes: readonly string[]) =>
      document.edit({
        'pieces.types': pieces().map(({ sha256, name }, rank) => ({
          sha256,
          name,
          value: codes[rank] ?? 'AU',
          label: codes[rank] ?? 'AU',
        })),
      }),
  }
}

describe('un ZIP', () => {
  test('donne ses fichiers de la racine, puis une pièce de marché par fichier, envoyée', async () => {
    const { document, hub, pieces, type } = await town(async files => ({
      'pieces.zip': await zipped(files, { 'etape/ae.pdf': 'ae', 'etape/ccap.pdf': 'ccap', 'etape/vieux/x.pdf': 'x' }),
    }))
    expect([document.state, pieces().map(({ name }) => name)]).toEqual(['pieces.aTyper', ['ae.pdf', 'ccap.pdf']])
    expect(document.message).toBe('2 pièces à typer ; 1 fichier d’un sous-dossier laissé')
    await expect(document.ask('pieces.creerEnvoyer')).rejects.toThrow('il manque le type de « ae.pdf », « ccap.pdf »')
    expect(type('AE', 'CCAP')).toEqual([])
    await document.ask('pieces.creerEnvoyer')
    expect(document.state).toBe('termine')
    expect(hub.created.map(({ flow: id, values, then }) => [id, values, then])).toEqual(
      ['AE', 'CCAP'].map((typePiece, rank): readonly unknown[] => [
        'piece-marche',
        expect.objectContaining({ ...etape, typePiece, document: pieces()[rank] }),
        { whenValid: 'envoyer' },
      ]),
    )
  })

  test('illisible, il se remplace et s’extrait à nouveau', async () => {
    const { document, files } = await town(async store => ({
      'pieces.zip': { ...(await store.save('pas un zip', 'etape.zip')), type: 'application/zip' },
    }))
    expect([document.state, document.message]).toEqual([
      'pieces.erreurExtraction',
      expect.stringContaining("« etape.zip » n'est pas un zip lisible"),
    ])
    document.edit({ 'pieces.zip': { ...(await zipped(files, { 'ae.pdf': 'ae' })), type: 'application/zip' } })
    await document.ask('pieces.extraire')
    expect(document.state).toBe('pieces.aTyper')
  })
})

describe('des pièces déposées une à une', () => {
  const deposited = () =>
    town(async () => ({ 'pieces.pieces': [fileNamed('ae.pdf'), fileNamed('ccap.pdf'), fileNamed('ae.pdf')] }))

  test('deviennent des brouillons quand on ne les envoie pas ; la même deux fois fait deux pièces', async () => {
    const { document, hub, type } = await deposited()
    type('AE', 'CCAP', 'AE')
    await document.ask('pieces.creer')
    expect([document.state, hub.created.length]).toEqual(['termine', 3])
    expect(hub.created.map(({ then }) => then)).toEqual([undefined, undefined, undefined])
  })

  test('ont un type de la liste, et aucun autre', async () => {
    const { document, type } = await deposited()
    expect(type('INCONNU').map(({ field }) => field)).toEqual(['pieces.types'])
    await expect(document.ask('pieces.creer')).rejects.toThrow('il manque le type')
  })

  test('sans aucune pièce, rien ne se crée', async () => {
    const { document, hub } = await town(async () => ({}))
    await expect(document.ask('pieces.creer')).rejects.toThrow('aucune pièce')
    expect(hub.created).toEqual([])
  })
})
