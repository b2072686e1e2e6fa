import {
  html,
  problemOf,
  localDay,
  type CompiledField,
  type Html,
  type PublicAnswer,
  type PublicRequest,
  type Services,
} from '#core'
import { addressOf, type Opened } from './message.ts'

const MOST_FILES = 20

type Fields = readonly CompiledField[]
type Typed = Readonly<Record<string, string>>

const asked = (opened: Opened): Fields =>
  Object.values(opened.answer?.fields ?? {}).filter(field => !field.options.computed && !field.options.hidden)

const isFile = ({ kind }: CompiledField): boolean => kind === 'file' || kind === 'files'

const control = (field: CompiledField, typed: string): Html => {
  const { name, kind, options } = field
  const required = options.required ? html`required` : html``
  if (isFile(field))
    return html`<input id="${name}" name="${name}" type="file" ${kind === 'files' ? html`multiple` : ''} ${required} />`
  if (kind === 'longText') return html`<textarea id="${name}" name="${name}" ${required}>${typed}</textarea>`
  if (kind === 'choice')
    return html`<select id="${name}" name="${name}" ${required}>
      ${Object.entries(field.choices ?? {}).map(
        ([value, label]) => html`<option value="${value}" ${value === typed ? html`selected` : ''}>${label}</option>`,
      )}
    </select>`
  const type = kind === 'date' ? 'date' : kind === 'number' ? 'number' : 'text'
  return html`<input id="${name}" name="${name}" type="${type}" value="${typed}" ${required} />`
}

/** The form of the flow of answers, with what was typed and why it was refused. */
export const answerPage = (
  opened: Opened,
  base: string,
  typed: Typed = {},
  faults: readonly string[] = [],
): PublicAnswer => ({
  is: 'page',
  status: faults.length === 0 ? 200 : 422,
  title: `Répondre : ${opened.title}`,
  content: html`<p class="lead">Votre réponse à ${opened.entity}. Une seule réponse est possible.</p>
    ${
      faults.length === 0
        ? ''
        : html`<section class="fault" role="alert">
            <h2>La réponse n’est pas partie</h2>
            <ul>
              ${faults.map(fault => html`<li>${fault}</li>`)}
            </ul>
            <p>Les fichiers sont à choisir de nouveau.</p>
          </section>`
    }
    <section>
      <form method="post" action="${base}/reponse" enctype="multipart/form-data">
        ${asked(opened).map(
          field =>
            html`<label for="${field.name}">${field.label}${field.options.required ? '' : ' (facultatif)'}</label>
              ${control(field, typed[field.name] ?? '')}`,
        )}
        <button type="submit">Envoyer la réponse</button>
      </form>
      <p><a href="${base}">Revenir au message sans répondre</a></p>
    </section>`,
})

/** The answer becomes a document of the companion flow, linked to the message, in the transaction that says that it was given. */
export const receiveAnswer = async (
  request: PublicRequest,
  opened: Opened,
  services: Services,
): Promise<PublicAnswer> => {
  const { answer, found, recipient } = opened
  if (!answer) return { is: 'goTo', path: '' }
  const form = await request.form({ files: MOST_FILES, maxBytes: services.settings.uploadLimit })
  const fields = asked(opened)
  const typed = Object.fromEntries(fields.filter(field => !isFile(field)).map(({ name }) => [name, form.value(name)]))
  const values = Object.fromEntries(
    fields.flatMap((field): [string, unknown][] => {
      if (!isFile(field)) return typed[field.name] === '' ? [] : [[field.name, typed[field.name]]]
      const files = form.files(field.name)
      return files.length === 0 ? [] : [[field.name, field.kind === 'file' ? files[0] : files]]
    }),
  )
  const faults = fields.flatMap(field => {
    if (values[field.name] === undefined) return field.options.required ? [`« ${field.label} » est à renseigner.`] : []
    const value = field.kind === 'number' ? Number(values[field.name]) : values[field.name]
    return problemOf(field, value, localDay(services.clock.now())) ?? []
  })
  if (faults.length > 0) return answerPage(opened, request.base, typed, faults)
  await services.signals.send(addressOf(request.digest), {
    signal: 'reponse',
    payload: { acces: request.digest },
    creates: {
      flow: answer.id,
      reference: `reponse ${recipient.cle}`,
      values,
      message: `Réponse de ${recipient.adresse} à « ${found.document.title} »`,
      then: { whenValid: 'envoyer' },
      link: { there: `Réponse de ${recipient.adresse}`, here: 'Message auquel ceci répond' },
    },
  })
  return { is: 'goTo', path: '' }
}
