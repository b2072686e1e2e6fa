import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import yazl from 'yazl'
import { base64Of } from '../../../contracts/factures/base64.ts'
import { PIVOT_CODES, type SimInvoice, type SimPiece } from './model.ts'

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const element = (name: string, value: string | number | undefined): string =>
  value === undefined ? '' : `<${name}>${escape(String(value))}</${name}>`

const group = (name: string, ...inside: readonly string[]): string => `<${name}>${inside.join('')}</${name}>`

const MEGABYTE = 1024 * 1024

/** So many megabytes that no compression shrinks, made without holding them. */
const megabytes = (count: number): Readable => {
  const block = randomBytes(MEGABYTE)
  return Readable.from(
    (function* () {
      yield Buffer.from('%PDF-1.7\n')
      for (let rank = 0; rank < count; rank += 1) yield block
    })(),
  )
}

const contentOf = (piece: SimPiece): Readable =>
  typeof piece.content === 'number' ? megabytes(piece.content) : Readable.from([Buffer.from(piece.content)])

/** A zip of one file, as Chorus Pro carries most contents. */
export const zipOf = (name: string, content: Readable): AsyncIterable<Uint8Array> => {
  const zip = new yazl.ZipFile()
  zip.addReadStream(content, name, { compress: false, mtime: new Date('2026-01-01T00:00:00Z') })
  zip.end()
  return zip.outputStream as unknown as AsyncIterable<Uint8Array>
}

async function* pieceXml(piece: SimPiece, rank: number): AsyncGenerator<string> {
  yield `<PJ>${element('IdUnique', rank)}${element('IdOriginal', rank)}<Contenu>`
  const content = contentOf(piece)
  yield* base64Of(piece.zipped ? zipOf(piece.name, content) : (content as AsyncIterable<Uint8Array>))
  yield `</Contenu>${element('NomPJ', piece.name)}${element('NomPJOrigine', piece.name)}`
  yield `${element('TypePJ', piece.type)}${element('MimeTypePJ', 'application/pdf')}</PJ>`
}

/** The `CPPFacturePivot` of an invoice (formats/factures.md §1), made as it is read. */
export async function* pivotXml(
  invoice: SimInvoice,
  { withAttachments }: { readonly withAttachments: boolean },
): AsyncGenerator<string> {
  const { supplier, recipient } = invoice
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<CPPFacturePivot><Enveloppe><EnveloppeUnitaire NumOrdre="1">'
  yield group(
    'Parametres',
    group('ParametreIndiv', element('Code', 'IdFlx'), element('Valeurparametre', `FSO${invoice.id}`)),
  )
  yield `${group('Partenaires', element('Recepteur', recipient.siret), element('Emetteur', 'CPP'))}</EnveloppeUnitaire></Enveloppe>`
  yield '<CPPFactures Compteur="1"><CPPFacturePivotUnitaire NumOrdre="1">'
  yield group(
    'Fournisseur',
    element('TypeIdentifiant', 1),
    element('Identifiant', supplier.siret),
    element('RaisonSociale', supplier.name),
    element('CodePays', 'FR'),
    element('ModeEmission', 'PORTAIL'),
    `<ReferenceBancaire Type="IBAN">${element('Compte', 'FR7612345678901234567890123')}${element('Etablissement', 'BDFEFRPP')}</ReferenceBancaire>`,
  )
  yield group(
    'Debiteur',
    element('TypeIdentifiant', 1),
    element('Identifiant', recipient.siret),
    element('Nom', recipient.name),
    element('CodeService', invoice.service?.code),
    element('NomService', invoice.service?.name),
  )
  yield group(
    'DonneesFacture',
    element('Id', invoice.number),
    element('IdCPRO', invoice.id),
    element('Type', invoice.kind === 'AVOIR' ? 381 : 380),
    element('Cadre', 'A1'),
    element('DateEmissionFacture', invoice.date),
    element('DateReception', invoice.depositedOn),
    element('Devise', 'EUR'),
    group('ModePaiement', element('Code', 30), element('Libelle', 'VIREMENT')),
    group(
      'Montants',
      element('MontantHT', invoice.amount.toFixed(2)),
      element('MontantTTC', (invoice.amount * 1.2).toFixed(2)),
      element('MontantNetAPayer', (invoice.amount * 1.2).toFixed(2)),
    ),
    group('Engagement', element('NumeroMarche', invoice.market), element('NumeroEngagement', invoice.order)),
  )
  for (const [rank, piece] of invoice.pieces.entries())
    if (withAttachments || piece.type === '01') yield* pieceXml(piece, rank + 1)
  yield group(
    'CycleDeValidation',
    ...invoice.history.map(({ at, statut, comment }) =>
      group(
        'ValidationUnitaire',
        element('DateStatut', at.toISOString()),
        element('CodeStatut', PIVOT_CODES[statut]),
        element('Commentaire', comment),
      ),
    ),
  )
  yield '</CPPFacturePivotUnitaire></CPPFactures></CPPFacturePivot>'
}

/** The answer of `telecharger/groupe`: JSON around base64 around a zip, streamed. */
export async function* downloadJson(
  invoice: SimInvoice,
  { form, withAttachments }: { readonly form: 'PIVOT' | 'PDF'; readonly withAttachments: boolean },
): AsyncGenerator<string> {
  yield '{"fichierResultat":"'
  if (form === 'PIVOT')
    yield* base64Of(
      zipOf(`${invoice.id}.xml`, Readable.from(pivotXml(invoice, { withAttachments }), { objectMode: false })),
    )
  else yield Buffer.from(`%PDF-1.7\nFacture ${invoice.number} vue par Chorus Pro\n%%EOF\n`).toString('base64')
  yield '","codeRetour":0,"libelle":"TRA_MSG_00.000"}'
}
