/**
 * What an administrator settled for a flow and that no remote knows: delays of reminders, defaults of a form, statuses of invoices. One
 * connector per form of settings; the steps read it by the names of its fields.
 */
export interface Reglages {
  /** The settings of the instance, defaults included, by name of field. Never a secret. */
  lire(): Promise<Readonly<Record<string, unknown>>>
}
