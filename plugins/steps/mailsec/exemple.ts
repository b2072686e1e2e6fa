import type { StepExample } from '#core/testing'
import { digestsOf, recipientsIn } from './recipients.ts'

type Data = Readonly<Record<string, unknown>>

/** The recipient of this rank opens the page. */
const opening = (rank: number) => (data: Data) => {
  const [acces] = recipientsIn(data)
    .slice(rank, rank + 1)
    .flatMap(digestsOf)
  return acces === undefined ? undefined : { acces }
}
/** The mail of this recipient comes back. */
const returned = (rank: number) => (data: Data) => {
  const about = recipientsIn(data)[rank]?.cle
  return about === undefined ? undefined : { about, message: 'La boîte est pleine.', files: [], remise: 'echec' }
}

/** What playing a secure mail needs: two recipients, who read, or whose mail comes back. */
export const exemple: StepExample = {
  values: { to: 'camille.durand@exemple.fr, sacha.petit@exemple.fr' },
  signals: { lecture: [opening(0), opening(1)], retour: [returned(0), returned(1)] },
  corrections: { erreur: [{ to: 'autre@exemple.fr' }], envoye: [{ renvoyerA: 'camille.durand@exemple.fr' }] },
}
