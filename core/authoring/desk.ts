/** What a schedule may know and do of the documents of its entity: the words of purges, of mass changes, of statistics. */

/** Which documents, by where they rest or by where they went. Flow and states by their identifier or by their name in Pastell. */
export type DocumentCriteria = ({ readonly state: string } | { readonly passedBy: string }) & {
  readonly flow: string
  /** Documents that ever passed by this state are left out. */
  readonly excluding?: string | undefined
  /** Days since the state was entered; with `passedBy`, since the last passage. */
  readonly olderThanDays: number
  /** Those of the entities below as well. */
  readonly below: boolean
}

/** A document as it was when it was found: whoever changes it meanwhile keeps it from being acted on. */
export interface SelectedDocument {
  readonly entityId: string
  readonly id: string
  readonly version: number
  readonly title: string
  readonly state: string
  readonly stateLabel: string
  /** When the state asked for was entered. */
  readonly since: Date
}

export interface SelectedPage {
  readonly items: readonly SelectedDocument[]
  /** Where to go on from; `undefined` after the last one. Good for days: what becomes old enough meanwhile comes after it. */
  readonly next: string | undefined
  /** Rows looked at, those that did not match included. */
  readonly examined: number
}

/** One line of the statistics: the documents of an entity in a state. */
export interface Tally {
  readonly entityId: string
  readonly entityName: string
  readonly state: string
  readonly stateLabel: string
  readonly documents: number
  /** Everything kept for them, former versions of their files included. */
  readonly bytes: number
}

/** Reads the documents of the entity of the instance, and never any other's. */
export interface DocumentFinder {
  readonly entityId: string
  /**
   * A page of documents, oldest first, walked along an index: the cost is that of the page, whatever the history holds. A page may be
   * short, or empty, and not be the last.
   * @param page `most`: documents wanted (100)
   * @throws ConfigurationError naming the flow or the state that does not exist
   */
  find(
    criteria: DocumentCriteria,
    page?: { readonly after?: string | undefined; readonly most?: number },
  ): Promise<SelectedPage>
  /** How many there are now; `exact` is false when there are more than could be looked at in a moment. */
  count(criteria: DocumentCriteria): Promise<{ readonly count: number; readonly exact: boolean }>
  /** Documents and bytes by entity and state. `from` included and `to` excluded are legal days of creation, `YYYY-MM-DD`. */
  tally(what: {
    readonly flow: string
    readonly from?: string | undefined
    readonly to?: string | undefined
    readonly below: boolean
  }): Promise<readonly Tally[]>
  /** @throws ConfigurationError when the flow has no such action or no such field */
  verify(
    flow: string,
    named: { readonly action?: string | undefined; readonly fields: readonly string[] },
  ): Promise<void>
}

/** What became of a document. `document` is what to act on next. */
export type Treated =
  | { readonly is: 'done' | 'unchanged'; readonly document: SelectedDocument }
  | { readonly is: 'refused'; readonly reason: string }

/** What is to be done to a document: values first, then the action. */
export interface Treatment {
  /** Texts by name of field, converted to what each field holds; empty erases. */
  readonly values: Readonly<Record<string, string>>
  readonly action?: string | undefined
}

/**
 * Acts on documents as a person would: the same guards, the same journal, where the instance is the author. What needs a particular
 * right is refused: only a person can hold one.
 */
export interface Desk extends DocumentFinder {
  /** All the values, or none when one of them is refused. */
  change(document: SelectedDocument, values: Treatment['values']): Promise<Treated>
  /** A button or a task, by its name or by its name in Pastell. A task runs in a worker, later. */
  act(document: SelectedDocument, action: string): Promise<Treated>
  /** What `change` then `act` would answer, without doing anything. */
  rehearse(document: SelectedDocument, treatment: Treatment): Promise<Treated>
}

/** Texts that a schedule leaves for its administrators. The last ones of an instance are kept. */
export interface Reports {
  /** @returns the address to download it from, below that of the hub */
  keep(report: { readonly name: string; readonly content: string }): Promise<string>
}
