import {
  displayOf,
  html,
  isEmpty,
  readableSize,
  type CompiledFlow,
  type Html,
  type Services,
  type Signalled,
} from '#core'
import {
  digestsOf,
  FILE_INPUTS,
  recipientsIn,
  shownFiles,
  type Recipient,
  type Shown,
} from '../../steps/mailsec/index.ts'

/** « le 22/11/2026 à 08 h 39 », from the moment kept with a recipient (`2026-11-22 08:39:02`, legal time). */
const readOn = ({ luLe = '' }: Recipient): string => {
  const [day = '', time = ''] = luLe.split(' ')
  return `le ${day.split('-').reverse().join('/')} à ${time.slice(0, 5).replace(':', ' h ')}`
}

/** What the bearer of a link may see: one recipient of one message. */
export interface Opened {
  readonly found: Signalled
  readonly recipient: Recipient
  readonly entity: string
  readonly title: string
  readonly text: string
  /** Hash of the password, when there is one. */
  readonly lock: string | undefined
  readonly files: readonly Shown[]
  /** Form of the answers, when the flow has one. */
  readonly answer: CompiledFlow | undefined
}

export const addressOf = (digest: string) => ({ step: 'mailsec', field: 'acces', value: digest })

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** `undefined`: the link opens nothing, or nothing any more. */
export const openMessage = async (services: Services, digest: string): Promise<Opened | undefined> => {
  const found = await services.signals.find(addressOf(digest))
  const recipient = found && recipientsIn(found.data).find(each => digestsOf(each).includes(digest))
  if (!recipient) return undefined
  const { document, flow, inputs, data } = found
  const row = await services.db('entities').where('id', document.entityId).first<{ name: string } | undefined>('name')
  return {
    found,
    recipient,
    entity: row?.name ?? '',
    title: textOf(inputs['titre']) || document.title,
    text: textOf(inputs['message']),
    lock: textOf(data['motDePasse']) || undefined,
    files: shownFiles(inputs, FILE_INPUTS),
    answer: services.flows.current(`${flow.id}-reponse`),
  }
}

const SHOWN_APART = new Set(['objet', 'titre', 'message', 'cc', 'bcc'])

/** Values that the companion of the flow shows above the files, by the names they share in Pastell. */
const factsOf = (services: Services, { found: { flow, document } }: Opened): readonly (readonly [string, string])[] => {
  const form = services.flows.current(`${flow.id}-destinataire`)
  return Object.values(form?.fields ?? {}).flatMap(field => {
    const name = field.options.pastell ?? field.name
    if (field.kind === 'file' || field.kind === 'files' || field.options.title || SHOWN_APART.has(name)) return []
    const own = Object.values(flow.fields).find(each => (each.options.pastell ?? each.name) === name)
    if (!own || own.kind === 'secret' || isEmpty(document.data[own.name])) return []
    return [[field.label, displayOf(own, document.data[own.name])] as const]
  })
}

const fileList = (files: readonly Shown[], base: string): Html =>
  files.length === 0
    ? html`<p class="muted">Aucun fichier n’accompagne ce message.</p>`
    : html`<ul class="files">
          ${files.map(
            ({ file }, rank) =>
              html`<li>
                <a href="${base}/fichiers/${rank}">${file.name}</a>
                <span class="muted">(${readableSize(file.size)})</span>
              </li>`,
          )}
        </ul>
        ${files.length > 1 ? html`<p><a href="${base}/archive">Télécharger tous les fichiers (zip)</a></p>` : ''}`

const answerPart = ({ recipient, answer, found }: Opened, base: string): Html => {
  if (recipient.reponduLe !== undefined)
    return html`<section>
      <h2>Votre réponse</h2>
      <p>Vous avez répondu le ${recipient.reponduLe}.</p>
    </section>`
  if (!answer || recipient.role !== 'to' || found.step.definition.id !== 'mailsec') return html``
  return html`<section>
    <h2>Répondre</h2>
    <p>
      <a href="${base}/reponse">Répondre à ce message</a>, avec des fichiers si besoin. Une seule réponse est possible.
    </p>
  </section>`
}

