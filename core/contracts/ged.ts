import type { DocumentContents } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'

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
  /**
   * Puts a file at the root under its own name, in place of the one that it put there before: whoever reads finds the former content or the
   * new one, never a part of either. Called again it does the same. Left out where the remote cannot promise it.
   * @throws PermanentError when the name is taken by something that this connector did not put there, or when this server does not know how
   */
  replace?(file: FileRef, key: string): Promise<Pick<Deposited, 'location'>>
}
