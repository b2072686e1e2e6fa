import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { FileViewer, View } from '#core'
import { memoryGrowth } from '#core/conformance'
import { fileNamed, samplePivot } from '#core/testing'
import { sampleCii, samplePdfWith, sampleUbl } from './samples.ts'
import { factureViewer, facturxViewer } from './viewer.ts'

type Content = string | Buffer | (() => Readable)

const show = (viewer: FileViewer, content: Content, query: Readonly<Record<string, string>> = {}): Promise<View> =>
  viewer.show({
    file: fileNamed('facture.xml'),
    root: undefined,
    open: typeof content === 'function' ? content : () => Readable.from([Buffer.from(content)]),
    query,
  })

const pageOf = async (...asked: Parameters<typeof show>) => {
  const view = await show(...asked)
  if (view.is !== 'page') throw new Error('a file, where a page was expected')
  return { title: view.title, status: view.status ?? 200, text: view.content.markup.replaceAll(/\s+/gu, ' ') }
}

describe('la page d’une facture', () => {
  test('UBL : en-tête, parties, lignes, TVA, totaux, paiement, notes et pièces', async () => {
    const { title, text: page } = await pageOf(factureViewer, sampleUbl())
    expect(title).toBe('Facture F-2026-7')
    for (const said of [
      'Facture UBL',
      '10/01/2026',
      'BC-17',
      'COMPTA',
      'Papeterie de la Forêt',
      'SIRET',
      '3 rue des Écoles 34000 Montpellier',
      'Ville de Démonstration',
      'Ramettes 1',
      '20 %',
      'Virement',
      'FR7612345678901234567890123',
      'Merci de votre confiance',
      'href="?facture=1&amp;piece=1"',
    ])
      expect(page).toContain(said)
    expect(page).toMatch(/Net à payer<\/dt> <dd>120,00\s€/u)
    expect(page).not.toContain('À vérifier')
  })

  test('CII : un avoir, avec son fournisseur, ses lignes et ses totaux', async () => {
    const { title, text: page } = await pageOf(factureViewer, sampleCii())
    expect(title).toBe('Avoir F-2026-8')
    for (const said of [
      '11/01/2026',
      'Fournitures du Midi',
      'SIREN',
      '123456789',
      'Stylos bleus',
      'Virement SEPA',
      'TECH',
    ])
      expect(page).toContain(said)
    expect(page).toMatch(/Total TTC<\/dt> <dd>120,00\s€/u)
  })

  test('pivot Chorus Pro : ce qui manque ou est faux est cité avec son élément, et rien quand tout y est', async () => {
    const whole = samplePivot('F-1')
    expect((await pageOf(factureViewer, whole)).text).not.toContain('À vérifier')
    const damaged = whole
      .replace('<Identifiant>00000000000018</Identifiant>', '')
      .replace('2026-01-10', '10/01/2026')
      .replace('<MontantTTC>120.00', '<MontantTTC>120,00')
    const { text: page } = await pageOf(factureViewer, damaged)
    expect(page).toContain('Identifiant du fournisseur (Fournisseur/Identifiant) : manque.')
    expect(page).toContain(
      'Date de la facture (DonneesFacture/DateEmissionFacture) : « 10/01/2026 » n’est pas une date',
    )
    expect(page).toContain('Montant TTC (DonneesFacture/Montants/MontantTTC) : « 120,00 » n’est pas un montant')
  })

  test('pivot Chorus Pro : chaque facture du fichier, page par page', async () => {
    const first = await pageOf(factureViewer, samplePivot('F-1', 'F-2'))
    expect(first.title).toBe('Facture F-1')
    expect(first.text).toContain('Page 1 sur 2')
    const second = await pageOf(factureViewer, samplePivot('F-1', 'F-2'), { facture: '2' })
    expect(second.title).toBe('Facture F-2')
    for (const said of ['Papeterie de la Forêt', 'Ramettes A4', 'BC-17', 'FAC-F-2.pdf', 'Pièce complémentaire'])
      expect(second.text).toContain(said)
    expect(second.text).toContain('href="?facture=2&amp;piece=3"')
  })

  test('dit ce qui ne concorde pas', async () => {
    const { text: page } = await pageOf(factureViewer, sampleUbl({ total: '130.00' }))
    expect(page).toContain('Le montant HT augmenté de la TVA ne donne pas le montant TTC')
  })

  test('les longues factures se lisent par cent lignes', async () => {
    const { text: page } = await pageOf(factureViewer, sampleUbl({ lines: 250 }), { page: '3' })
    expect(page).toContain('Ramettes 250')
    expect(page).not.toContain('Ramettes 200<')
    expect(page).toContain('Page 3 sur 3')
  })

  test('laisse à l’état de texte ce que le fichier contient', async () => {
    const { text: page } = await pageOf(factureViewer, sampleUbl({ name: '&lt;script&gt;alert(1)&lt;/script&gt;' }))
    expect(page).toContain('&lt;script&gt;alert(1)')
    expect(page).not.toContain('<script')
  })
})

