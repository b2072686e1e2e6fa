import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openPj, UnreadableXml, type PesPj } from '#core'
import { createAuthority, samplePes, samplePesChunks } from '#core/testing'
import { memoryGrowth } from '#core/conformance'
import { readContent, type PesContent, type Window } from './content.ts'
import { readItem } from './item.ts'
import { contractPes, invoicePes, returnPes, signedPes } from './samples.ts'

const ALL: Window = { first: 1, last: 1_000 }
/** Cut anywhere, a byte at a time: no place of the file is a good one to be cut. */
const byteByByte = (bytes: Buffer) => Readable.from(Array.from(bytes, byte => Buffer.from([byte])))
const read = (source: Readable, items = ALL): Promise<PesContent> => readContent(source, { items, pjs: () => true })
const whole = (bytes: Buffer) => read(byteByByte(bytes))

describe('le contenu d’un PES', () => {
  test('dépense : chaque bordereau, ses pièces et ses montants, et le total au centime', async () => {
    const content = await whole(samplePes({ bordereaux: 3, piecesPerBordereau: 3 }))
    expect(content.header).toContainEqual(['LibellePoste', 'Trésorerie municipale'])
    expect(content.domains[0]).toEqual({
      ...{ name: 'PES_DepenseAller', items: 3, pieces: 9, lines: 9 },
      amounts: { ht: 111_105, tva: 0 },
    })
    expect(content.items.map(({ rank, id, pieces, amounts }) => [rank, id, pieces, amounts.ht])).toEqual([
      [1, 'BORD1', 3, 37_035],
      [2, 'BORD2', 3, 37_035],
      [3, 'BORD3', 3, 37_035],
    ])
    expect(content.items[1]?.values).toMatchObject({ Exer: '2026', IdBord: '2', DteBordEm: '2026-01-15' })
  })

  test('recette, factures, marchés et retour ont leurs éléments', async () => {
    expect((await whole(samplePes({ content: 'recette' }))).items[0]).toMatchObject({
      ...{ kind: 'Bordereau', domain: 'PES_RecetteAller', amounts: { ht: 24_690 } },
    })
    const invoices = await whole(invoicePes())
    expect(invoices.items).toHaveLength(1)
    expect(invoices.items[0]).toMatchObject({
      ...{ kind: 'FactureIndiv', amounts: { ht: 4_200, tva: 231 } },
      values: { NumeroFacture: 'F-7', Nom: 'Élodie Béart', Objet: 'Cantine de décembre' },
    })
    const contracts = await whole(contractPes())
    expect(contracts.items).toHaveLength(1)
    expect(contracts.items[0]).toMatchObject({
      ...{ kind: 'Marche', values: { IdContrat: '20260042', Objet: 'Réfection du préau' } },
      // The amount of an amendment is not added to that of the contract.
      amounts: { ht: 12_500_050, tva: 0 },
    })
    expect((await whole(returnPes())).items).toMatchObject([
      { kind: 'Bordereau', domain: 'PES_DepenseRetour', pieces: 1, amounts: { ht: -1_230 } },
    ])
  })

  test('une page d’éléments, et le compte de tous', async () => {
    const content = await read(Readable.from([samplePes({ bordereaux: 7 })]), { first: 3, last: 4 })
    expect(content.items.map(({ rank }) => rank)).toEqual([3, 4])
    expect(content.domains[0]?.items).toBe(7)
  })

  test('les signatures sont lues où elles sont, avec ce qu’elles déclarent', async () => {
    const authority = createAuthority('Autorité de la ville')
    const content = await whole(signedPes(authority.issueClient('Camille Durand').certificate, { bordereaux: 2 }))
    expect(content.signatureCount).toBe(2)
    expect(content.items.map(({ signatures }) => signatures)).toEqual([1, 1])
    expect(content.signatures[1]).toEqual({
      reference: 'BORD2',
      holder: 'Bordereau',
      signer: 'Camille Durand',
      issuer: 'Autorité de la ville',
      signedAt: '2026-01-15T10:20:30Z',
      role: 'Maire & ordonnateur',
      city: 'Sète',
      digestAlgorithm: 'sha256',
      digest: 'RW1wcmVpbnRlIGR1IGJvcmRlcmVhdQ==',
    })
    // What surrounds the signatures is read as without them.
    expect(content.pjs).toHaveLength(1)
    expect(content.domains[0]).toMatchObject({ items: 2, pieces: 4, lines: 4 })
  })

  test('un certificat qui n’en est pas un laisse le signataire inconnu', async () => {
    const content = await whole(signedPes('cGFzIHVuIGNlcnRpZmljYXQ='))
    expect(content.signatures[0]).toMatchObject({ signer: '', issuer: '', reference: 'BORD1' })
  })

  test.each([
    ['un XML incomplet', samplePes().subarray(0, 2_000)],
    ['une page de maintenance', Buffer.from(`<html><body>${'Maintenance '.repeat(100)}</body></html>`)],
    ['un fichier vide', Buffer.alloc(0)],
    [
      'une entité externe',
      Buffer.from(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><PES_Aller>&x;</PES_Aller>`),
    ],
    [
      'des entités qui se multiplient',
      Buffer.from(`<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><PES_Aller V="&b;"/>`),
    ],
  ])('%s est illisible', async (_what, bytes) => {
    await expect(whole(bytes)).rejects.toBeInstanceOf(UnreadableXml)
  })

  test('un entrepôt qui lâche n’est pas pris pour un mauvais fichier', async () => {
    const lost = Readable.from(
      (function* () {
        yield samplePes().subarray(0, 700)
        throw new Error('disque perdu')
      })(),
    )
    await expect(read(lost)).rejects.toMatchObject({ name: 'Error', message: 'disque perdu' })
  })
})

describe('un élément d’un PES', () => {
  test('est lu avec la page de pièces demandée, lignes et tiers compris', async () => {
    const bytes = samplePes({ bordereaux: 3, piecesPerBordereau: 5 })
    const detail = await readItem(byteByByte(bytes), 2, { first: 4, last: 5 })
    expect(detail).toMatchObject({ domain: 'PES_DepenseAller', pieceCount: 5, isCut: false })
    expect(detail?.pieces).toHaveLength(2)
    expect(JSON.stringify(detail?.pieces[0])).toContain('"2004"')
    expect(JSON.stringify(detail?.pieces[0])).toContain('Papeterie de la Forêt')
    expect(JSON.stringify(detail?.element)).not.toContain('BlocPiece')
  })

  test('un fichier incomplet avant lui est illisible', async () => {
    const cut = byteByByte(samplePes({ bordereaux: 2 }).subarray(0, 2_000))
    await expect(readItem(cut, 2, ALL)).rejects.toBeInstanceOf(UnreadableXml)
  })

  test('celui que le fichier n’a pas', async () => {
    expect(await readItem(byteByByte(samplePes({ bordereaux: 2 })), 3, ALL)).toBeUndefined()
  })

  test('ne fait pas lire la suite du fichier', async () => {
    let chunks = 0
    const counted = Readable.from(
      (function* () {
        for (const chunk of samplePesChunks({ bordereaux: 1_000 })) {
          chunks += 1
          yield chunk
        }
      })(),
    )
    expect((await readItem(counted, 2, ALL))?.pieceCount).toBe(2)
    expect(chunks).toBeLessThan(100)
  })

  test('trop long pour une page, il le dit', async () => {
    const detail = await readItem(Readable.from(samplePesChunks({ piecesPerBordereau: 3_000 })), 1, {
      first: 1,
      last: 3_000,
    })
    expect(detail).toMatchObject({ isCut: true, pieceCount: 3_000 })
    expect(detail?.pieces.length).toBeLessThan(3_000)
  })
})

describe('une pièce justificative d’un PES', () => {
  const found = async (bytes: Buffer): Promise<readonly PesPj[]> => (await whole(bytes)).pjs

  test('dit son nom, son type et sa taille, et se relit telle qu’elle est', async () => {
    const bytes = samplePes({ pjs: 3 })
    const pjs = await found(bytes)
    expect(pjs[1]).toMatchObject({
      rank: 2,
      name: 'facture-2.pdf',
      mediaType: 'application/pdf',
      size: 27,
      type: '003',
    })
    for (const [rank, pj] of pjs.entries())
      expect((await buffer(openPj(byteByByte(bytes), pj))).toString()).toBe(`%PDF-1.4\n% facture ${rank + 1}\n%%EOF\n`)
  })

  const withContent = (base64: string): Buffer =>
    Buffer.from(
      samplePes()
        .toString('latin1')
        .replace(/(<Fichier[^>]*>)[^<]*/u, `$1${base64}`),
      'latin1',
    )

  test('coupée en lignes, ou seulement encodée', async () => {
    const lines = gzipSync('bonjour '.repeat(100)).toString('base64').replaceAll(/.{20}/gu, '$&&#13;\n')
    const folded = withContent(lines)
    const [pj] = await found(folded)
    expect(pj).toMatchObject({ compressed: true, size: 800 })
    if (pj) expect((await buffer(openPj(byteByByte(folded), pj))).toString()).toBe('bonjour '.repeat(100))
    const plain = withContent(Buffer.from('en clair').toString('base64'))
    const [bare] = await found(plain)
    expect(bare).toMatchObject({ compressed: false, size: 8 })
    if (bare) expect((await buffer(openPj(byteByByte(plain), bare))).toString()).toBe('en clair')
  })

  test('abîmée, ou absente, la lecture échoue au lieu de donner un fichier tronqué', async () => {
    const damaged = withContent(gzipSync(Buffer.alloc(10_000, 'abc')).subarray(0, -12).toString('base64'))
    const pj: PesPj = {
      rank: 1,
      compressed: true,
      idUnique: '',
      name: '',
      type: '',
      mediaType: '',
      description: '',
      size: 0,
    }
    await expect(buffer(openPj(byteByByte(damaged), pj))).rejects.toThrow()
    await expect(buffer(openPj(byteByByte(samplePes()), { ...pj, rank: 9 }))).rejects.toBeInstanceOf(UnreadableXml)
  })

  test('celui qui s’en va au milieu arrête la lecture du fichier', async () => {
    let isClosed = false
    async function* watched() {
      try {
        yield* samplePesChunks({ megabytes: 4 })
      } finally {
        isClosed = true
      }
    }
    const [pj] = await found(samplePes())
    const content = openPj(watched(), { ...pj, rank: 2, compressed: false } as PesPj)
    await content[Symbol.asyncIterator]().next()
    expect(isClosed).toBe(false)
    content.destroy()
    await expect.poll(() => isClosed).toBe(true)
  })

  test('un PES de 100 Mo se résume, et sa pièce de 75 Mo se relit, sans entrer en mémoire', async () => {
    const chunks = { megabytes: 100, bordereaux: 200, pjs: 1 }
    const digest = createHash('sha256')
    const growth = await memoryGrowth(async () => {
      const content = await read(Readable.from(samplePesChunks(chunks)))
      expect(content).toMatchObject({ pjCount: 2 })
      expect(content.items).toHaveLength(200)
      const pj = content.pjs[1]
      expect(pj?.size).toBe(78_643_200)
      let length = 0
      if (pj)
        for await (const part of openPj(Readable.from(samplePesChunks(chunks)), pj) as AsyncIterable<Buffer>) {
          length += part.length
          digest.update(part)
        }
      expect(length).toBe(78_643_200)
    })
    expect(growth).toBeLessThan(100)
  }, 60_000)
})
