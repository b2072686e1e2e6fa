import { acquitSentence, html, type Acquit, type AcquitElement, type AcquitError, type Html, type Markup } from '#core'
import { count } from '../format.ts'
import { ACQUIT_DOMAINS } from '../labels.ts'
import { list, pager, section, table, values } from './parts.ts'

/** Elements shown at once. */
const PAGE = 100

const errorText = ({ code, label }: AcquitError): string => [code, label].filter(Boolean).join(' – ')

const errorsOf = (element: AcquitElement): Markup => {
  const own: readonly Markup[] = element.errors.map(errorText)
  const pieces = element.pieces.map(
    piece =>
      html`Pièce n° ${piece.number}
      ${list([
        ...piece.errors.map(errorText),
        ...piece.lines.map(line => html`Ligne n° ${line.number} ${list(line.errors.map(errorText))}`),
      ])}`,
  )
  return own.length + pieces.length > 0 ? list([...own, ...pieces]) : undefined
}

const elementRow = (element: AcquitElement): Html =>
  html`<tr>
    <th scope="row">${ACQUIT_DOMAINS[element.domain] ?? element.domain}</th>
    <td>${element.exercice}</td>
    <td>${element.bordereau || element.idUnique}</td>
    <td>${element.accepted ? html`<span class="good">Accepté</span>` : html`<span class="bad">Refusé</span>`}</td>
    <td>${errorsOf(element)}</td>
  </tr>`

/** The answer of the treasury: the outcome, then a line per element with what is wrong, piece by piece. */
export const acquitPage = (acquit: Acquit, page: number): Html => {
  const { outcome, nomFic, count: total, refused, elements, errors } = acquit
  const shown = elements.slice((page - 1) * PAGE, page * PAGE)
  return html`${section(
    'resultat',
    'Résultat',
    html`<p class="${outcome === 'accepted' ? 'good' : 'bad'}">${acquitSentence(acquit)}</p>`,
    values([
      ['PES concerné (NomFic)', nomFic],
      ['Éléments', String(total)],
      ['Éléments en erreur', String(refused)],
    ]),
    errors.length > 0
      ? html`<h3>Erreurs sur le fichier entier</h3>
          ${list(errors.map(errorText))}`
      : undefined,
  )}
  ${
    total > 0
      ? section(
          'elements',
          'Éléments',
          table(
            elements.length < total
              ? `Les ${elements.length} premiers éléments sur ${total} ; téléchargez le fichier pour lire les autres`
              : count(total, 'élément', 'éléments'),
            ['Domaine', 'Exercice', 'Bordereau ou pièce', 'État', 'Erreurs'],
            shown.map(elementRow),
          ),
          pager('Pages des éléments', {
            ...{ page, size: PAGE, total: elements.length },
            link: to => `?page=${to}#elements`,
          }),
        )
      : undefined
  }`
}
