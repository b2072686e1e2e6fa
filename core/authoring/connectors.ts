import type { Capabilities, CapabilityName } from '../contracts/index.ts'
import type { Clock, Files, Log } from './context.ts'
import type { Desk, DocumentFinder, Reports } from './desk.ts'
import type { Fields, FieldSpec, Values } from './fields.ts'
import type { FileRef } from './values.ts'
import type { Http } from '../connectors/http.ts'

/** What an instance remembers between two calls (classification, tokens, cursors). Small JSON values, kept in the database. */
export interface Memory {
  get<T>(key: string): Promise<T | undefined>
  /** `undefined` forgets the key. */
  set(key: string, value: unknown): Promise<void>
}

/** For the protocols that are not HTTP: where a connector may connect. `http` holds the same rule by itself. */
export interface Network {
  /**
   * The address to connect to, for a name or a literal address.
   * @throws ConfigurationError when it belongs to an inner network that the platform does not allow; the system's error (`ENOTFOUND`,
   *   `EAI_AGAIN`) when the name is unknown
   */
  resolve(host: string): Promise<string>
}

export interface ConnectContext<C> {
  readonly config: Values<C>
  readonly http: Http
  readonly network: Network
  readonly files: Files
  readonly clock: Clock
  readonly log: Log
  /**
   * Tells an operation of a protocol other than HTTP (« RETR facture.pdf → 12 345 octets »), for the recording that an administrator may
   * have asked for; HTTP tells itself. Secrets of the settings are masked, contents have nothing to do there.
   */
  readonly trace: (line: string) => void
  readonly memory: Memory
  /** The documents of the entity of the instance, to look at. */
  readonly documents: DocumentFinder
  /** Folder of the published XML schemas (`PASSEUR_SCHEMAS`: `seda-2.1/`, `w3c/`…), when the administrator installed them. */
  readonly schemas?: string | undefined
  /** Folders of the machine below which connectors may read and write (`PASSEUR_DOSSIERS_LOCAUX`). None unless told. */
  readonly localFolders?: readonly string[] | undefined
}

/** The form of a flow, as whoever fills it from outside needs to know it. */
export interface InboxForm {
  /** Identifier of the flow. */
  readonly id: string
  readonly label: string
  /** By full name; the name in Pastell is in the options. */
  readonly fields: Readonly<Record<string, FieldSpec>>
}

/** Actions asked for as soon as a document is received, by their name or by their name in Pastell. */
export interface InboxActions {
  /** When nothing prevents the document from leaving. */
  readonly whenValid?: string | undefined
  /** When something does. */
  readonly whenInvalid?: string | undefined
  /** `whenValid` is asked for even then; its own guard still decides. */
  readonly evenIfInvalid?: boolean
}

/** Where a gleaner puts what it found. `deliver` and `attach` have committed when they return: acknowledge at the remote after, never before. */
export interface Inbox {
  /** The form of a flow, designated by its identifier or by its name in Pastell; `undefined` when it is not installed here. */
  form(flow: string): Promise<InboxForm | undefined>
  /**
   * Creates a document, once per (instance, externalId), and asks for its first action in the same commit. Says whether it is new.
   *
   * Fields are designated by their full name or by their name in Pastell, and texts are converted to what each field holds. A field that
   * the flow does not have, or a value that does not suit, is left out and told in the journal of the document.
   */
  deliver(found: {
    readonly flow: string
    readonly externalId: string
    readonly values: Readonly<Record<string, unknown>>
    readonly message?: string
    readonly then?: InboxActions
    /**
     * Whom it is for, among the active entities at or below that of the instance: by identifier, or by SIREN (a SIRET will do). When it is
     * none of them, or several, the document stays with the instance's own entity and its journal says why.
     */
    readonly entity?: { readonly id: string } | { readonly siren: string }
    /**
     * A document that it speaks of, found as `attach` finds it: what is delivered goes to the entity of that document, whatever `entity`
     * says, and both are linked. Nothing more when there is none.
     */
    readonly about?: {
      readonly value: string
      /** What each is for the other: `there` is what is delivered, `here` the document found. */
      readonly label: { readonly there: string; readonly here: string }
    }
  }): Promise<'created' | 'known'>
  /**
   * Adds a file and a line of journal to the document that a remote speaks of, once per (instance, externalId).
   * `about` is the value of an indexed field of a step using this capability (a transaction number).
   */
  attach(found: {
    readonly about: string
    readonly externalId: string
    readonly message: string
    readonly files: readonly FileRef[]
    /** More, for a step that listens (`Correspondence.tells`). */
    readonly says?: Readonly<Record<string, unknown>>
  }): Promise<'attached' | 'known' | 'unknown'>
}

