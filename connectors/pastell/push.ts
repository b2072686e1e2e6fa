import { createHash } from 'node:crypto'
import {
  distinctNames,
  PermanentError,
  TemporaryError,
  type Clock,
  type Deposited,
  type DocumentContents,
  type Memory,
} from '#core'
import { isTrue, lastActionIn, textIn, type Answer, type PastellApi, type Refused } from './client.ts'
import { actionOf, type PastellSettings } from './fields.ts'
import { mappingLines, planPush } from './mapping.ts'

/** How far a push went, as the instance remembers it. */
interface Progress {
  /** The creation is asked for: when, and the empty documents that were there before. */
  readonly asked?: { readonly at: string; readonly known: readonly string[] }
  /** The remote document. */
  readonly id?: string
  /** It is whole and its action is asked for: what was last done to it before. */
  readonly acting?: string
  /** Everything is done. */
  readonly done?: Deposited
}

export interface PushContext {
  readonly api: PastellApi
  readonly settings: PastellSettings
  readonly memory: Memory
  readonly clock: Clock
}

/** A lost creation is looked for this far around the moment it was asked for, clocks of two machines included. */
const AROUND = 120_000

/** Pastell writes dates in the local time of its server. */
const localTime = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Paris',
  dateStyle: 'short',
  timeStyle: 'medium',
})

const stepsOf = (key: string, { api, memory, clock }: PushContext) => {
  const work = createHash('sha256').update(key).digest('hex').slice(0, 16)
  const record = `envoi:${work}`
  /** To whom a remote document belongs until it is whole: another push of this instance must not take it for its own. */
  const owner = (id: string) => `dossier:${id}`

  /** The empty document that a lost answer has left, when there is one and only one. */
  const lost = async ({ at, known }: NonNullable<Progress['asked']>): Promise<string | undefined> => {
    const [from, to] = [-AROUND, AROUND].map(gap => localTime.format(new Date(new Date(at).getTime() + gap)))
    const candidates: string[] = []
    for (const { id, creation } of await api.emptyDocuments()) {
      if (known.includes(id) || creation < (from ?? '') || creation > (to ?? '')) continue
      const owned = await memory.get<string>(owner(id))
      if (owned === undefined || owned === work) candidates.push(id)
    }
    if (candidates.length < 2) return candidates[0]
    throw new PermanentError(
      `La réponse à la création d'un dossier a été perdue, et plusieurs dossiers vides sont apparus au même moment (${candidates.join(', ')}) : rien ne dit lequel est le nôtre. Supprimez sur la plateforme de destination ceux qui ne servent pas, puis relancez.`,
    )
  }

  return {
    progress: async (): Promise<Progress> => (await memory.get<Progress>(record)) ?? {},
    keep: (progress: Progress) => memory.set(record, progress),
    async forget(id: string): Promise<void> {
      await memory.set(record, undefined)
      await memory.set(owner(id), undefined)
    },
    /** The remote document of this key, created if there is none yet. */
    async create({ asked }: Progress): Promise<string> {
      const found = asked && (await lost(asked))
      if (found === undefined) {
        const known = (await api.emptyDocuments()).map(({ id }) => id)
        await memory.set(record, { asked: { at: clock.now().toISOString(), known } } satisfies Progress)
      }
      const id = found ?? (await api.create())
      await memory.set(owner(id), work)
      await memory.set(record, { id } satisfies Progress)
      return id
    },
    async finish(id: string, done: Deposited): Promise<Deposited> {
      await memory.set(record, { id, done } satisfies Progress)
      await memory.set(owner(id), undefined)
      return done
    },
  }
}

/** Takes away a draft that the remote will never accept as it is, so that the next try does not leave a second one. */
const discarded = async (id: string, api: PastellApi): Promise<string> => {
  try {
    const answer = await api.discard(id)
    return answer.is === 'done'
      ? 'Le brouillon y a été supprimé.'
      : `Le brouillon « ${id} » y reste (${answer.message}) : supprimez-le.`
  } catch (error) {
    return `Le brouillon « ${id} » y est peut-être resté (${error instanceof Error ? error.message : String(error)})`
  }
}

