import {
  html,
  readableSize,
  signaturesSummary,
  type Html,
  type PesPj,
  type PesSignature,
  type PesVerification,
  type VerifiedSignature,
} from '#core'
import type { PesContent, PesItem } from '../content.ts'
import { count, dayText, euros } from '../format.ts'
import { codeText, DOMAINS, KINDS, labelOf, PJ_TYPES } from '../labels.ts'
import { amountCell, pager, section, table, values } from './parts.ts'

/** Lines of a list shown at once. */
export const PAGE = 50

export interface Asked {
  readonly page: number
  readonly pjPage: number
}

const summaryOf = ({ domains, pjCount, signatureCount }: PesContent): Html =>
  section(
    'resume',
    'Résumé',
    domains.length > 0
      ? table(
          'Contenu par domaine',
          ['Domaine', 'Éléments', 'Pièces', 'Lignes', 'Montant HT', 'TVA'],
          domains
            .filter(({ name }) => name !== 'PES_PJ')
            .map(
              ({ name, items, pieces, lines, amounts }) =>
                html`<tr>
                  <th scope="row">${DOMAINS[name] ?? name}</th>
                  <td>${items}</td>
                  <td>${pieces}</td>
                  <td>${lines}</td>
                  ${amountCell(euros(amounts.ht))} ${amountCell(euros(amounts.tva))}
                </tr>`,
            ),
        )
      : html`<p>Ce PES ne contient aucun domaine.</p>`,
    html`<p>
      ${count(pjCount, 'pièce justificative', 'pièces justificatives')} dans le fichier,
      ${count(signatureCount, 'signature', 'signatures')}.
    </p>`,
  )

/** What people call this item. */
export const itemTitle = ({ kind, rank, values: known }: Pick<PesItem, 'kind' | 'rank' | 'values'>): string => {
  const number =
    known['IdBord'] ?? known['NumeroFacture'] ?? known['IdContrat'] ?? known['RefTiers'] ?? known['IdPce'] ?? rank
  return `${KINDS[kind] ?? labelOf(kind)} n° ${number}`
}

type Verdict = PesVerification['bordereaux'][number]['verdict']

/** The word of a verdict, and how it is shown. */
const VERDICTS: Readonly<Record<Verdict, readonly [tone: 'good' | 'warn' | 'bad', word: string]>> = {
  valide: ['good', 'Valide'],
  alteree: ['bad', 'Altérée'],
  certificatExpire: ['warn', 'Certificat hors de ses dates'],
  autoriteInconnue: ['warn', 'autorité non reconnue'],
  certificatRevoque: ['bad', 'certificat révoqué'],
  illisible: ['warn', 'Non vérifiable'],
  tropVolumineux: ['warn', 'Non vérifiée (fichier trop volumineux)'],
  absente: ['warn', 'Non signé'],
}
const verdictText = (verdict: Verdict): Html => {
  const [tone, word] = VERDICTS[verdict]
  return html`<span class="${tone}">${word}</span>`
}

/** What the signature of an item is worth: its own, else that of the whole file. */
const verdictOf = (item: PesItem, verification: PesVerification | undefined): Html | string => {
  if (!verification) return 'Non signé'
  const own = verification.bordereaux.find(({ xmlId }) => xmlId !== '' && xmlId === item.id)
  if (own) return own.verdict === 'absente' ? 'Non signé' : verdictText(own.verdict)
  const whole = verification.signatures.find(({ target }) => target === '')
  return whole ? verdictText(whole.verdict) : 'Non signé'
}

const itemRow = (item: PesItem, verification: PesVerification | undefined): Html => {
  const { values: known, domain } = item
  const date = known['DteBordEm'] ?? known['DateEmission'] ?? known['DateNotification'] ?? known['DateSignature'] ?? ''
  const about = [
    known['TypBord'] === undefined ? '' : codeText(domain, 'TypBord', known['TypBord']),
    known['Objet'] ?? '',
    item.kind === 'FactureIndiv' ? (known['Nom'] ?? '') : '',
  ]
  return html`<tr>
    <th scope="row"><a href="?element=${item.rank}">${itemTitle(item)}</a></th>
    <td>${DOMAINS[domain] ?? domain}</td>
    <td>${known['Exer'] ?? ''}</td>
    <td>${dayText(date)}</td>
    <td>${about.filter(Boolean).join(', ')}</td>
    <td>${item.pieces || ''}</td>
    ${amountCell(euros(item.amounts.ht))} ${amountCell(euros(item.amounts.tva))}
    <td>${verdictOf(item, verification)}</td>
  </tr>`
}

