import type { DocumentContents } from '../authoring/context.ts'

export interface Deposited {
  /** File name → identifier or path at the remote. Empty when the remote gives none. */
  readonly ids: Readonly<Record<string, string>>
  /** Where a person finds the deposit (path or address). */
  readonly location: string
}

/** Document management and file deposits. */
export interface Ged {
  /** Deposits files and metadata. Called again with the same `key` it completes its own deposit and never makes a second one. */
  deposit(contents: DocumentContents, key: string): Promise<Deposited>
}
