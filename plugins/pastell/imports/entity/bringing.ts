import { ConfigurationError, Problem, type Services } from '#core'

/** What became of one thing of the export. */
export interface Line {
  readonly is: 'cree' | 'present' | 'adapte' | 'refuse'
  readonly message: string
}

export interface Importing {
  /** Under which entity what the export holds goes. */
  readonly parentId: string
  /** In whose name the journals will say it was done. */
  readonly userId: string
  /** `dry`: says what would be done, and does nothing. */
  readonly mode: 'dry' | 'apply'
}

/** Stands for what a dry run does not create. */
export const TO_COME = Symbol('to come')
/** Where something of the export is here; nothing: it was refused. */
export type Place = string | typeof TO_COME | undefined

/** What each part of an import works with. */
export interface Bringing extends Importing {
  readonly services: Pick<Services, 'db' | 'clock' | 'connectors' | 'flows'>
  tell(is: Line['is'], message: string): void
}

/** A refusal of a service, as a sentence. @throws what is no refusal */
export const said = (error: unknown): string => {
  if (error instanceof Problem)
    return [error.detail ?? error.message, ...(error.fields ?? []).map(each => each.message)].join(' ')
  if (error instanceof ConfigurationError) return error.message
  throw error
}