/**
 * Pushes a document into another Pastell or Passeur, once per `key`: creation, fields, files, action (`depot-files.md` §A.4). What each
 * step needs to be found again is recorded before it, so that a call that died anywhere is gone on with.
 */
export const push = async (contents: DocumentContents, key: string, context: PushContext): Promise<Deposited> => {
  const { api, settings } = context
  const plan = planPush(mappingLines(settings.correspondances), contents)
  const steps = stepsOf(key, context)
  const progress = await steps.progress()
  if (progress.done) return progress.done
  const id = progress.id ?? (await steps.create(progress))

  const names = distinctNames(plan.files.map(({ file }) => file.name))
  const deposited: Deposited = {
    ids: Object.fromEntries(names.map(name => [name, id])),
    location: `${settings.adresse.replace(/\/+$/u, '')}/Document/detail?id_d=${encodeURIComponent(id)}&id_e=${encodeURIComponent(settings.entite)}`,
  }

  const gone = async (): Promise<PermanentError> => {
    await steps.forget(id)
    return new PermanentError(
      `Le dossier « ${id} » n'est plus sur la plateforme de destination : quelqu'un l'a supprimé, ou l'a traité et retiré. S'il n'a pas été traité, relancez : un nouveau dossier y sera créé.`,
    )
  }

  const refusal = async (what: string, reason: string): Promise<PermanentError> => {
    const then = await discarded(id, api)
    await steps.forget(id)
    return new PermanentError(`La plateforme de destination refuse ${what} : ${reason.replace(/\.$/u, '')}. ${then}`)
  }

  const accepted = async (answer: Answer, what: string): Promise<Readonly<Record<string, unknown>>> => {
    if (answer.is === 'done') return answer.data
    throw await (answer.status === 404 ? gone() : refusal(what, answer.message))
  }

  /** @returns the last answer about the whole form, if anything was sent */
  const fill = async () => {
    let last: Readonly<Record<string, unknown>> | undefined
    if (Object.keys(plan.values).length > 0)
      last = await accepted(await api.modify(id, plan.values), 'les champs du dossier')
    for (const placed of plan.files)
      last = await accepted(await api.addFile(id, placed), `le fichier « ${placed.file.name} »`)
    return last
  }

  const detail = async () => accepted(await api.detail(id), 'de montrer le dossier')

  const refusedAction = async (action: string, answer: Refused | { readonly message: string }, before: string) => {
    if (/déjà en cours/iu.test(answer.message))
      return new TemporaryError(
        `Le dossier « ${id} » est occupé sur la plateforme de destination (${answer.message}). Un nouvel essai aura lieu.`,
      )
    // A refusal that has changed its state is no draft any more: people there must see it.
    if (lastActionIn(await detail()) === before) return refusal(`l'action « ${action} »`, answer.message)
    await steps.forget(id)
    return new PermanentError(
      `L'action « ${action} » a échoué sur la plateforme de destination : ${answer.message}. Voyez là-bas le dossier « ${id} » ; ne relancez que s'il y est abandonné, car un nouveau dossier y serait créé.`,
    )
  }

  /** Asks for the action, unless a former call did: its answer may be lost, its effect is seen on the document. */
  const act = async (action: string, acting: string | undefined): Promise<void> => {
    const before = acting ?? lastActionIn(await detail())
    if (acting !== undefined && lastActionIn(await detail()) !== acting) return
    await steps.keep({ id, acting: before })
    const answer = await api.act(id, action)
    if (answer.is === 'refused') {
      if (answer.status === 404) throw await gone()
      throw await refusedAction(action, answer, before)
    }
    if (!isTrue(answer.data['result']))
      throw await refusedAction(action, { message: textIn(answer.data['message']) || 'sans raison' }, before)
  }

  const action = actionOf(settings)
  if (progress.acting === undefined) {
    const last = await fill()
    const valid = last?.['formulaire_ok']
    if (action !== undefined && valid !== undefined && !isTrue(valid))
      throw await refusal('le dossier', textIn(last?.['message']) || 'le formulaire est incomplet')
  }
  if (action !== undefined) await act(action, progress.acting)
  return steps.finish(id, deposited)
}
