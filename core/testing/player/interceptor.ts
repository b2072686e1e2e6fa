import { PermanentError, TemporaryError } from '../../authoring/errors.ts'
import type { CompiledFlow } from '../../engine/model.ts'
import type { EnginePorts } from '../../engine/ports.ts'
import type { Answers } from './example.ts'

/** What goes wrong with any call: refused for good; down twice, then back; done, but its answer lost; done, then an error that nobody foresaw. */
export const ACCIDENTS = ['refus', 'panne', 'reponsePerdue', 'imprevu'] as const
type Accident = (typeof ACCIDENTS)[number]

/** Said to the agent when a call is refused for good. */
export const REFUSAL = 'Le partenaire a refusé cet envoi : demander la raison à son administrateur.'
export const DOWN = 'Le partenaire ne répond pas.'
const LOST = 'La connexion a été coupée avant la réponse.'

/** A call that a task makes; `method` is empty when the task calls nobody. */
export interface Call {
  readonly task: string
  readonly method: string
}

/** What will happen once to a call: an accident, or the name of an answer. */
export interface Turn extends Call {
  readonly what: string
}

/** A remote that is down stays so for two calls. */
const timesOf = ({ what }: Turn): number => (what === 'panne' ? 2 : 1)

export const turnId = ({ task, method, what }: Turn): string => `${task} ${method} ${what}`

/** Methods that give something to a remote for good, with what makes a sending recognisable. */
const SENDINGS: ReadonlySet<string> = new Set([
  'signature.send',
  'tdtActes.send',
  'tdtActes.cancel',
  'tdtActes.answers.send',
  'tdtHelios.send',
  'sae.send',
  'portailFactures.depositFlow',
  'convocation.create',
])
/** Where the answer to a sending is read. */
const FOLLOWINGS: Readonly<Record<string, string>> = {
  'signature.status': 'signature.send',
  'tdtActes.status': 'tdtActes.send',
  'tdtActes.cancellationStatus': 'tdtActes.cancel',
  'tdtActes.answers.status': 'tdtActes.answers.send',
  'tdtHelios.status': 'tdtHelios.send',
  'sae.reply': 'sae.send',
  'portailFactures.flowReport': 'portailFactures.depositFlow',
}
const OPEN: ReadonlySet<unknown> = new Set(['pending', 'toConfirm'])

const isOf = (answer: unknown): unknown =>
  typeof answer === 'object' && answer !== null && 'is' in answer ? answer.is : undefined

const keyIn = (args: readonly unknown[]): string => {
  const [first] = args
  if (typeof first !== 'object' || first === null) return String(first)
  return String('key' in first ? first.key : 'transferId' in first ? first.transferId : '')
}

type Callable = (...args: readonly unknown[]) => unknown

