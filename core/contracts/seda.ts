import type { DocumentContents, JournalLine } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'

/** A transfer ready to leave: it is generated once and stored, because its identifier is known before sending. */
export interface Sip {
  /** `MessageIdentifier` (SEDA 2.x) or `TransferIdentifier` (1.0). */
  readonly transferId: string
  /** Identifier of the transferring agency, as written in the slip. */
  readonly agency: string
  readonly bordereau: FileRef
  readonly archive: FileRef
}

/** A generator of SEDA slips and archives (Bordereau SEDA). */
export interface Seda {
  /**
   * Builds the slip and its archive from a document, and checks the slip against the schema of its version.
   * @throws PermanentError naming every fault when the slip is not valid: an invalid slip is never sent.
   */
  generate(
    contents: DocumentContents,
    evidence: { readonly journal: FileRef; readonly lines: readonly JournalLine[] },
    transferId: string,
  ): Promise<Sip>
}
