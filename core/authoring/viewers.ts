import type { Readable } from 'node:stream'
import type { Html } from '../http/html.ts'
import type { FileRef } from './values.ts'

/** What somebody asks to see. They have the right to read the file: it was checked, as for a download. */
export interface ViewRequest {
  readonly file: FileRef
  /** Local name of the root element of an XML file, when its first bytes tell it. */
  readonly root: string | undefined
  /** The content, from its beginning: a viewer may read it more than once. */
  open(): Readable
  /** Parameters of the address: the links of the page are relative (`?bordereau=2`). */
  readonly query: Readonly<Record<string, string>>
}

export type View =
  | {
      readonly is: 'page'
      readonly title: string
      readonly content: Html
      /** 200 unless told: 422 when the file cannot be shown. */
      readonly status?: number
    }
  /** Something held by the file, to be downloaded. */
  | { readonly is: 'file'; readonly name: string; readonly type: string; open(): Readable }

/** Shows a kind of file to people, on a page rendered on the server, without script. */
export interface FileViewer {
  /** End of the address of its pages. */
  readonly id: string
  /** The link offered beside the file: « Voir le PES ». */
  readonly label: string
  /** Media types that it can show. */
  readonly types: readonly string[]
  /** Among XML files, those whose root element has one of these local names. */
  readonly roots?: readonly string[]
  /** Whether this very file can be shown, when its type does not tell (an invoice in a PDF); reads as little as it takes. */
  recognises?(file: Pick<ViewRequest, 'open'>): Promise<boolean>
  show(asked: ViewRequest): Promise<View>
}
