import type { Choice, FileRef } from '../authoring/values.ts'

export interface SeanceAConvoquer {
  readonly key: string
  /** Local date and time in France, `YYYY-MM-DDTHH:mm`. */
  readonly date: string
  /** `value` of a type listed by `types()`, or a type of the hub that the settings of the connector translate. */
  readonly type: string
  readonly place: string
  readonly remoteAllowed: boolean
  readonly convocation: FileRef
  readonly invitation?: FileRef | undefined
  /** The agenda. Remotes that take it with the séance say `agenda: 'included'`; the others wait for `setProjects`. */
  readonly projects: readonly ProjetDeSeance[]
  /** Who to call, for the remotes that are told; where a type of séance has its own members, they are called instead. */
  readonly acteurs?: readonly Acteur[]
}

/** A member of the assembly. */
export interface Acteur {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly title?: string | undefined
  readonly mobile?: string | undefined
}

export interface Annexe {
  readonly title: string
  readonly file: FileRef
}

/** A project of the agenda, in order. Its file is a PDF. */
export interface ProjetDeSeance {
  readonly name: string
  readonly file: FileRef
  /** `value` listed by `themes()` and `reporters()`. */
  readonly theme?: string | undefined
  readonly reporter?: string | undefined
  readonly annexes: readonly Annexe[]
}

export interface AutreDocument {
  readonly name: string
  readonly file: FileRef
}

/** What somebody called to the séance said, or did, of it. */
export const ATTENDANCES = {
  present: 'Présent',
  remote: 'Présent à distance',
  absent: 'Absent',
  deputy: 'Représenté par son suppléant',
  mandate: 'A donné pouvoir',
} as const

export type Attendance = keyof typeof ATTENDANCES

/** One of the persons called to the séance. */
export interface Convoque {
  readonly name: string
  readonly email?: string | undefined
  /** `convocation` (a member), `invitation` (anybody else), or the word of the remote. */
  readonly category: string
  /** Instants, ISO 8601. */
  readonly sentAt?: string | undefined
  readonly readAt?: string | undefined
  readonly attendance?: Attendance | undefined
  /** Who stands in, or holds the mandate. */
  readonly representedBy?: string | undefined
}

export type SuiviDeSeance =
  | {
      readonly is: 'followed'
      /** The convocations have left: the séance can no longer be changed. */
      readonly sent: boolean
      readonly convoques: readonly Convoque[]
    }
  /** As it is set, this connector cannot follow a séance; the sentence says which setting is missing. */
  | { readonly is: 'notProvided'; readonly reason: string }

export type SeanceSending =
  | {
      readonly is: 'sent'
      /** `undefined` when the remote holds the séance but does not say under which identifier: nothing can be followed. */
      readonly id: string | undefined
      /** `included`: the agenda left with the séance, and `setProjects` is not to be called. */
      readonly agenda: 'included' | 'separate'
      /** What an agent must know of it: a séance that was already there, another hour than the one asked for… */
      readonly remark?: string | undefined
    }
  | { readonly is: 'refused'; readonly reason: string }

export type SeanceFound =
  | { readonly is: 'found'; readonly id: string }
  | { readonly is: 'none' }
  /** The remote cannot be asked: after a lost answer, only a person can tell whether the séance is there. */
  | { readonly is: 'unknowable'; readonly reason: string }

export type Done = { readonly is: 'done' } | { readonly is: 'refused'; readonly reason: string }

/** A software that prepares council meetings and calls the elected members. */
export interface Convocation {
  types(): Promise<readonly Choice[]>
  themes(): Promise<readonly Choice[]>
  reporters(): Promise<readonly Choice[]>
  /** Creates the séance, or takes over the one of this type at this time when the remote already holds it. */
  create(seance: SeanceAConvoquer): Promise<SeanceSending>
  /** The séance of this type at this time: to be asked after a lost answer, before creating again. */
  find(seance: Pick<SeanceAConvoquer, 'key' | 'date' | 'type'>): Promise<SeanceFound>
  /**
   * Puts the whole agenda, in order. Called again with the same one, it is `done` and doubles nothing; a séance that has another
   * agenda, or whose convocations have left, is `refused`.
   */
  setProjects(id: string, projects: readonly ProjetDeSeance[]): Promise<Done>
  /**
   * Puts another agenda in place of the one that was `told`, before the convocations leave; absent where the remote cannot. What somebody
   * else put there is never removed: it is `refused`. May be called again after any failure: it takes up where the remote is.
   */
  replaceProjects?(id: string, projects: readonly ProjetDeSeance[], told: readonly ProjetDeSeance[]): Promise<Done>
  /** The same as `setProjects` for the documents that are on no agenda. */
  setOthers(id: string, others: readonly AutreDocument[]): Promise<Done>
  /** Changes date, place and files of the séance (neither its type nor its agenda) before its convocations leave. */
  update(id: string, seance: SeanceAConvoquer): Promise<Done>
  status(id: string): Promise<SuiviDeSeance>
  /** Proofs of sending and reading, as a zip already in the store; `undefined` while there is none. */
  proofs(id: string): Promise<FileRef | undefined>
}
