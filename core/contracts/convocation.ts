import type { Choice, FileRef } from '../authoring/values.ts'

export interface SeanceAConvoquer {
  readonly key: string
  /** Local date and time in France, `YYYY-MM-DDTHH:mm`. */
  readonly date: string
  /** `value` of a type listed by `types()`. */
  readonly type: string
  readonly place: string
  readonly remoteAllowed: boolean
  readonly convocation: FileRef
  readonly invitation?: FileRef | undefined
}

export interface Annexe {
  readonly title: string
  readonly file: FileRef
}

/** A project of the agenda, in order. Files are PDF. */
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

/** One of the persons called to the séance. */
export interface Convoque {
  readonly name: string
  readonly email?: string | undefined
  readonly category: string
  /** Instants, ISO 8601. */
  readonly sentAt?: string | undefined
  readonly readAt?: string | undefined
  readonly attendance?: 'present' | 'remote' | 'absent' | 'deputy' | 'mandate' | undefined
  /** Who stands in, or holds the mandate. */
  readonly representedBy?: string | undefined
}

export interface SuiviDeSeance {
  /** The convocations have left: the séance can no longer be changed. */
  readonly sent: boolean
  readonly convoques: readonly Convoque[]
}

export type SeanceSending =
  { readonly is: 'sent'; readonly id: string } | { readonly is: 'refused'; readonly reason: string }
export type Done = { readonly is: 'done' } | { readonly is: 'refused'; readonly reason: string }

/** A software that prepares council meetings and calls the elected members. */
export interface Convocation {
  types(): Promise<readonly Choice[]>
  themes(): Promise<readonly Choice[]>
  reporters(): Promise<readonly Choice[]>
  create(seance: SeanceAConvoquer): Promise<SeanceSending>
  /** The séance of this type at this time, if the remote holds one. */
  find(seance: Pick<SeanceAConvoquer, 'key' | 'date' | 'type'>): Promise<string | undefined>
  /** Puts the whole agenda, or completes the one already there: called again, it never doubles a project. */
  setProjects(id: string, projects: readonly ProjetDeSeance[]): Promise<Done>
  setOthers(id: string, others: readonly AutreDocument[]): Promise<Done>
  /** Changes the séance before its convocations leave. */
  update(id: string, seance: SeanceAConvoquer): Promise<Done>
  status(id: string): Promise<SuiviDeSeance>
  /** Proofs of sending and reading, as a zip already in the store; `undefined` while there is none. */
  proofs(id: string): Promise<FileRef | undefined>
}
