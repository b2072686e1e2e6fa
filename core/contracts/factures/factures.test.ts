import { Buffer } from 'node:buffer'
import { buffer, text } from 'node:stream/consumers'
import fc from 'fast-check'
import yazl from 'yazl'
import { describe, expect, test } from 'vitest'
import { temporaryFiles } from '../../testing/disk-files.ts'
import type { HistoriqueFacture, StatutFacture } from '../portail-factures.ts'
import { base64Decoder, base64Of } from './base64.ts'
import { datesOf, historyJson } from './historique.ts'
import { pdfOf, readPivot } from './pivot.ts'
import { faultOfChange, remainingStatuts, statutOfPivotCode, versionsOf } from './statuts.ts'

const cut = (content: string, sizes: readonly number[]): string[] => {
  const parts: string[] = []
  let from = 0
  for (let rank = 0; from < content.length; rank += 1) {
    const size = sizes.length > 0 ? (sizes[rank % sizes.length] ?? 1) : content.length
    parts.push(content.slice(from, from + size))
    from += size
  }
  return parts
}

const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 })

describe('base64 par morceaux', () => {
  const decode = (parts: readonly string[]) => {
    const decoder = base64Decoder()
    return Buffer.concat([...parts.map(part => decoder.push(part)), decoder.end()])
  }

  test('rend les octets, où qu’il soit coupé, espaces et fins de ligne compris', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), sizes, (bytes, lengths) => {
        const written = Buffer.from(bytes)
          .toString('base64')
          .replace(/(.{9})/gu, '$1\r\n ')
        expect(decode(cut(written, lengths)).equals(Buffer.from(bytes))).toBe(true)
      }),
    ))

  test.each(['@@@@', 'QUJ', 'QUJD=', 'QQ==QUJD', 'Q===', 'QU*D', '='])(
    'refuse « %s » au lieu de rendre un fichier abîmé',
    broken => {
      expect(() => decode([broken])).toThrow()
      expect(() => decode([...broken])).toThrow()
    },
  )

  test('écrit un contenu comme Buffer le ferait', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 9 })), async chunks => {
        const written: string[] = []
        const source = async function* () {
          yield* chunks
        }
        for await (const part of base64Of(source())) written.push(part)
        expect(written.join('')).toBe(Buffer.concat(chunks).toString('base64'))
      }),
    ))
})

const zipOf = async (entries: Readonly<Record<string, string>>): Promise<Buffer> => {
  const zip = new yazl.ZipFile()
  for (const [name, content] of Object.entries(entries)) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  return buffer(zip.outputStream)
}

const piece = (content: Buffer | string, name: string, type = '02') =>
  `<PJ><Contenu>${Buffer.from(content).toString('base64')}</Contenu><NomPJ>${name}</NomPJ><TypePJ>${type}</TypePJ></PJ>`
const unit = (inside: string) =>
  `<CPPFacturePivotUnitaire NumOrdre="1"><Fournisseur><TypeIdentifiant>1</TypeIdentifiant><ReferenceBancaire Type="IBAN"><Compte>FR76</Compte></ReferenceBancaire></Fournisseur>${inside}</CPPFacturePivotUnitaire>`
const pivot = (...units: readonly string[]) =>
  `<CPPFacturePivot><CPPFactures>${units.join('')}</CPPFactures></CPPFacturePivot>`
const PDF = '%PDF-1.7\nfacture\n%%EOF\n'

