import { html, viewParts, type Html, type Markup } from '#core'
import { centimes, ecarts, type FactureLisible, type Ligne } from './facture.ts'

const { amountCell, pager, section, table, values } = viewParts

/** Lines shown at once. */
export const PAGE = 100

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/u
const dayText = (value: string): string => value.replace(DAY, '$3/$2/$1')

/** An amount for people; what is no amount stays as it is written. */
const money = (devise: string) => {
  let format: Intl.NumberFormat | undefined
  try {
    format = new Intl.NumberFormat('fr-FR', { style: 'currency', currency: devise })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    format = undefined
  }
  return (amount: string | undefined): string => {
    const cents = centimes(amount)
    if (cents === undefined) return amount ?? ''
    return format ? format.format(cents / 100) : `${amount ?? ''} ${devise}`
  }
}

const pairs = (lines: readonly Ligne[]): readonly (readonly [string, string])[] =>
  lines.flatMap(([label, value]) => (value === undefined || value === '' ? [] : [[label, dayText(value)] as const]))

const some = (id: string, title: string, lines: readonly Ligne[]): Html | undefined => {
  const shown = pairs(lines)
  return shown.length === 0 ? undefined : section(id, title, values(shown))
}

const percent = (rate: string): string => (rate === '' ? '' : `${rate.replace(/\.?0+$/u, '') || '0'} %`)

const totalsOf = ({ totaux }: FactureLisible, amount: (value: string | undefined) => string): readonly Ligne[] =>
  (
    [
      ['Total des lignes', totaux.lignes],
      ['Total HT', totaux.ht],
      ['TVA', totaux.tva],
      ['Total TTC', totaux.ttc],
      ['Déjà payé', totaux.acompte],
      ['Net à payer', totaux.net],
    ] as const
  ).map(([label, value]) => [label, value === undefined ? undefined : amount(value)])

export interface Demandee {
  readonly facture: number
  readonly page: number
  readonly total: number
}

/** An invoice on a page to read and to print: header, parties, lines, VAT, totals, payment, attachments. */
export const facturePage = (facture: FactureLisible, asked: Demandee): Html => {
  const amount = money(facture.devise)
  const faults = ecarts(facture)
  const lines = facture.lignes.slice((asked.page - 1) * PAGE, asked.page * PAGE)
  const own = (query: string) => `?facture=${asked.facture}${query}`
  const parts: readonly Markup[] = [
    asked.total > 1
      ? pager('Factures du fichier', {
          page: asked.facture,
          size: 1,
          total: asked.total,
          link: rank => `?facture=${rank}`,
        })
      : undefined,
    faults.length === 0
      ? undefined
      : section('alertes', 'À vérifier', html`${faults.map(fault => html`<p class="warn">${fault}</p>`)}`),
    some('entete', facture.format, facture.entete),
    ...facture.parties.map((partie, rank) =>
      some(`partie-${rank}`, partie.role, [['Nom', partie.nom], ...partie.lignes]),
    ),
    some('totaux', 'Totaux', totalsOf(facture, amount)),
    facture.lignes.length === 0
      ? undefined
      : section(
          'lignes',
          'Lignes',
          table(
            `${facture.lignes.length} ${facture.lignes.length > 1 ? 'lignes' : 'ligne'}`,
            [
              'Désignation',
              'Référence',
              ...['Quantité', 'Prix unitaire', 'Montant HT', 'TVA'].map(amount => ({ amount })),
            ],
            lines.map(
              line =>
                html`<tr>
                  <th scope="row">${line.designation}</th>
                  <td>${line.reference}</td>
                  ${amountCell(line.quantite)} ${amountCell(amount(line.prixUnitaire))}
                  ${amountCell(amount(line.montantHt))} ${amountCell(percent(line.taux))}
                </tr>`,
            ),
          ),
          pager('Lignes', {
            page: asked.page,
            size: PAGE,
            total: facture.lignes.length,
            link: page => own(`&page=${page}`),
          }),
        ),
    facture.tva.length === 0
      ? undefined
      : section(
          'tva',
          'TVA',
          table(
            'Détail de la TVA',
            ['Taux', { amount: 'Base' }, { amount: 'Montant' }, 'Motif'],
            facture.tva.map(
              each =>
                html`<tr>
                  <th scope="row">${percent(each.taux)}</th>
                  ${amountCell(amount(each.base))} ${amountCell(amount(each.montant))}
                  <td>${each.motif}</td>
                </tr>`,
            ),
          ),
        ),
    some('paiement', 'Paiement', facture.paiement),
    facture.notes.length === 0
      ? undefined
      : section('notes', 'Notes', html`${facture.notes.map(note => html`<p>${note}</p>`)}`),
    facture.pieces.length === 0
      ? undefined
      : section(
          'pieces',
          'Pièces jointes',
          html`<ul>
            ${facture.pieces.map(({ nom, description, rang }) => {
              const name = rang === undefined ? nom : html`<a href="${own(`&piece=${rang}`)}">${nom}</a>`
              return html`<li>${name}${description === '' ? '' : ` — ${description}`}</li>`
            })}
          </ul>`,
        ),
  ]
  return html`${parts}`
}
