import type { DocumentContents } from '../authoring/context.ts'

/** Computes fields of a document from its other fields and files. */
export interface Transformation {
  /**
   * Values by field name, as text: whoever applies them converts and validates them like an edit. No effect anywhere else.
   * @throws PermanentError naming the field and its expression when one cannot be computed
   */
  transform(contents: DocumentContents): Promise<Readonly<Record<string, string>>>
}
