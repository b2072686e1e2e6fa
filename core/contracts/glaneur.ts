/** A place that is watched: what arrives there becomes documents. Nothing calls it from a flow; it works by its own schedule. */
export interface Glaneur {
  /** Names of what waits there now, oldest first. */
  waiting(): Promise<readonly string[]>
}