/** The message itself, once it was asked for. */
export const messagePage = (services: Services, opened: Opened, base: string) => {
  const facts = factsOf(services, opened)
  return {
    is: 'page',
    title: opened.title,
    content: html`<p class="lead">De ${opened.entity}, pour ${opened.recipient.adresse}</p>
      ${opened.text === '' ? '' : html`<section><p class="text">${opened.text}</p></section>`}
      ${
        facts.length === 0
          ? ''
          : html`<section>
              <dl>
                ${facts.map(
                  ([label, value]) =>
                    html`<dt>${label}</dt>
                      <dd>${value}</dd>`,
                )}
              </dl>
            </section>`
      }
      <section>
        <h2>Fichiers</h2>
        ${fileList(opened.files, base)}
      </section>
      ${answerPart(opened, base)}
      <p class="muted">
        L’émetteur est informé de votre consultation (${readOn(opened.recipient)}). Cette page vous est personnelle : ne
        transmettez pas son adresse.
      </p>`,
  } as const
}

/** Before the message: a person presses a button, which software that follows links does not. */
export const doorPage = ({ entity, lock }: Opened, base: string, refusal?: string) =>
  ({
    is: 'page',
    status: refusal === undefined ? 200 : 403,
    title: 'Un message vous attend',
    content: html`<p class="lead">${entity} vous adresse un message sécurisé.</p>
      ${refusal === undefined ? '' : html`<section class="fault" role="alert"><p>${refusal}</p></section>`}
      <section>
        <form method="post" action="${base}/consulter">
          ${
            lock === undefined
              ? ''
              : html`<label for="motDePasse">Mot de passe</label>
                  <p id="aide">L’émetteur vous l’a donné par un autre moyen que ce courriel.</p>
                  <input
                    id="motDePasse"
                    name="motDePasse"
                    type="password"
                    autocomplete="off"
                    required
                    aria-describedby="aide"
                  />`
          }
          <button type="submit">Consulter le message</button>
        </form>
        <p class="muted">L’émetteur sera informé que vous l’avez consulté.</p>
      </section>`,
  }) as const

export const closedPage = ({ entity }: Opened) =>
  ({
    is: 'page',
    status: 410,
    title: 'Ce message n’est plus disponible',
    content: html`<section role="alert">
      <p>
        Ce message n’a pas été consulté à temps : ${entity} a fermé ce lien. Adressez-vous à l’émetteur pour en recevoir
        un autre.
      </p>
    </section>`,
  }) as const

/** The addresses that Pastell gave: what they led to stayed there. */
export const formerPage = {
  is: 'page',
  status: 410,
  title: 'Ce lien est celui d’une ancienne plateforme',
  content: html`<section role="alert">
    <p>
      Ce message a été envoyé avant le changement de plateforme : son lien ne peut plus l’ouvrir. Adressez-vous à
      l’émetteur pour qu’il vous l’envoie de nouveau.
    </p>
  </section>`,
} as const

/** Keys of Pastell are MD5 digests; our tokens are longer. */
export const isFormerKey = (token: string): boolean => /^[\da-f]{32}$/iu.test(token)

/** Pages that Pastell had under the link of a recipient: ours all begin at the link itself. */
export const FORMER_PATHS: ReadonlySet<string> = new Set([
  'captcha',
  'password',
  'downloadFile',
  'downloadFiles',
  'reply',
  'validate',
])

export const unknownPage = {
  is: 'page',
  status: 404,
  title: 'Lien inconnu',
  content: html`<section role="alert">
    <p>
      Ce lien ne mène à aucun message : il n’a pas été copié en entier, ou le message a été supprimé. Ouvrez à nouveau
      le lien du courriel, ou adressez-vous à l’émetteur.
    </p>
  </section>`,
} as const
