/** Looks after the documents already there: purges, mass changes, statistics. Nothing calls it from a flow; it works by its own schedule. */
export interface Entretien {
  /** How many documents the next run would look after. */
  concerned(): Promise<{ readonly count: number; readonly exact: boolean }>
}
