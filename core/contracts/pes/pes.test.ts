import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { sampleAcquit, sampleNonAcquit, samplePes, samplePesChunks, type SamplePes } from '../../testing/index.ts'
import { memoryGrowth } from '../../testing/conformance-files.ts'
import { acquitSentence, readAcquit } from './acquit.ts'
import { pesExtraction, readPesAller } from './aller.ts'
import { pesFaults } from './faults.ts'

const read = (bytes: Uint8Array) => readPesAller(Readable.from([bytes]))

/** One byte at a time: no reader may count on where the network cuts. */
const byteByByte = (bytes: Buffer) => Readable.from(Array.from(bytes, (_byte, rank) => bytes.subarray(rank, rank + 1)))

describe('lecture d’un PES aller', () => {
  test('la table d’extraction, valeurs distinctes dans leur ordre', async () => {
    const pes = await read(samplePes({ bordereaux: 2, piecesPerBordereau: 2, pjs: 2 }))
    expect(pesExtraction(pes)).toEqual({
      idColl: '21340001700017',
      dteStr: '2026-01-15',
      codBud: '00',
      exercice: '2026',
      idBordereau: '1, 2',
      idPj: 'PJ-PESALR2_Démonstration_001-1, PJ-PESALR2_Démonstration_001-2',
      idPce: '1001, 1002, 2001, 2002',
      idNature: '6067',
      idFonction: '213',
      nomFic: 'PESALR2_Démonstration_001',
      libelleColBud: 'Budget général de la ville',
    })
    expect(pes).toMatchObject({ root: 'PES_Aller', encoding: 'ISO-8859-1', domains: ['PES_DepenseAller', 'PES_PJ'] })
    expect(pes.bordereaux).toEqual([
      { domain: 'PES_DepenseAller', exercice: '2026', id: '1' },
      { domain: 'PES_DepenseAller', exercice: '2026', id: '2' },
    ])
  })

  test('les natures et fonctions d’une recette, l’exercice d’un PES de pièces seules', async () => {
    expect(await read(samplePes({ content: 'recette' }))).toMatchObject({ natures: ['7067'], fonctions: ['213'] })
    const pieces = await read(samplePes({ content: 'pjOnly', exercice: '2025' }))
    expect(pieces).toMatchObject({ domains: ['PES_PJ'], exercices: ['2025'], bordereaux: [], natures: [] })
  })

  test('coupé n’importe où par le réseau, le même fichier se lit pareil', async () => {
    const bytes = samplePes()
    expect(await readPesAller(byteByByte(bytes))).toEqual(await read(bytes))
  })

  test('une référence de pièce dans un mandat n’est pas une pièce du fichier', async () => {
    expect((await read(samplePes({ pjs: 1 }))).pjs).toHaveLength(1)
    expect((await read(samplePes({ pjs: 0 }))).pjs).toEqual([])
  })

  test('un fichier tronqué, vide, qui n’est pas du XML ou qui porte un DOCTYPE est refusé', async () => {
    const bytes = samplePes()
    for (const broken of [
      bytes.subarray(0, bytes.length - 5),
      Buffer.alloc(0),
      Buffer.from('%PDF-1.4'),
      Buffer.from('<?xml version="1.0" encoding="x-inconnu"?><a/>'),
      Buffer.from('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    ])
      await expect(read(broken)).rejects.toMatchObject({ name: 'UnreadableXml' })
  })

  test('un entrepôt qui lâche n’est pas pris pour un mauvais fichier', async () => {
    const lost = Readable.from(
      (function* () {
        yield samplePes().subarray(0, 300)
        throw new Error('disque perdu')
      })(),
    )
    await expect(readPesAller(lost)).rejects.toMatchObject({ name: 'Error', message: 'disque perdu' })
  })

  test('un PES de 100 Mo se lit sans entrer en mémoire', async () => {
    const growth = await memoryGrowth(async () => {
      const pes = await readPesAller(Readable.from(samplePesChunks({ megabytes: 100, bordereaux: 500 })))
      expect(pes.bordereaux).toHaveLength(500)
      expect(pes.pieces).toHaveLength(1000)
    })
    expect(growth).toBeLessThan(150)
  }, 60_000)
})

describe('ce qui ferait refuser un PES', () => {
  const faultsOf = async (options: SamplePes) => pesFaults(await read(samplePes(options)), { needsBudget: true })

  test('rien, pour un PES complet', async () => {
    expect(await faultsOf({})).toEqual([])
    expect(await faultsOf({ content: 'pjOnly' })).toEqual([])
  })

  test('chaque règle, et toutes ensemble', async () => {
    expect(await faultsOf({ encoding: 'UTF-8' })).toEqual([expect.stringContaining('ISO-8859-1')])
    expect(await faultsOf({ idColl: '21340001700019' })).toEqual([expect.stringContaining('SIRET')])
    expect(await faultsOf({ content: 'nothing' })).toEqual([expect.stringContaining('ni dépense')])
    expect(await faultsOf({ nomFic: 'x'.repeat(101) })).toEqual([expect.stringContaining('100 caractères')])
    const everything = await faultsOf({
      nomFic: '',
      idPost: '',
      idColl: '',
      codCol: '',
      codBud: '',
      content: 'nothing',
    })
    expect(everything).toHaveLength(6)
    for (const name of ['NomFic', 'IdPost', 'IdColl', 'CodCol', 'CodBud'])
      expect(everything).toContain(`La balise « ${name} » est absente ou vide.`)
  })

  test('le budget n’est exigé que de qui le demande', async () => {
    const pes = await read(samplePes({ codBud: '' }))
    expect(pesFaults(pes, { needsBudget: false })).toEqual([])
  })

  test('un acquit n’est pas un PES aller', async () => {
    expect(pesFaults(await read(sampleAcquit({ nomFic: 'A' })), { needsBudget: true })).toEqual([
      expect.stringContaining('« PES_ACQUIT » au lieu de « PES_Aller »'),
    ])
  })
})

describe('lecture d’un acquit', () => {
  const acquit = (bytes: Buffer) => readAcquit(byteByByte(bytes))
  const bordereau = (rank: string, accepted = true) => ({ bordereau: rank, exercice: '2026', accepted })

  test('tout accepté', async () => {
    const read = await acquit(sampleAcquit({ nomFic: 'PES_1', elements: [bordereau('1'), bordereau('2')] }))
    expect(read).toMatchObject({ kind: 'acquit', outcome: 'accepted', nomFic: 'PES_1', count: 2, refused: 0 })
    expect(acquitSentence(read)).toBe('Accepté par la trésorerie (2 éléments acquittés)')
  })

  test('refus, avec les erreurs du bordereau, de ses pièces et de leurs lignes chacune à sa place', async () => {
    const error = (code: string) => ({ code, label: `Créance n° ${code} inconnue` })
    const read = await acquit(
      sampleAcquit({
        nomFic: 'PES_1',
        elements: [
          {
            ...bordereau('7', false),
            errors: [error('1')],
            pieces: [
              { number: '12', errors: [error('2')], lines: [{ number: '3', errors: [error('4'), error('5')] }] },
              { number: '13', errors: [error('6')] },
            ],
          },
        ],
      }),
    )
    expect(read).toMatchObject({ outcome: 'refused', count: 1, refused: 1, errors: [] })
    expect(read.elements).toEqual([
      {
        domain: '5',
        accepted: false,
        bordereau: '7',
        exercice: '2026',
        idUnique: '',
        errors: [error('1')],
        pieces: [
          { number: '12', errors: [error('2')], lines: [{ number: '3', errors: [error('4'), error('5')] }] },
          { number: '13', errors: [error('6')], lines: [] },
        ],
      },
    ])
    expect(acquitSentence(read)).toBe('Refusé par la trésorerie (1 Créance n° 1 inconnue)')
  })

  test('accepté en partie, et sur pièces', async () => {
    const elements = [bordereau('1'), { domain: '4', idUnique: 'PJ-9', accepted: false }]
    const read = await acquit(sampleAcquit({ nomFic: 'PES_1', elements }))
    expect(read).toMatchObject({ outcome: 'partial', count: 2, refused: 1 })
    expect(read.elements[1]).toMatchObject({ idUnique: 'PJ-9', domain: '4', accepted: false })
    expect(acquitSentence(read)).toBe('Accepté en partie par la trésorerie : 1 élément refusé sur 2')
  })

  test('sans élément, ou refusé en bloc, ce n’est jamais accepté', async () => {
    expect(await acquit(sampleAcquit({ nomFic: 'PES_1', elements: [] }))).toMatchObject({ outcome: 'empty', count: 0 })
    const whole = await acquit(sampleNonAcquit({ nomFic: 'PES_1' }))
    expect(whole).toMatchObject({ kind: 'nonAcquit', outcome: 'refused', errors: [{ code: '1001' }] })
    expect(acquitSentence(whole)).toBe('Refusé par la trésorerie (1001 Flux non conforme au schéma)')
  })

  test('une page de maintenance n’est pas un acquit', async () => {
    await expect(acquit(Buffer.from('<html><body>Maintenance</body></html>'))).rejects.toMatchObject({
      name: 'UnreadableXml',
    })
  })

  test('un acquit de cent mille éléments est compté en entier, et n’est pas gardé en entier', async () => {
    const elements = Array.from({ length: 100_000 }, (_each, rank) => bordereau(String(rank), rank !== 99_999))
    const read = await readAcquit(Readable.from([sampleAcquit({ nomFic: 'PES_1', elements })]))
    expect(read).toMatchObject({ outcome: 'partial', count: 100_000, refused: 1 })
    expect(read.elements).toHaveLength(1_000)
  })
})
