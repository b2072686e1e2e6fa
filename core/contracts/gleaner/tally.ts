import type { Fate } from './claim.ts'

const many = (count: number, one: string, several: string): string => `${count} ${count > 1 ? several : one}`

/** What one run did, for the sentence that the administrator reads. */
export class Tally {
  readonly failures: Error[] = []
  growing = 0
  unmatched = 0
  later = 0
  /** Working folders that are not ours. */
  foreign = 0
  #created = 0
  #known = 0
  readonly #refused: { readonly name: string; readonly reason: string }[] = []

  done(name: string, fate: Fate): void {
    if (fate.is === 'refused') this.#refused.push({ name, reason: fate.reason })
    else if (fate.is === 'created') this.#created += 1
    else this.#known += 1
  }

  sentence(): string {
    const [refused] = this.#refused
    const parts = [
      this.#created > 0 && many(this.#created, 'dossier créé', 'dossiers créés'),
      this.#known > 0 && many(this.#known, 'élément déjà importé', 'éléments déjà importés'),
      refused &&
        `${many(this.#refused.length, 'mis en erreur', 'mis en erreur')} (« ${refused.name} » : ${refused.reason})`,
      this.growing > 0 && many(this.growing, 'attend de ne plus changer', 'attendent de ne plus changer'),
      this.later > 0 && `${this.later} pour la prochaine relève`,
      this.unmatched > 0 &&
        many(this.unmatched, 'fichier ne correspond à aucun dossier', 'fichiers ne correspondent à aucun dossier'),
      this.foreign > 0 &&
        `${many(this.foreign, 'relève commencée', 'relèves commencées')} par une autre plateforme ou un autre connecteur, laissées en place`,
    ].filter(part => typeof part === 'string')
    return parts.length === 0 ? 'Rien à relever.' : `${parts.join(' ; ')}.`
  }
}
