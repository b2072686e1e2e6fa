import type { InboxActions } from './connectors.ts'

/** A document that another one gives birth to: an invoice built from a form, the file of a séance to be archived. */
export interface NewDocument {
  /** By its identifier or by its name in Pastell. */
  readonly flow: string
  /** Unique among what this document creates: asked for again, it is the same document. */
  readonly reference: string
  /** Fields by full name or by name in Pastell; texts are converted, files are those of the hub. What does not suit is told in its journal. */
  readonly values: Readonly<Record<string, unknown>>
  readonly message?: string
  readonly then?: InboxActions
  /** What each is for the other, as people read it: `{ there: 'Dossier de séance', here: 'Séance' }`. */
  readonly link: { readonly there: string; readonly here: string }
}

export interface CreatedDocument {
  readonly id: string
  readonly is: 'created' | 'known'
  /** What keeps it from leaving its draft, in sentences; none once it has left. */
  readonly problems: readonly string[]
}

/** A document as one of its steps sees it. */
export interface Sibling<I, F> {
  readonly id: string
  readonly title: string
  readonly inputs: I
  readonly data: F
}

/** Another document of the same entity and flow that left its draft with the same value in an indexed field. */
export interface Twin {
  readonly id: string
  readonly title: string
  readonly state: string
  readonly stateLabel: string
}
