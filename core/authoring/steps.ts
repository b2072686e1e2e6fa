import type { AccountLetter, EmailChange } from './account-change.ts'
import type { Capabilities, CapabilityName } from '../contracts/index.ts'
import type { DocumentContents, Files, JournalLine, Log } from './context.ts'
import type { Condition } from './conditions.ts'
import type { Fields, Patch, Ref, Refs, Values } from './fields.ts'
import type { Expanded } from '../contacts/recipients.ts'
import type { CompiledFlow, Document } from '../engine/model.ts'
import type { CreatedDocument, NewDocument, Sibling, Twin } from './relations.ts'

/**
 * Fields of the step that change. A function, pure, reads them as they are when the change is stored: what somebody else wrote meanwhile
 * (a recipient who reads while the next mail leaves) is not lost.
 */
export type Written =
  Readonly<Record<string, unknown>> | ((data: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>)

/** The document goes to another state of its step. */
export interface Goto<S extends string = string> {
  readonly outcome: 'goto'
  readonly state: S
  readonly values: Written
  readonly message?: string | undefined
  /** Fields of the document itself, by full name, changed as an agent would: what `document.edited` gave. A function reads every field. */
  readonly edits?: Written
  /** A change of an account that goes with the move; refused, the task fails with the sentence of the refusal. */
  readonly account?: EmailChange
  /** A letter to the holder of an account of the hub, which leaves only if the move is made. */
  readonly letter?: AccountLetter
}

/** What becomes of a document when texts are written in its fields. */
export interface Edited {
  /** By full name, as each field holds them; for `edits`. */
  readonly values: Readonly<Record<string, unknown>>
  /** What would be wrong with the document then, in sentences. */
  readonly problems: readonly string[]
}

/** Nothing new yet: the same task will be asked again at its pace. */
export interface Wait {
  readonly outcome: 'wait'
  readonly message: string
  readonly values: Written
}

/** The task is done and the document stays where it is (fetching stamped copies again). */
export interface Stay {
  readonly outcome: 'stay'
  readonly message: string
  readonly values: Written
  /** As those of `Goto`. */
  readonly edits?: Written
}

/** « Pas encore » : the message is what the agent reads meanwhile. Values already known are kept. */
export const wait = (message: string, values: Written = {}): Wait => ({
  outcome: 'wait',
  message,
  values,
})

/** « C'est fait », without leaving the state. */
export const stay = (message: string, values: Written = {}): Stay => ({
  outcome: 'stay',
  message,
  values,
})

/** What a task sees of its document and of the world. */
export interface TaskContext<I, F, N extends CapabilityName> {
  readonly inputs: Values<I>
  readonly data: Values<F>
  /** The capability of the step; of the first one when it needs several. */
  readonly connector: Capabilities[N]
  readonly connectors: Pick<Capabilities, N>
  /** What the flow says where it places the step. */
  readonly settings: Readonly<Record<string, string>>
  /** Same for every try of this passage, different for the next passage: what makes a sending recognisable. */
  readonly key: string
  readonly now: Date
  readonly document: {
    readonly id: string
    readonly title: string
    contents(): Promise<DocumentContents>
    /** A template computed over the document (`core/expressions`). `label` names it in errors. @throws TemplateError */
    render(template: string, label: string): Promise<string>
    /** Converts texts to what the fields hold and checks the form as it would be. Nothing is written. */
    edited(texts: Readonly<Record<string, string>>): Edited
    journal(): Promise<readonly JournalLine[]>
    /**
     * The address of a page of the hub that opens without a session, for this document and this name: always the same. What opens it is in
     * it and is stored nowhere; `digest` (SHA-256, hexadecimal) is what the document keeps to be found again.
     * @param page the one that a plugin declares in `publicPages`
     */
    publicLink(page: string, name: string): PublicLink
    /**
     * Creates a document of another flow in the same entity, once per reference, and links both: safe to call again.
     * @throws PermanentError when that flow is not installed
     */
    create(found: NewDocument): Promise<CreatedDocument>
    /**
     * Other documents of this entity and flow that left their draft with the same value in this indexed field of the step; the oldest
     * first, a few at most. None while the field is empty.
     */
    twins(field: keyof F & string): Promise<readonly Twin[]>
    /**
     * The documents, this one among them, whose same step holds the same value in this indexed field: of any flow, and of every entity
     * that the instance of this task serves (the one it belongs to and those below). As stored at the moment each is read, a few at a time:
     * there may be thousands. None while the field is empty.
     */
    siblings(field: keyof F & string): Promise<AsyncIterable<Sibling<Values<I>, Values<F>>>>
    /**
     * Has an administrator associated connectors to that very flow, for this entity or above it? What is made for every flow does not
     * count: documents go there by themselves only where somebody decided so.
     */
    associated(flow: string): Promise<boolean>
    /**
     * Whom a list of recipients names today: the groups and roles of the address book become people. What is found is to be stored before
     * anybody is written to: tomorrow it may be others.
     */
    recipients(list: string): Promise<readonly Expanded[]>
  }
  readonly files: Files
  readonly log: Log
}

/** What a guard sees: pure, no connector. */
export type GuardContext<I, F> = {
  readonly inputs: Values<I>
  readonly data: Values<F>
  /** What the flow says where it places the step. */
  readonly settings: Readonly<Record<string, string>>
  /** The whole document, for rules that a flow brings as data: where it is, where it passed, every value by full name. */
  readonly document: Pick<Document, 'state' | 'trail' | 'data'>
  readonly flow: CompiledFlow
  /** Is nothing wrong or missing in the form as it stands? */
  isComplete(): boolean
  readonly now: Date
}

export interface TaskDefinition<I, F, N extends CapabilityName, S extends string, To extends string> {
  readonly label: string
  readonly from: NoInfer<S> | readonly NoInfer<S>[] | { readonly passed: NoInfer<S> }
  /** Every state the task may lead to: read by the compiler, the drawing and the reachability check alike. */
  readonly to: To | readonly To[]
  /** `job` (default): runs by itself when the document enters `from`. `agent`: offered as a button. */
  readonly trigger?: 'job' | 'agent'
  /** Which of the step's capabilities it calls, hence which lane it waits in. The first one by default. */
  readonly uses?: NoInfer<N>
  /** Polling pace, `'30 s x 10, 5 min'`. An instance may have its own. */
  readonly every?: string
  /** Longest time in the state before `late`. */
  readonly within?: string
  /** Where silence leads; the error state of the step by default. */
  readonly late?: NoInfer<S>
  /** Where a permanent error leads; the error state of the step (`erreur`) by default. */
  readonly failsTo?: NoInfer<S>
  /** Right needed besides `<flow>:edition`: `'teletransmettre'` asks for `<flow>:teletransmettre`. */
  readonly can?: string
  /** Question asked before running. */
  readonly confirm?: string
  guard?(context: GuardContext<I, F>): true | string
  /**
   * What to do when an attempt ended without an answer (crash, cut connection). `retry`: run again, the effect is
   * idempotent by `key`. `find`: ask `find` first. `askAgent`: rest in `<step>.incertain` until a person decides.
   */
  readonly afterCrash?: 'retry' | 'find' | 'askAgent'
  /** Looks the remote object up; `undefined` means that nothing was sent. */
  find?(context: TaskContext<I, F, N>, goto: GoTo<NoInfer<To>, F>): Promise<Goto<NoInfer<To>> | undefined>
  readonly pastell?: string
  run(context: TaskContext<I, F, N>, goto: GoTo<NoInfer<To>, F>): Promise<Goto<NoInfer<To>> | Wait | Stay>
}

/** Chooses the next state among those declared in `to`; `values` are fields of the step. */
export type GoTo<To extends string, F> = <T extends To>(
  state: T,
  values?: Patch<F> | ((data: Values<F>) => Patch<F>),
  message?: string,
) => Goto<T>

export interface StateDefinition<F = Fields> {
  readonly label: string
  /** `next`: the step is over. `stop`: the document rests here. `resume`: back to where the document was interrupted. */
  readonly ends?: 'next' | 'stop' | 'resume'
  /** Fields of the step that an agent may change while the document is here (`'all'`: those asked for in the form). */
  readonly editable?: readonly (keyof F & string)[] | 'all'
  /** Fields of the step that stay editable from here on, whatever follows. */
  readonly thenEditable?: readonly (keyof F & string)[]
  /**
   * For an agent who finds the document stopped here: what has happened and what to do, in French sentences that name the buttons. Owed by
   * every state of trouble, of doubt or of refusal; the page of the flow and the screen show it under the reason of the day.
   */
  readonly help?: string
  /** Shown in red, as something an agent must look at. Implied for `erreur`, `failsTo`, `late` and `…incertain`. */
  readonly trouble?: true
  /** A refusal that ends the step: a flow may go on after it all the same (`.goOnAfterRefusal()`). */
  readonly refusal?: true
  /** May the document be deleted here? Error states and stops say yes only when nothing unanswered is at a remote. */
  readonly deletable?: true
  readonly pastell?: string
}

/** A page of the remote that an agent opens from the document. */
export interface LinkDefinition<F, N extends CapabilityName, S extends string> {
  /** The button. */
  readonly label: string
  readonly from: S | readonly S[]
  /** Right needed besides `<flow>:edition`, as for a task. */
  readonly can?: string
  /**
   * Makes the address, at each click: it may let its bearer in, so it is sent to the browser and kept nowhere. The journal says that it
   * was asked for.
   * @param returnTo where the remote may send the browser back: the page of the document
   * @returns `undefined` when this remote has no such page
   */
  open(
    context: {
      readonly data: Values<F>
      readonly connector: Capabilities[N]
      readonly connectors: Pick<Capabilities, N>
    },
    returnTo: string,
  ): Promise<string | undefined>
}

/** A page of the hub that opens without a session. */
export interface PublicLink {
  readonly address: string
  readonly digest: string
}

/** What a signal sees: the document as it is stored, what happened, no remote. */
export interface SignalContext<I, F> {
  readonly inputs: Values<I>
  readonly data: Values<F>
  /** What happened, as its bearer tells it. */
  readonly payload: Readonly<Record<string, unknown>>
  readonly now: Date
  readonly document: { readonly id: string; contents(): Promise<DocumentContents> }
  readonly files: Files
}

/** Something that happens to a document from outside: a recipient reads, answers. Settled in one commit, as often as it takes. */
export interface SignalDefinition<I, F, S extends string> {
  readonly label: string
  /** Where it may move the document; elsewhere, or while an attempt is in flight, only values change. */
  readonly from: S | readonly S[]
  /** States it may lead to. */
  readonly to: S | readonly S[]
  /** Accepted at any moment after this state, whatever followed; left out: in `from` alone. */
  readonly since?: S
  readonly pastell?: string
  /**
   * Says what changes. Called again when somebody else changed the document meanwhile: it may write files, and does nothing else outside.
   * @returns a sentence to refuse
   */
  receive(context: SignalContext<I, F>, goto: GoTo<S, F>): Promise<Goto | Stay | string>
}

/** Messages that a remote sends about a document: found by an indexed field, put into a `files` field. */
export interface Correspondence<F> {
  /** An indexed field; a `longText` holds one number per line. */
  readonly by: keyof F & string
  readonly into: keyof F & string
  /**
   * Whose messages are taken. Left out: of the instance that the step uses, since the numbers of a remote mean nothing elsewhere.
   * `anyInstanceAbove`: of any instance of the document's entity or of those above it (one mailbox of returned mail serves them all);
   * the numbers must then be random.
   */
  readonly from?: 'anyInstanceAbove'
  /**
   * A signal of the step that hears of the message instead of the field, with `about`, `message`, `files` and what the connector says
   * besides; the field when it refuses.
   */
  readonly tells?: string
}

export interface StepDefinition<
  I extends Fields = Fields,
  F extends Fields = Fields,
  S extends string = string,
  N extends CapabilityName = CapabilityName,
  T extends Readonly<Record<string, string>> = Readonly<Record<string, string>>,
> {
  readonly id: string
  readonly label: string
  readonly needs?: N | readonly N[]
  /** Runs even when nothing is associated: `connectors` is then without what is missing. */
  readonly optional?: true
  /** What is wrong with the settings that a flow gives where it places the step, in French. */
  checkSettings?(settings: Readonly<Record<string, string>>): string | undefined
  readonly inputs: I
  readonly fields: F
  readonly initial: NoInfer<S>
  readonly states: Readonly<Record<S, StateDefinition<F>>>
  readonly tasks: { readonly [K in keyof T]: TaskDefinition<I, F, N, S, T[K]> }
  /** Pages of the remote that agents open, by a name that no task bears. */
  readonly links?: Readonly<Record<string, LinkDefinition<F, N, NoInfer<S>>>>
  readonly correspondence?: Correspondence<F>
  /** What may happen from outside, by a name that no task bears. */
  readonly signals?: Readonly<Record<string, SignalDefinition<I, F, NoInfer<S>>>>
}

/** A remote list only exists on the capabilities of the step. */
type MethodsOf<N extends CapabilityName> = { [K in N]: keyof Capabilities[K] & string }[N]
type RemoteFields<F, N extends CapabilityName> = {
  readonly [K in keyof F]: F[K] extends { readonly method: infer M }
    ? M extends MethodsOf<N>
      ? F[K]
      : never
    : F[K] extends { readonly kind: 'rows'; readonly fields: infer R }
      ? R extends RemoteFields<R, N>
        ? F[K]
        : never
      : F[K]
}

type RequiredInputs<I> = {
  [K in keyof I]: I[K] extends { readonly options: { readonly required: true } } ? K : never
}[keyof I]

/** What a flow gives to a step: a reference for each required input, of the right type. */
export type Bindings<I> = { readonly [K in RequiredInputs<I>]: Refs<I>[K] } & {
  readonly [K in Exclude<keyof I, RequiredInputs<I>>]?: Refs<I>[K]
}

/** A step placed in a flow. Each method returns a new placement. */
export interface Placement<F extends Fields = Fields> {
  readonly placed: PlacedStep
  /** References to the fields of the step, to be given to the steps that follow. */
  readonly fields: Refs<F>
  /** A name of its own, needed when the step is used twice: `signature.as('visa')`. */
  as(alias: string): Placement<F>
  labelled(label: string): Placement<F>
  /** The step is skipped when the box is not ticked, or the condition does not hold. */
  when(condition: Condition | Ref<boolean>): Placement<F>
  /** What the step asks for is asked of every document, even of those that skip it. */
  alwaysAsked(): Placement<F>
  /** What this flow wants of the step (the rules of a fixed transformation). */
  set(settings: Readonly<Record<string, string>>): Placement<F>
  /** After this step the document waits for an agent to press « Poursuivre ». */
  thenWait(): Placement<F>
  /** A refusal ends this step as a success does: the document goes on, or waits when the step is followed by `.thenWait()`. */
  goOnAfterRefusal(): Placement<F>
  /**
   * Public names in Pastell that differ from those of the step in this flow: `{ 'states.envoye': 'send-tdt', 'fields.ar': 'aractes' }`.
   * They are taken to the letter, even when the step is used twice.
   */
  pastell(names: PastellNames<F>): Placement<F>
}

/** `states.<state>`, `fields.<field>`, `tasks.<task>` of the step → its name in Pastell. */
export type PastellNames<F = Fields> = Readonly<
  Partial<Record<`states.${string}` | `tasks.${string}` | `fields.${keyof F & string}`, string>>
>

/** What a flow stores of a step: plain JSON, plus the definition resolved from the registry. */
export interface PlacedStep {
  readonly step: string
  readonly alias: string
  readonly label?: string
  readonly bindings: Readonly<Record<string, Binding>>
  readonly when?: Condition
  readonly alwaysAsked?: true
  readonly manual?: true
  readonly goesOnAfterRefusal?: true
  readonly settings?: Readonly<Record<string, string>>
  /** Names in Pastell of this placement: `fields.ar` → `aractes`. */
  readonly pastell?: Readonly<Record<string, string>>
  /** Labels of this placement in place of those of the step: `states.envoye` → « Parti à la signature ». */
  readonly labels?: Readonly<Record<string, string>>
}

/** Where an input takes its value: a field, or the first one filled of several. */
export type Binding = string | { readonly firstOf: readonly string[] }

const bindingOf = (ref: Ref): Binding => {
  const several = ref.ref.split('|')
  return several.length > 1 ? { firstOf: several } : ref.ref
}

/** The first of these fields that is filled: the signed file if there is one, else the original. */
export const firstOf = <V>(...refs: readonly Ref<V>[]): Ref<V> => ({ ref: refs.map(each => each.ref).join('|') })

/** What the registry and the engine hold: `defineStep` checked the types of a step, and forgets them. */
export type AnyStep = StepDefinition
export type AnyTask = AnyStep['tasks'][string]
export type AnyLink = NonNullable<AnyStep['links']>[string]
export type AnySignal = NonNullable<AnyStep['signals']>[string]

/** A step, callable by flows: `signature({ titre: objet, document: acte })`. */
export interface Step<I extends Fields = Fields, F extends Fields = Fields> {
  (bindings: Bindings<I>): Placement<F>
  readonly definition: AnyStep
}

const refsTo = <F extends Fields>(fields: F, prefix: string): Refs<F> =>
  Object.fromEntries(Object.keys(fields).map(name => [name, { ref: `${prefix}${name}` }])) as Refs<F>

export const refsOf = <F extends Fields>(fields: F): Refs<F> => refsTo(fields, '')

const place = <F extends Fields>(placed: PlacedStep, fields: F): Placement<F> => ({
  placed,
  fields: refsTo(fields, `${placed.alias}.`),
  as: alias => place({ ...placed, alias }, fields),
  labelled: label => place({ ...placed, label }, fields),
  when: condition =>
    place({ ...placed, when: 'ref' in condition ? { field: condition.ref, is: true } : condition }, fields),
  alwaysAsked: () => place({ ...placed, alwaysAsked: true }, fields),
  set: settings => place({ ...placed, settings }, fields),
  thenWait: () => place({ ...placed, manual: true }, fields),
  goOnAfterRefusal: () => place({ ...placed, goesOnAfterRefusal: true }, fields),
  pastell: names => place({ ...placed, pastell: { ...placed.pastell, ...(names as Record<string, string>) } }, fields),
})

/** Declares a step: nouns first (inputs, fields, states), then verbs (tasks). */
export const defineStep = <
  const I extends Fields,
  const F extends Fields,
  const S extends string,
  const N extends CapabilityName,
  const T extends Readonly<Record<string, NoInfer<S>>>,
>(
  definition: StepDefinition<I, F, S, N, T> & { readonly fields: RemoteFields<F, N> },
): Step<I, F> =>
  Object.assign(
    (bindings: Bindings<I>) =>
      place<F>(
        {
          step: definition.id,
          alias: definition.id,
          bindings: Object.fromEntries(
            Object.entries(bindings as Record<string, Ref | undefined>).flatMap(([input, ref]) =>
              ref ? [[input, bindingOf(ref)]] : [],
            ),
          ),
        },
        definition.fields,
      ),
    // The one place where types are forgotten: the engine only gives a task what its own step declares.
    { definition: definition as unknown as AnyStep },
  )
