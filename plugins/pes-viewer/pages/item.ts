import { html, type Html, type Markup } from '#core'
import type { PesElement, PesItemDetail } from '../item.ts'
import { count } from '../format.ts'
import { DOMAINS, KINDS, labelOf } from '../labels.ts'
import { amountCell, list, pager, section, table, tree, valueText } from './parts.ts'

/** Pieces shown at once. */
export const PIECES = 50

const child = (element: PesElement | undefined, ...path: readonly string[]): PesElement | undefined =>
  path.reduce<PesElement | undefined>((at, name) => at?.children.find(each => each.name === name), element)

const valueOf = (element: PesElement | undefined, name: string): string => child(element, name)?.value ?? ''

const tiersOf = (line: PesElement): Markup =>
  line.children
    .filter(({ name }) => name === 'Tiers')
    .map(tiers => {
      const info = child(tiers, 'InfoTiers')
      const address = child(tiers, 'Adresse')
      const name = ['Civilite', 'Prenom', 'Nom', 'ComplNom']
        .map(each => valueOf(info, each))
        .filter(Boolean)
        .join(' ')
      const details = [
        valueOf(info, 'IdTiers'),
        ['Adr1', 'Adr2', 'Adr3', 'CP', 'Ville']
          .map(each => valueOf(address, each))
          .filter(Boolean)
          .join(' '),
        valueOf(child(tiers, 'CpteBancaire'), 'IBAN'),
      ]
      return html`<strong>${name}</strong> ${details.filter(Boolean).map(detail => html`<br />${detail}`)}`
    })

/** Shown in columns of their own. */
const COLUMNS: ReadonlySet<string> = new Set(['IdLigne', 'Nature', 'Fonction', 'MtHT', 'MtTVA', 'PJRef'])

const leaves = (element: PesElement): readonly PesElement[] =>
  element.children.flatMap(each => (each.children.length > 0 ? leaves(each) : [each]))

const lineRow = (domain: string, line: PesElement): Html => {
  const block = child(line, 'BlocLignePiece')
  const info = child(block, 'InfoLignePce') ?? child(block, 'InfoLignePiece')
  const others = line.children
    .filter(({ name }) => name !== 'Tiers')
    .flatMap(leaves)
    .filter(({ name, value }) => value !== '' && !COLUMNS.has(name))
    .map(each => `${labelOf(each.name)} : ${valueText(domain, each)}`)
  const amount = (name: string) => amountCell(valueText(domain, { name, value: valueOf(info, name) }))
  return html`<tr>
    <th scope="row">${valueOf(info, 'IdLigne')}</th>
    <td>${valueOf(info, 'Nature')}</td>
    <td>${valueOf(info, 'Fonction')}</td>
    <td>${tiersOf(line)}</td>
    ${amount('MtHT')} ${amount('MtTVA')}
    <td>${others.length > 0 ? list(others) : undefined}</td>
  </tr>`
}

const pjRefsOf = (elements: readonly PesElement[]): Markup => {
  const references = elements.flatMap(element => element.children.filter(({ name }) => name === 'PJRef'))
  if (references.length === 0) return undefined
  return html`<p>Pièces justificatives citées :</p>
    ${list(
      references.map(reference => {
        const id = valueOf(reference, 'IdUnique')
        return html`<a href="?piece=${encodeURIComponent(id)}">${valueOf(reference, 'NomPJ') || id}</a>`
      }),
    )}`
}

const pieceOf = (domain: string, piece: PesElement, rank: number): Html => {
  const block = child(piece, 'BlocPiece')
  const info = child(block, 'InfoPce') ?? child(block, 'InfoPiece') ?? child(piece, 'InfoPiece') ?? block
  const lines = piece.children.filter(({ name }) => name === 'LigneDePiece')
  const number = valueOf(info, 'IdPce') || String(rank)
  const own = (info?.children ?? []).filter(
    ({ name, children, value }) => !['IdPce', 'PJRef'].includes(name) && (value !== '' || children.length > 0),
  )
  const infoOfLines = lines.flatMap(line => {
    const inner = child(line, 'BlocLignePiece')
    return [child(inner, 'InfoLignePce') ?? child(inner, 'InfoLignePiece')].filter(each => each !== undefined)
  })
  return html`<h3>${domain.includes('Recette') ? 'Titre' : 'Mandat'} n° ${number}</h3>
    ${tree(domain, own)} ${pjRefsOf([...(info ? [info] : []), ...infoOfLines])}
    ${table(
      `Lignes de la pièce n° ${number}`,
      ['Ligne', 'Nature', 'Fonction', 'Tiers', 'Montant HT', 'TVA', 'Autres informations'],
      lines.map(line => lineRow(domain, line)),
    )}`
}

export const detailTitle = ({ element, domain }: PesItemDetail): string =>
  `${KINDS[element.name] ?? labelOf(element.name)} – ${DOMAINS[domain] ?? domain}`

/** One item of a PES, and a page of its pieces. */
export const itemPage = (detail: PesItemDetail, { rank, page }: { rank: number; page: number }): Html => {
  const { domain, element, pieces, pieceCount, isCut } = detail
  const block = child(element, 'BlocBordereau')
  return html`<p><a href="?">Retour au fichier entier</a></p>
    ${
      isCut
        ? html`<p class="warn">
            Cet élément est trop long pour une page : la fin n’est pas affichée. Téléchargez le fichier pour la lire.
          </p>`
        : undefined
    }
    ${section('informations', 'Informations', tree(domain, block ? block.children : element.children))}
    ${
      pieceCount > 0
        ? section(
            'pieces',
            'Pièces',
            html`<p>${count(pieceCount, 'pièce', 'pièces')}.</p>`,
            pieces.map((piece, index) => pieceOf(domain, piece, (page - 1) * PIECES + index + 1)),
            pager('Pages des pièces', {
              ...{ page, size: PIECES, total: pieceCount },
              link: to => `?element=${rank}&page=${to}#pieces`,
            }),
          )
        : undefined
    }`
}
