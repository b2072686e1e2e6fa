/** At once, or in the letter of the day. */
export type Rhythm = 'immediate' | 'daily'
/** `personal`: what concerns the account itself, whatever it follows and may read. At once. */
export type LetterRhythm = Rhythm | 'personal'

/** Every state worth telling; those in trouble; those that a person must confirm. Anything else is the full name of a state. */
export const EVERYTHING = '*'
export const TROUBLES = 'erreurs'
export const UNCERTAIN = 'incertains'

export interface NewSubscription {
  readonly entityId: string
  /** Every flow when left out. */
  readonly flowId: string | undefined
  readonly event: string
  readonly rhythm: Rhythm
}

export interface Subscription extends NewSubscription {
  readonly id: string
  readonly entityName: string
  readonly createdAt: Date
}

/** One thing to tell to one person: a document reached a state. */
export interface Notice {
  readonly entityId: string
  readonly documentId: string
  /** The move of the document. */
  readonly version: number
  readonly flowId: string
  readonly title: string
  readonly stateLabel: string
  readonly message: string
  readonly at: Date
}

/** What is told together to one person; its identifier stays from one try to the next. */
export interface Letter {
  readonly id: string
  readonly userId: string
  readonly rhythm: LetterRhythm
  readonly createdAt: Date
  readonly tries: number
}

/** A letter that has not left. */
export interface LateLetter extends Letter {
  readonly login: string
  readonly email: string | null
  readonly notices: number
  readonly error: string
  /** `null`: nobody will try again. */
  readonly nextAt: Date | null
}
