import { Readable } from 'node:stream'
import { html, UnreadableXml, type FileViewer, type View, type ViewRequest, type XmlElement } from '#core'
import type { FactureLisible } from './facture.ts'
import { facturxIn } from './facturx.ts'
import { factureCii } from './formats/cii.ts'
import { facturesDuPivot } from './formats/pivot.ts'
import { factureUbl } from './formats/ubl.ts'
import { leanTree, openContent } from './lean.ts'
import { facturePage } from './page.ts'

const numberIn = (text: string | undefined): number => (/^[1-9]\d{0,5}$/u.test(text ?? '') ? Number(text) : 1)

const READERS: Readonly<Record<string, (root: XmlElement) => readonly FactureLisible[]>> = {
  CPPFacturePivot: facturesDuPivot,
  Invoice: root => [factureUbl(root)],
  CreditNote: root => [factureUbl(root)],
  CrossIndustryInvoice: root => [factureCii(root)],
}

const sorry = (sentence: string): View => ({
  is: 'page',
  title: 'Facture illisible',
  status: 422,
  content: html`<section><p class="bad">${sentence}</p></section>`,
})

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/u

/** @param open the XML, from its beginning */
const viewOf = async (open: () => Readable, { query }: ViewRequest): Promise<View> => {
  const root = await leanTree(open())
  const factures = READERS[root.name]?.(root) ?? []
  const rank = Math.min(numberIn(query['facture']), factures.length)
  const facture = factures[rank - 1]
  if (!facture) throw new UnreadableXml(`no invoice under ${root.name}`)
  if (query['piece'] === undefined)
    return {
      is: 'page',
      title: facture.titre,
      content: facturePage(facture, { facture: rank, page: numberIn(query['page']), total: factures.length }),
    }
  const piece = facture.pieces.find(({ rang }) => rang === numberIn(query['piece']))
  const wanted = piece?.rang
  if (!piece || wanted === undefined)
    return sorry('Cette pièce jointe n’est pas dans la facture : revenez à sa première page.')
  return {
    is: 'file',
    name: piece.nom,
    type: MEDIA_TYPE.test(piece.type) ? piece.type : 'application/octet-stream',
    open: () => openContent(open(), wanted),
  }
}

const saying = async (asked: ViewRequest, work: () => Promise<View>): Promise<View> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error
    return sorry(
      `Le fichier « ${asked.file.name} » ne peut pas être montré : ce n’est pas une facture électronique, ou son XML est incorrect. ` +
        'Téléchargez-le pour l’examiner, et redemandez-le à qui l’a émis.',
    )
  }
}

/** The readable view of an invoice in XML: Chorus pivot, UBL, CII. */
export const factureViewer: FileViewer = {
  id: 'facture',
  label: 'Voir la facture',
  types: ['application/xml'],
  roots: Object.keys(READERS),
  show: asked => saying(asked, () => viewOf(asked.open, asked)),
}

/** The readable view of what a Factur-X says to machines; the PDF itself is what people see. */
export const facturxViewer: FileViewer = {
  id: 'facturx',
  label: 'Voir les données de la facture',
  types: ['application/pdf'],
  recognises: async ({ open }) => (await facturxIn(open())) !== undefined,
  show: asked =>
    saying(asked, async () => {
      const xml = await facturxIn(asked.open())
      if (!xml)
        return sorry(
          `Le fichier « ${asked.file.name} » est un PDF ordinaire, sans facture électronique : lisez-le comme tel.`,
        )
      return viewOf(() => Readable.from([xml], { objectMode: false }), asked)
    }),
}
