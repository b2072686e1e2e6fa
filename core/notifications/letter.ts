import { frenchDay } from '../authoring/days.ts'
import { html, type Html } from '../http/html.ts'
import { groupBy } from './groups.ts'
import type { LetterRhythm, Notice } from './model.ts'

/** What a letter is made of. */
export interface LetterParts {
  readonly rhythm: LetterRhythm
  readonly notices: readonly Notice[]
  readonly entityName: (id: string) => string
  readonly flowLabel: (id: string) => string
  /** `https://passeur.ville.fr`, without a final slash. */
  readonly publicUrl: string
  readonly now: Date
}

export interface WrittenLetter {
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly settings?: string
}

const time = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', hour: '2-digit', minute: '2-digit' })

const titled = ({ title }: Notice): string => title.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim() || 'Sans titre'

const subjectOf = ({ rhythm, notices, now }: LetterParts): string => {
  const [first] = notices
  if (rhythm === 'daily') return `[Passeur] Vos documents du ${frenchDay(now)}`
  if (first && notices.length === 1) return `[Passeur] ${first.stateLabel} : ${titled(first).slice(0, 150)}`
  return `[Passeur] ${notices.length} documents ont changé d'état`
}

interface Group {
  readonly heading: string
  readonly notices: readonly Notice[]
}

/** By entity, then by flow, in the order of the notices. */
const groupsOf = ({ notices, entityName, flowLabel }: LetterParts): readonly Group[] =>
  [...groupBy(notices, ({ entityId, flowId }) => `${entityName(entityId)} · ${flowLabel(flowId)}`)].map(
    ([heading, group]) => ({ heading, notices: group }),
  )

const PURPOSE = 'Vous recevez ce courriel parce que vous avez demandé à suivre ces documents.'
const CHOOSE = 'Choisir ou arrêter vos notifications'

/** To the holder of an account about it: the sentences and nothing of the document, which may not be readable to the person. */
const writePersonal = ({ notices, publicUrl }: LetterParts): WrittenLetter => {
  const [first] = notices
  const why = `Vous recevez ce courriel parce qu'il concerne votre compte de ${publicUrl}.`
  const page = html`<!doctype html>
    <html lang="fr">
      <body style="font-family: sans-serif">
        ${notices.map(({ message }) => html`<p style="white-space: pre-line">${message}</p>`)}
        <p style="color: #555">${why}</p>
      </body>
    </html>`
  return {
    subject: `[Passeur] ${first && notices.length === 1 ? first.stateLabel : 'Votre compte'}`,
    text: [...notices.flatMap(({ message }) => [message, '']), '-- ', why].join('\n'),
    html: page.markup,
  }
}

/** The letter in plain text and in HTML: of a document, its title, its state, its message and its address, nothing else. */
export const writeLetter = (parts: LetterParts): WrittenLetter =>
  parts.rhythm === 'personal' ? writePersonal(parts) : writeFollowed(parts)

const writeFollowed = (parts: LetterParts): WrittenLetter => {
  const { publicUrl } = parts
  const settings = `${publicUrl}/notifications`
  const address = ({ entityId, documentId }: Notice) =>
    `${publicUrl}/entites/${encodeURIComponent(entityId)}/documents/${encodeURIComponent(documentId)}`
  const when = ({ at }: Notice) => `le ${frenchDay(at)} à ${time.format(at)}`
  const groups = groupsOf(parts)

  const text = groups.flatMap(({ heading, notices }) => [
    heading,
    '',
    ...notices.flatMap(notice => [
      `* ${titled(notice)}`,
      `  ${notice.stateLabel}, ${when(notice)}`,
      ...(notice.message && notice.message !== notice.stateLabel ? [`  ${notice.message}`] : []),
      `  ${address(notice)}`,
      '',
    ]),
  ])
  const line = (notice: Notice): Html =>
    html`<li>
      <a href="${address(notice)}">${titled(notice)}</a><br />
      <strong>${notice.stateLabel}</strong>, ${when(notice)}
      ${notice.message && notice.message !== notice.stateLabel ? html`<br />${notice.message}` : undefined}
    </li>`
  const page = html`<!doctype html>
    <html lang="fr">
      <body style="font-family: sans-serif">
        ${groups.map(
          ({ heading, notices }) =>
            html`<h2 style="font-size: 1rem">${heading}</h2>
              <ul>
                ${notices.map(line)}
              </ul>`,
        )}
        <p style="color: #555">${PURPOSE} <a href="${settings}">${CHOOSE}</a>.</p>
      </body>
    </html>`
  return {
    subject: subjectOf(parts),
    text: [...text, '-- ', PURPOSE, `${CHOOSE} : ${settings}`].join('\n'),
    html: page.markup,
    settings,
  }
}
