import type { DocumentContents, FileRef, Files } from '#core'
import { FILE_INPUTS } from './fields.ts'
import { makeReceipt, shownFiles } from './receipt.ts'
import type { Recipient } from './recipients.ts'

/** What a task and a signal both know. */
export interface Moment {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly document: { contents(): Promise<DocumentContents> }
  readonly files: Files
  readonly now: Date
}

/** The proof of what this document showed, and of what these recipients did. */
export const receiptOf = async (
  { inputs, document, files, now }: Moment,
  recipients: readonly Recipient[],
): Promise<FileRef> =>
  makeReceipt(
    { contents: await document.contents(), shown: shownFiles(inputs, FILE_INPUTS), recipients },
    { files, now },
  )
