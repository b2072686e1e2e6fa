import {
  definePlugin,
  disposition,
  distinctNames,
  passwordMatches,
  sendFile,
  stream,
  zipOf,
  type PublicAnswer,
  type PublicPages,
  type PublicRequest,
  type Services,
} from '#core'
import { PAGE } from '../../steps/mailsec/index.ts'
import { answerPage, receiveAnswer } from './answer.ts'
import {
  addressOf,
  closedPage,
  doorPage,
  FORMER_PATHS,
  formerPage,
  isFormerKey,
  messagePage,
  openMessage,
  unknownPage,
  type Opened,
} from './message.ts'

const WRONG = 'Ce mot de passe n’est pas le bon : vérifiez-le auprès de l’émetteur.'

const LONGEST_FORM = { files: 0, maxBytes: 0 }

/** Somebody pressed the button: the password first, then the reading is told to the document. */
const consult = async (request: PublicRequest, opened: Opened, services: Services): Promise<PublicAnswer> => {
  const { lock, recipient } = opened
  if (lock !== undefined) {
    const form = await request.form(LONGEST_FORM)
    if (!(await request.guess(() => passwordMatches(form.value('motDePasse'), lock))))
      return doorPage(opened, request.base, WRONG)
  }
  if (recipient.luLe === undefined)
    await services.signals.send(addressOf(request.digest), { signal: 'lecture', payload: { acces: request.digest } })
  return { is: 'goTo', path: '', ...(lock === undefined ? {} : { unlocks: lock }) }
}

const archive = ({ files, title, found }: Opened, services: Services): PublicAnswer => {
  const names = distinctNames(files.map(({ file }) => file.name))
  const entries = files.map(({ file }, rank) => ({
    name: names[rank] ?? file.name,
    size: file.size,
    open: () => services.files.open(file),
  }))
  return stream({
    open: () => zipOf(entries, found.document.updatedAt),
    headers: { 'Content-Type': 'application/zip', 'Content-Disposition': disposition(`${title}.zip`) },
  })
}

const shown = (request: PublicRequest, opened: Opened, services: Services): Promise<PublicAnswer> | PublicAnswer => {
  const { base, path, method } = request
  const [what, rank = ''] = path
  const canAnswer = opened.answer && opened.recipient.role === 'to' && opened.recipient.reponduLe === undefined
  if (what === undefined) return messagePage(services, opened, base)
  if (what === 'fichiers') {
    const held = /^\d{1,4}$/u.test(rank) ? opened.files[Number(rank)] : undefined
    return held ? sendFile(request, services.files, held.file) : unknownPage
  }
  if (what === 'archive' && opened.files.length > 0) return archive(opened, services)
  if (what === 'reponse' && canAnswer)
    return method === 'POST' ? receiveAnswer(request, opened, services) : answerPage(opened, base)
  return what === 'reponse' || FORMER_PATHS.has(what) ? { is: 'goTo', path: '' } : unknownPage
}

const tokenIn = (base: string): string => base.split('/').at(-1) ?? ''

/** The pages of the recipients of secure mail (`flows/mailsec.md`, recipient portal). */
const pages: PublicPages = {
  page: PAGE,
  async handle(request, services) {
    const opened = await openMessage(services, request.digest)
    if (!opened) return isFormerKey(tokenIn(request.base)) ? formerPage : unknownPage
    const { recipient, lock } = opened
    if (recipient.etat === 'non_recu') return closedPage(opened)
    const [what] = request.path
    if (what === 'consulter')
      return request.method === 'POST' ? consult(request, opened, services) : { is: 'goTo', path: '' }
    const isOpen = recipient.luLe !== undefined && (lock === undefined || request.holds(lock))
    if (isOpen) return shown(request, opened, services)
    return what === undefined ? doorPage(opened, request.base) : { is: 'goTo', path: '' }
  },
}

/** Before version 4 of Pastell, everything of the recipients was there. */
const formerPages: PublicPages = { page: 'mailsec', handle: () => Promise.resolve(formerPage) }

export default definePlugin({ id: 'mailsec', version: 1, publicPages: [pages, formerPages] })
