import { faultOfChange, faultOfSurprise, libelleStatut, remainingStatuts } from '../../contracts/factures/statuts.ts'
import type { ChangementStatut, MotifChangement, StatutFacture } from '../../contracts/portail-factures.ts'
import { numberOf, readHistory } from './history.ts'
import type { ChorusWire } from './wire.ts'

/** What Chorus Pro takes of a reason. */
const LONGEST_REASON = 255

/**
 * Brings an invoice to a status, or through several (chorus-pro.md §3.5 and §4). The history is read first, and again after a refusal:
 * somebody may have done it meanwhile on the portal. What is left is then asked once more, and no more.
 */
export const changeStatus = async (
  wire: ChorusWire,
  id: string,
  targets: readonly StatutFacture[],
  { reason, numeroMandat, since, seen }: MotifChangement,
): Promise<ChangementStatut> => {
  const fault = faultOfChange(targets, { reason })
  if (fault) return { is: 'refused', reason: fault }

  const push = (statut: StatutFacture) =>
    wire.tell('factures/v1/traiter/recue', {
      idFacture: numberOf(id),
      nouveauStatut: statut,
      motif: [...(reason?.trim() ?? '')].slice(0, LONGEST_REASON).join(''),
      numeroDPMandat: statut === 'MANDATEE' ? (numeroMandat?.trim() ?? '') : '',
    })

  let history = await readHistory(wire, id)
  const surprise = faultOfSurprise(targets, history, { seen, since })
  if (surprise) return { is: 'refused', reason: surprise, statut: history.statut }
  let remaining = remainingStatuts(targets, history, { since })
  let isRetry = false
  for (let next = remaining[0]; next !== undefined; next = remaining[0]) {
    const pushed = await push(next)
    if (pushed.is === 'ok') {
      remaining = remaining.slice(1)
      isRetry = false
      continue
    }
    history = await readHistory(wire, id)
    const left = remainingStatuts(remaining, history, { since })
    if (isRetry || left.length === remaining.length)
      return {
        is: 'refused',
        reason: `Chorus Pro refuse le passage de « ${libelleStatut(history.statut)} » à « ${libelleStatut(next)} » : ${pushed.reason}.`,
        statut: history.statut,
      }
    remaining = left
    isRetry = true
  }
  return { is: 'done', statut: targets.at(-1) ?? (history.statut as StatutFacture) }
}
