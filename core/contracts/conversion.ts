import type { FileRef } from '../authoring/values.ts'

/** Makes a PDF of an office document. Pure: calling it again gives an equivalent file. */
export interface Conversion {
  /** Media types it takes. */
  readonly accepts: readonly string[]
  /** @throws PermanentError when this very file cannot be converted (password, corrupt, unknown format) */
  toPdf(file: FileRef): Promise<FileRef>
}