const itemsOf = (
  { items, domains }: PesContent,
  asked: Asked,
  verification: PesVerification | undefined,
): Html | undefined => {
  const total = domains.reduce((all, domain) => all + domain.items, 0)
  if (total === 0) return undefined
  return section(
    'elements',
    'Bordereaux et autres éléments',
    table(
      `${count(total, 'élément', 'éléments')}, de ${items[0]?.rank ?? 0} à ${items.at(-1)?.rank ?? 0}`,
      ['Élément', 'Domaine', 'Exercice', 'Date', 'Description', 'Pièces', 'Montant HT', 'TVA', 'Signature'],
      items.map(item => itemRow(item, verification)),
    ),
    pager('Pages des éléments', {
      ...{ page: asked.page, size: PAGE, total },
      link: page => `?page=${page}&pjs=${asked.pjPage}#elements`,
    }),
  )
}

const pjRow = (pj: PesPj): Html =>
  html`<tr>
    <th scope="row"><a href="?pj=${pj.rank}">${pj.name || `Pièce ${pj.rank}`}</a></th>
    <td>${PJ_TYPES[pj.type] ?? pj.type}</td>
    <td>${pj.description}</td>
    <td>${pj.mediaType}</td>
    <td class="amount">${readableSize(pj.size)}</td>
    <td>${pj.idUnique}</td>
  </tr>`

const pjsOf = ({ pjs, pjCount }: PesContent, asked: Asked): Html | undefined =>
  pjCount === 0
    ? undefined
    : section(
        'pjs',
        'Pièces justificatives',
        table(
          `${count(pjCount, 'pièce justificative', 'pièces justificatives')} dans le fichier`,
          ['Nom', 'Type', 'Description', 'Format annoncé', 'Taille', 'Identifiant unique'],
          pjs.map(pjRow),
        ),
        pager('Pages des pièces justificatives', {
          ...{ page: asked.pjPage, size: PAGE, total: pjCount },
          link: page => `?page=${asked.page}&pjs=${page}#pjs`,
        }),
      )

const signatureRow = (signature: PesSignature, verified: VerifiedSignature | undefined): Html =>
  html`<tr>
    <th scope="row">${signature.reference ? `Élément ${signature.reference}` : 'Tout le document'}</th>
    <td>${signature.signer || 'Certificat absent ou illisible'}</td>
    <td>${signature.issuer}</td>
    <td>
      ${signature.signedAt ? html`${dayText(signature.signedAt)} <span class="muted">(${signature.signedAt})</span>` : ''}
    </td>
    <td>${[signature.role, signature.city].filter(Boolean).join(', ')}</td>
    <td>${signature.digestAlgorithm} ${signature.digest}</td>
    <td>${verified ? html`${verdictText(verified.verdict)}<br />${verified.sentence}` : 'Non vérifiée'}</td>
  </tr>`

const signaturesOf = (
  { signatures, signatureCount }: PesContent,
  verification: PesVerification | undefined,
): Html | undefined =>
  !verification
    ? undefined
    : section(
        'signatures',
        'Signatures',
        html`<p>
          ${signaturesSummary(verification).text.split('\n')[0]} Le hub vérifie les empreintes, la valeur de chaque
          signature et les dates du certificat. <strong>Ici, il ne juge pas l’autorité</strong> qui a délivré le
          certificat : lisez son nom. La télétransmission la juge, si l’administrateur a dit lesquelles reconnaître.
        </p>`,
        table(
          signatures.length < signatureCount
            ? `Les ${signatures.length} premières signatures sur ${signatureCount}`
            : count(signatureCount, 'signature', 'signatures'),
          [
            'Porte sur',
            'Signataire',
            'Autorité du certificat',
            'Date déclarée',
            'Qualité, lieu',
            'Empreinte',
            'Vérification',
          ],
          signatures.map((signature, rank) => signatureRow(signature, verification.signatures[rank])),
        ),
      )

/** The first page of a PES: who, how much, and the lists of what it holds. */
export const contentPage = (
  content: PesContent,
  asked: Asked,
  /** `undefined` when nothing is signed. */
  verification: PesVerification | undefined,
): Html =>
  html`${section('entete', 'En-tête', values(content.header.map(([name, value]) => [labelOf(name), dayText(value)])))}
  ${summaryOf(content)} ${itemsOf(content, asked, verification)} ${pjsOf(content, asked)}
  ${signaturesOf(content, verification)}`