describe('lecture du pivot', () => {
  const read = async (xml: string | Buffer) => {
    await using files = await temporaryFiles()
    const units = await readPivot(files, await files.save(xml, 'pivot.xml'))
    return await Promise.all(
      units.map(async facture => ({
        ...facture,
        contents: await Promise.all(facture.pieces.map(({ file }) => text(files.open(file)))),
      })),
    )
  }

  test('toutes les factures, leurs valeurs et leurs pièces, qu’elles soient en clair ou dans un zip', async () => {
    const [first, second] = await read(
      pivot(
        unit(
          `<DonneesFacture><Id>F&amp;1</Id><IdCPRO>12</IdCPRO></DonneesFacture>${piece(await zipOf({ 'a.pdf': PDF }), 'facture.pdf', '01')}${piece('annexe', 'PJ00_été.txt')}`,
        ),
        unit('<DonneesFacture><Id>F2</Id></DonneesFacture>'),
      ),
    )
    expect(first?.values).toEqual({
      type_identifiant: '1',
      fournisseur_ref_bancaire_type: 'IBAN',
      fournisseur_ref_bancaire_compte: 'FR76',
      no_facture: 'F&1',
      id_facture_cpp: '12',
    })
    expect(first?.pieces.map(({ type, file }) => [type, file.name, file.type])).toEqual([
      ['01', 'facture.pdf', 'application/pdf'],
      ['02', 'PJ00_été.txt', 'text/plain'],
    ])
    expect(first?.contents).toEqual([PDF, 'annexe'])
    expect(second?.values.no_facture).toBe('F2')
  })

  test('une archive de plusieurs fichiers, ou dite archive, est gardée telle quelle', async () => {
    const several = await zipOf({ 'a.txt': 'a', 'b.txt': 'b' })
    const one = await zipOf({ 'plan.dwg': 'x' })
    const [facture] = await read(pivot(unit(piece(several, 'lot.pdf') + piece(one, 'plans.zip'))))
    expect(facture?.pieces.map(({ file }) => [file.name, file.type])).toEqual([
      ['lot.pdf', 'application/zip'],
      ['plans.zip', 'application/zip'],
    ])
  })

  test("l'encodage déclaré est respecté ; CDATA, commentaires et fins de ligne codées ne gênent pas le contenu", async () => {
    const encoded = Buffer.from('contenu').toString('base64')
    const xml = `<?xml version="1.0" encoding="ISO-8859-1"?>${pivot(
      unit(
        `<Debiteur><Nom>Préfecture</Nom></Debiteur><PJ><Contenu>${encoded.slice(0, 4)}&#13;\n<!-- x --><![CDATA[${encoded.slice(4)}]]></Contenu><NomPJ>a.txt</NomPJ></PJ>`,
      ),
    )}`
    const [facture] = await read(Buffer.from(xml, 'latin1'))
    expect(facture?.values.destinataire_nom).toBe('Préfecture')
    expect(facture?.contents).toEqual(['contenu'])
  })

  test.each([
    ['tronqué', pivot(unit(piece('x'.repeat(50), 'a.txt'))).slice(0, -30)],
    ['au contenu abîmé', pivot(unit('<PJ><Contenu>@@@</Contenu><NomPJ>a</NomPJ></PJ>'))],
    ['qui parle d’autre chose', '<Autre/>'],
    [
      'hostile',
      `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${pivot(unit('<Debiteur><Nom>&e;</Nom></Debiteur>'))}`,
    ],
    ['qui n’est pas du XML', 'PK'],
  ])('un fichier %s est refusé avec une phrase', async (_what, xml) => {
    await expect(read(xml)).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining("« pivot.xml » n'est pas un pivot Chorus Pro") as string,
    })
  })

  test('le PDF montré est le premier des pièces principales, sinon celle qui commence par PJ00', async () => {
    const shown = async (...pieces: readonly string[]) => {
      const [facture] = await read(pivot(unit(pieces.join(''))))
      return facture && pdfOf(facture)?.name
    }
    expect(await shown(piece('<x/>', 'a.xml', '01'), piece(PDF, 'b.pdf', '01'), piece(PDF, 'PJ00.pdf'))).toBe('b.pdf')
    expect(await shown(piece(PDF, 'z.pdf'), piece(PDF, 'PJ00_c.pdf'))).toBe('PJ00_c.pdf')
    expect(await shown(piece(PDF, 'z.pdf'))).toBeUndefined()
  })
})

const history = (...statuts: readonly StatutFacture[]): HistoriqueFacture => ({
  statut: statuts.at(-1) ?? 'DEPOSEE',
  passages: statuts.map((statut, rank) => ({ statut, at: `2026-03-0${rank + 1}T10:00:00+01:00`, id: String(rank) })),
})

describe('statuts', () => {
  test('une suite reprend après ce qui a eu lieu, sans jamais tenir pour faits une suspension ou un rejet', () => {
    const left = (targets: readonly StatutFacture[], ...past: readonly StatutFacture[]) =>
      remainingStatuts(targets, history(...past))
    expect(left(['SERVICE_FAIT', 'MANDATEE'], 'MISE_A_DISPOSITION')).toEqual(['SERVICE_FAIT', 'MANDATEE'])
    expect(left(['SERVICE_FAIT', 'MANDATEE'], 'MISE_A_DISPOSITION', 'SERVICE_FAIT')).toEqual(['MANDATEE'])
    expect(left(['SERVICE_FAIT', 'MANDATEE'], 'MISE_A_DISPOSITION', 'MANDATEE')).toEqual([])
    expect(left(['SERVICE_FAIT'], 'SERVICE_FAIT', 'MANDATEE', 'COMPTABILISEE')).toEqual([])
    expect(left(['SERVICE_FAIT'], 'SERVICE_FAIT', 'SUSPENDUE', 'COMPLETEE')).toEqual(['SERVICE_FAIT'])
    expect(left(['SUSPENDUE'], 'SUSPENDUE', 'COMPLETEE')).toEqual(['SUSPENDUE'])
    expect(left(['SUSPENDUE', 'SERVICE_FAIT'], 'SERVICE_FAIT')).toEqual(['SUSPENDUE', 'SERVICE_FAIT'])
  })

  test('un passage depuis la première tentative est le nôtre, à la minute près', () => {
    const past = history('MISE_A_DISPOSITION', 'SUSPENDUE', 'COMPLETEE')
    expect(remainingStatuts(['SUSPENDUE'], past, { since: '2026-03-02T10:00:40+01:00' })).toEqual([])
    expect(remainingStatuts(['SUSPENDUE'], past, { since: '2026-03-02T10:02:00+01:00' })).toEqual(['SUSPENDUE'])
  })

  test('ce qui ne se demande pas est dit avant tout envoi', () => {
    expect(faultOfChange(['SERVICE_FAIT'], {})).toBeUndefined()
    expect(faultOfChange(['REJETEE'], { reason: 'doublon' })).toBeUndefined()
    for (const fault of [
      faultOfChange([], {}),
      faultOfChange(['DEPOSEE'], {}),
      faultOfChange(['SERVICE_FAIT', 'REJETEE'], { reason: ' ' }),
    ])
      expect(fault).toMatch(/^\p{Lu}.*\.$/u)
  })

  test('la version compte les retours du fournisseur, non les suspensions en cours', () => {
    expect(versionsOf(history('MISE_A_DISPOSITION'))).toHaveLength(1)
    expect(versionsOf(history('MISE_A_DISPOSITION', 'SUSPENDUE'))).toHaveLength(1)
    expect(versionsOf(history('MISE_A_DISPOSITION', 'SUSPENDUE', 'COMPLETEE'))).toHaveLength(2)
    expect(
      versionsOf(history('A_RECYCLER', 'MISE_A_DISPOSITION', 'SUSPENDUE', 'COMPLETEE', 'SERVICE_FAIT')),
    ).toHaveLength(3)
  })

  test('les codes du pivot', () => {
    expect([' 6', '06', '12', '13', 'x', ''].map(statutOfPivotCode)).toEqual([
      'SUSPENDUE',
      'SUSPENDUE',
      'COMPLETEE',
      undefined,
      undefined,
      undefined,
    ])
  })

  test("l'historique donne ses dates et son fichier, du plus récent au plus ancien", () => {
    const past = history('MISE_A_DISPOSITION', 'SUSPENDUE', 'COMPLETEE', 'SERVICE_FAIT')
    expect(datesOf(past)).toEqual({
      date_mise_a_dispo: '2026-03-01',
      date_fin_suspension: '2026-03-03',
      date_passage_statut: '2026-03-04',
    })
    const file = JSON.parse(historyJson(past)) as { statut_courant: string; histo_statut: { statut_code: string }[] }
    expect(file.statut_courant).toBe('SERVICE_FAIT')
    expect(file.histo_statut.map(each => each.statut_code)).toEqual([
      'SERVICE_FAIT',
      'COMPLETEE',
      'SUSPENDUE',
      'MISE_A_DISPOSITION',
    ])
  })
})