describe('les pièces jointes', () => {
  const piece = async (content: string, rank: string) => {
    const view = await show(factureViewer, content, { piece: rank, facture: '2' })
    if (view.is !== 'file') throw new Error('a page, where a file was expected')
    return { name: view.name, type: view.type, content: await text(view.open()) }
  }

  test('se téléchargent décodées, sous leur nom', async () => {
    expect(await piece(sampleUbl(), '1')).toEqual({ name: 'bon.txt', type: 'text/plain', content: 'bon de livraison' })
    expect(await piece(samplePivot('F-1', 'F-2'), '4')).toMatchObject({ name: 'bon.txt', content: 'livré' })
  })

  test('absente, une phrase le dit', async () => {
    expect(await pageOf(factureViewer, sampleUbl(), { piece: '7' })).toMatchObject({ status: 422 })
  })

  test('de cent mégaoctets, elles ne sont jamais en mémoire', async () => {
    const [head = '', tail = ''] = sampleUbl({ content: '@@' }).split('@@')
    const block = Buffer.alloc(1_048_576, 'QUJD')
    const open = () =>
      Readable.from(
        (function* () {
          yield Buffer.from(head)
          for (let rank = 0; rank < 100; rank += 1) yield block
          yield Buffer.from(tail)
        })(),
        { objectMode: false },
      )
    const growth = await memoryGrowth(async () => {
      expect((await pageOf(factureViewer, open)).title).toBe('Facture F-2026-7')
    })
    expect(growth).toBeLessThan(80 * 1_048_576)
  })
})

describe('une Factur-X', () => {
  test.each([true, false])(
    'montre la facture que le PDF porte, que ses objets soient compressés (%s) ou non',
    async useObjectStreams => {
      const pdf = await samplePdfWith({ 'notice.xml': '<notice/>', 'factur-x.xml': sampleCii() }, { useObjectStreams })
      expect(await facturxViewer.recognises?.({ open: () => Readable.from([pdf]) })).toBe(true)
      expect((await pageOf(facturxViewer, pdf)).title).toBe('Avoir F-2026-8')
      // As a socket would give it.
      const inBits = () =>
        Readable.from(
          Array.from({ length: Math.ceil(pdf.length / 700) }, (_, rank) => pdf.subarray(rank * 700, rank * 700 + 700)),
        )
      expect((await pageOf(facturxViewer, inBits)).title).toBe('Avoir F-2026-8')
    },
  )

  test('un PDF ordinaire n’est pas proposé, et une phrase le dit', async () => {
    const pdf = await samplePdfWith({ 'autre.xml': '<autre/>' })
    expect(await facturxViewer.recognises?.({ open: () => Readable.from([pdf]) })).toBe(false)
    expect((await pageOf(facturxViewer, pdf)).text).toContain('PDF ordinaire')
  })
})

describe('ce qui n’est pas une facture', () => {
  test.each([
    ['un XML incomplet', sampleUbl().slice(0, 900)],
    ['une entité externe', '<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]><Invoice>&x;</Invoice>'],
    ['un autre XML', '<facture/>'],
    ['un pivot vide', '<CPPFacturePivot/>'],
  ])('%s : une phrase, et ce qu’il faut faire', async (_what, content) => {
    const { status, text: page } = await pageOf(factureViewer, content)
    expect(status).toBe(422)
    expect(page).toContain('ne peut pas être montré')
  })
})