/** Stands between the steps and their remotes: tells which task calls what, and makes what is wanted happen to one of these calls. */
export const createInterceptor = (flow: CompiledFlow, answers: readonly Answers[]) => {
  let running = ''
  let turns: { readonly turn: Turn; left: number }[] = []
  let calls = new Map<string, Call>()
  let count = 0
  let sent = new Map<string, number>()
  let unanswered = new Set<string>()
  const twice: string[] = []

  const note = (method: string): void => {
    calls.set(`${running} ${method}`, { task: running, method })
    count += 1
  }

  const named = (method: string): Readonly<Record<string, (given: object) => unknown>> =>
    Object.assign(
      {},
      ...answers.map(each =>
        method.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], each),
      ),
    ) as Readonly<Record<string, (given: object) => unknown>>

  const told = (method: string, args: readonly unknown[], answer: unknown): unknown => {
    const is = isOf(answer)
    if (SENDINGS.has(method) && (is === 'sent' || is === 'toConfirm')) {
      const id = `${method} ${keyIn(args)}`
      sent.set(id, (sent.get(id) ?? 0) + 1)
      if ((sent.get(id) ?? 0) > 1) twice.push(`${running} (${method})`)
      if (Object.values(FOLLOWINGS).includes(method)) unanswered.add(method)
    }
    const sending = FOLLOWINGS[method]
    if (sending !== undefined && !OPEN.has(is)) unanswered.delete(sending)
    return answer
  }

  const answer = async (method: string, args: readonly unknown[], call: () => unknown): Promise<unknown> => {
    note(method)
    const real = async () => call()
    const due = turns.find(({ turn, left }) => left > 0 && turn.task === running && turn.method === method)
    if (!due) return told(method, args, await real())
    due.left -= 1
    switch (due.turn.what as Accident) {
      case 'refus':
        throw new PermanentError(REFUSAL)
      case 'panne':
        throw new TemporaryError(DOWN)
      case 'reponsePerdue':
        told(method, args, await real())
        throw new TemporaryError(LOST, { maybeSent: true })
      case 'imprevu':
        told(method, args, await real())
        throw new TypeError('réponse inattendue')
      default:
        return told(method, args, await named(method)[due.turn.what]?.({ real, args }))
    }
  }

  const wrapped = <T extends object>(target: T, path: string): T =>
    new Proxy(target, {
      get(of, property) {
        const value: unknown = Reflect.get(of, property)
        const method = `${path}.${String(property)}`
        if (typeof value === 'function')
          return (...args: readonly unknown[]) =>
            answer(method, args, () => (value as Callable).apply(of, args as unknown[]))
        return typeof value === 'object' && value !== null && !Array.isArray(value) ? wrapped(value, method) : value
      },
    })

  const around = (ports: EnginePorts): EnginePorts => ({
    ...ports,
    kin: wrapped(ports.kin, 'kin'),
    instances: {
      of: (entityId, flowId) => ports.instances.of(entityId, flowId),
      suspend: (id, message) => ports.instances.suspend(id, message),
      async connect(id) {
        const found = await ports.instances.connect(id)
        return Object.fromEntries(
          Object.entries(found).map(([name, capability]) => [name, capability && wrapped(capability, name)]),
        )
      },
      async during(_ids, about, work) {
        running = (about.facts as { readonly task?: string } | undefined)?.task ?? ''
        const before = count
        const done = await work()
        if (count > before) return done
        note('')
        const due = turns.find(({ turn, left }) => left > 0 && turn.task === running && turn.method === '')
        if (!due) return done
        due.left -= 1
        throw new PermanentError(REFUSAL)
      },
    },
  })

  return {
    around,
    /** Arms what is to happen, instead of what was. */
    arm: (wanted: readonly Turn[]) => {
      turns = wanted.map(turn => ({ turn, left: timesOf(turn) }))
      calls = new Map()
    },
    /** What was armed and did happen. */
    happened: (): readonly Turn[] => turns.filter(({ turn, left }) => left < timesOf(turn)).map(({ turn }) => turn),
    calls: (): readonly Call[] => [...calls.values()],
    /** Everything that may happen to a call. */
    turnsOf: ({ task, method }: Call): readonly Turn[] => {
      if (method === '') return [{ task, method, what: 'refus' }]
      // Where running again is harmless, a lost answer is one more failure.
      const doubtful = (flow.tasks[task]?.definition.afterCrash ?? 'retry') !== 'retry'
      const accidents = doubtful ? ACCIDENTS : (['refus', 'panne'] as const)
      return [...Object.keys(named(method)), ...accidents].map(what => ({ task, method, what }))
    },
    /** A person said that they looked at the remote: what was sent before is settled. */
    settled: () => {
      sent = new Map()
      unanswered = new Set()
    },
    /** Sendings that nobody has answered yet. */
    unanswered: (): readonly string[] => [...unanswered],
    /** Sendings made again although nobody asked for it; emptied by reading. */
    sentTwice: () => twice.splice(0),
  }
}

export type Interceptor = ReturnType<typeof createInterceptor>
