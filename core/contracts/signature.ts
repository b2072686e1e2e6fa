import type { DocumentContents } from '../authoring/context.ts'
import type { Choice, FileRef } from '../authoring/values.ts'

/** What goes into a signature book. */
export interface SignatureFolder {
  /** Stable across retries: the connector puts it in the folder so that `find` can recognise it. */
  readonly key: string
  readonly title: string
  /** `value` of the chosen circuit, as listed by `circuits()`. */
  readonly circuit: string
  readonly document: FileRef
  readonly annexes: readonly FileRef[]
  /** Detached signatures that the document bears already, for those who sign after. */
  readonly signatures?: readonly FileRef[] | undefined
  /** Last day for signing, `YYYY-MM-DD`. */
  readonly deadline?: string | undefined
  readonly publicAnnotation?: string | undefined
  readonly privateAnnotation?: string | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** The whole document, for the instances whose settings send some of its fields as metadata. */
  readonly contents?: DocumentContents | undefined
}

export type SignatureSending =
  { readonly is: 'sent'; readonly id: string } | { readonly is: 'refused'; readonly reason: string }

export type SignatureStatus =
  /** `message` is the last line of the folder's history, as the agent should read it. */
  | { readonly is: 'pending'; readonly message: string }
  | {
      readonly is: 'signed'
      readonly document: FileRef
      /** Detached signature, when the format of the document does not hold it. */
      readonly signature?: FileRef | undefined
      readonly bordereau?: FileRef | undefined
      readonly history?: FileRef | undefined
      /** Documents added in the signature book. */
      readonly annexes?: readonly FileRef[] | undefined
      /** Annexes that were signed as the document was, where the book signs several documents at once. */
      readonly signedAnnexes?: readonly FileRef[] | undefined
      /** Day of the last signature, `YYYY-MM-DD`. */
      readonly signedOn?: string | undefined
    }
  | { readonly is: 'refused'; readonly reason: string; readonly bordereau?: FileRef | undefined }

/** The book takes no key and cannot be searched: after a lost answer, only a person can tell whether the folder is there. */
export interface SignatureUnknowable {
  readonly is: 'unknowable'
  /** What to look for in the book, for an agent. */
  readonly reason: string
}

/** A signature book (parapheur). */
export interface Signature {
  circuits(): Promise<readonly Choice[]>
  send(folder: SignatureFolder): Promise<SignatureSending>
  /** The identifier of the folder that carries this key, whatever its state; `undefined` when the remote has none. */
  find(key: string): Promise<string | undefined | SignatureUnknowable>
  /** Files named in the answer are already in the store: the caller commits, then calls `close`. */
  status(id: string): Promise<SignatureStatus>
  /** Archives or erases a finished or refused folder at the remote. Idempotent: an unknown folder is a success. */
  close(id: string): Promise<void>
}