/** What becomes, at the remote, of the documents that an instance delivered. Committed when it returns, as the inbox is. */
export interface News {
  /** Which of these keys this instance has delivered; in one query. */
  delivered(externalIds: readonly string[]): Promise<ReadonlySet<string>>
  /**
   * Tells a document: the step that listens where it is (`signals`) receives `says`, and moves or changes the document in one commit.
   * Telling the same thing again is for the step to recognise.
   * @returns `nothingNew` when the step has nothing to take from it, `notListening` where no step of the document hears it yet, `unknown`
   *   when this instance delivered no such document, or it is deleted
   */
  tell(news: {
    /** That of the delivery. */
    readonly externalId: string
    /** Short name of the signal. */
    readonly signal: string
    readonly says: Readonly<Record<string, unknown>>
  }): Promise<'told' | 'nothingNew' | 'notListening' | 'unknown'>
}

export interface Schedule<C, K extends CapabilityName> {
  readonly label: string
  /** Without `every`, only by hand (« Exécuter »). A duration, or a cron expression in Europe/Paris. */
  readonly every?: string
  /** Returns the sentence shown to the administrator. */
  run(
    context: ConnectContext<C> & {
      readonly connector: Pick<Capabilities, K>
      readonly inbox: Inbox
      readonly news: News
      readonly documents: Desk
      readonly reports: Reports
    },
  ): Promise<string>
}

/** What a connector can do once it holds its settings. */
export type Connected<K extends CapabilityName> = Pick<Capabilities, K> & {
  /** Speaks to the remote without any effect there. Returns a useful sentence (version, account, expiry) or throws one. */
  check(): Promise<string>
  /** Closes pooled sessions, if there are any. */
  close?(): Promise<void>
}

export interface ConnectorDefinition<C extends Fields = Fields, K extends CapabilityName = CapabilityName> {
  readonly id: string
  readonly version: number
  readonly label: string
  readonly provides: readonly K[]
  readonly config: C
  /** Default pace of an instance: simultaneous calls, and smallest pause between two. */
  readonly pace?: { readonly concurrency?: number; readonly every?: string }
  /** Settings saved by an older version, brought to this one. */
  readonly upgrade?: (config: Readonly<Record<string, unknown>>, from: number) => Readonly<Record<string, unknown>>
  readonly schedules?: Readonly<Record<string, Schedule<C, K>>>
  /** It stands in for a remote and does nothing: a platform may forbid it (`PASSEUR_SIMULATIONS`). */
  readonly simulation?: true
  /** Identifiers of the same connector in Pastell. */
  readonly pastell?: readonly string[]
  connect(context: ConnectContext<C>): Connected<K>
}

/** Declares a connector: what it is, what it needs, what it can do. `connect` makes no call: it only prepares. */
export const defineConnector = <const C extends Fields, const K extends CapabilityName>(
  definition: ConnectorDefinition<C, K>,
): ConnectorDefinition<C, K> => definition

/**
 * A connector whose settings and families are not known to the compiler: what the registry holds. Every connector is
 * one, because methods compare their parameters loosely: `defineConnector` has checked them.
 */
export interface AnyConnector extends Omit<ConnectorDefinition<Fields, never>, 'provides' | 'connect'> {
  readonly provides: readonly CapabilityName[]
  connect(context: ConnectContext<Fields>): Connected<never> & Partial<Capabilities>
}
export type AnySchedule = Schedule<Fields, never>
