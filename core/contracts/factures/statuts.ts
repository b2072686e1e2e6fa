import type { HistoriqueFacture, StatutFacture } from '../portail-factures.ts'

/** Statuses by their API code, in the order of the pivot codes 01 to 12 (connectors/chorus-pro.md §4), as an agent reads them. */
export const STATUTS_FACTURE: Readonly<Record<StatutFacture, string>> = {
  DEPOSEE: 'Déposée',
  EN_COURS_ACHEMINEMENT: "En cours d'acheminement",
  MISE_A_DISPOSITION: 'Mise à disposition',
  A_RECYCLER: 'À recycler',
  REJETEE: 'Rejetée',
  SUSPENDUE: 'Suspendue',
  SERVICE_FAIT: 'Service fait',
  MANDATEE: 'Mandatée',
  MISE_A_DISPOSITION_COMPTABLE: 'Mise à disposition du comptable',
  COMPTABILISEE: 'Comptabilisée',
  MISE_EN_PAIEMENT: 'Mise en paiement',
  COMPLETEE: 'Complétée',
}

const ALL = Object.keys(STATUTS_FACTURE) as readonly StatutFacture[]

export const isStatutFacture = (code: unknown): code is StatutFacture => ALL.some(statut => statut === code)

/** The status of a pivot code (`06` → `SUSPENDUE`); codes above 12 are of other circuits and have none. */
export const statutOfPivotCode = (code: string): StatutFacture | undefined =>
  /^\d{1,2}$/u.test(code.trim()) ? ALL[Number(code) - 1] : undefined

/** Those worth importing (`flows/factures.md`, « current »). */
export const STATUTS_A_IMPORTER: readonly StatutFacture[] = [
  'MISE_A_DISPOSITION',
  'SERVICE_FAIT',
  'MANDATEE',
  'COMPLETEE',
]

/** Those that only the portal or the supplier gives. */
const NOT_OURS: readonly StatutFacture[] = ['DEPOSEE', 'EN_COURS_ACHEMINEMENT', 'COMPLETEE']

/** Those that end the life of one version of an invoice: the supplier corrects it and it comes back. */
export const STATUTS_RENVOYES: readonly string[] = ['A_RECYCLER', 'SUSPENDUE']

/** The usual progress of an accepted invoice: once in one of them, those before took place. */
const PROGRESS: readonly string[] = [
  'SERVICE_FAIT',
  'MANDATEE',
  'MISE_A_DISPOSITION_COMPTABLE',
  'COMPTABILISEE',
  'MISE_EN_PAIEMENT',
]

const FROM_AVAILABLE: readonly StatutFacture[] = [
  'SERVICE_FAIT',
  'MANDATEE',
  'MISE_A_DISPOSITION_COMPTABLE',
  'SUSPENDUE',
  'REJETEE',
  'A_RECYCLER',
]

/**
 * What a recipient may ask for next, by current status [A]: the true matrix is only told by `recuperer/etats/traitement`, so the portal keeps
 * the last word, and a status that is not here is not judged.
 */
export const CHANGEMENTS_FACTURE: Readonly<Partial<Record<StatutFacture, readonly StatutFacture[]>>> = {
  MISE_A_DISPOSITION: FROM_AVAILABLE,
  COMPLETEE: FROM_AVAILABLE,
  SERVICE_FAIT: ['MANDATEE', 'SUSPENDUE', 'REJETEE', 'MISE_A_DISPOSITION_COMPTABLE'],
  MANDATEE: ['MISE_A_DISPOSITION_COMPTABLE', 'COMPTABILISEE', 'MISE_EN_PAIEMENT', 'REJETEE'],
  MISE_A_DISPOSITION_COMPTABLE: ['COMPTABILISEE', 'MISE_EN_PAIEMENT', 'REJETEE'],
  COMPTABILISEE: ['MISE_EN_PAIEMENT'],
  MISE_EN_PAIEMENT: [],
  REJETEE: [],
  SUSPENDUE: [],
  A_RECYCLER: [],
}

/** A status in words, whatever circuit it comes from. */
export const libelleStatut = (statut: string): string => (isStatutFacture(statut) ? STATUTS_FACTURE[statut] : statut)

/** What keeps an invoice from going from a status to another, in a sentence; nothing when it may. */
export const faultOfPassage = (from: string | undefined, to: StatutFacture): string | undefined => {
  if (from === undefined || !isStatutFacture(from) || from === to) return undefined
  const allowed = CHANGEMENTS_FACTURE[from]
  if (!allowed || allowed.includes(to)) return undefined
  return `une facture « ${STATUTS_FACTURE[from]} » ne peut pas passer à « ${STATUTS_FACTURE[to]} »`
}

/** Those that end the life of an invoice for its recipient: nothing more is to be expected of the portal. */
export const STATUTS_FINAUX: readonly string[] = ['MISE_EN_PAIEMENT', 'REJETEE', 'SUSPENDUE', 'A_RECYCLER']

/** Chorus Pro writes minutes; a passage of the minute in which an attempt began may be its own. */
const MINUTE = 60_000

/**
 * What keeps a change from being asked of the portal, in a sentence; nothing when it may be.
 * @param reason as the agent wrote it
 */
export const faultOfChange = (
  targets: readonly StatutFacture[],
  { reason }: { readonly reason?: string | undefined },
): string | undefined => {
  if (targets.length === 0) return 'Aucun statut cible n’est indiqué : choisissez-en un.'
  const foreign = targets.find(statut => NOT_OURS.includes(statut))
  if (foreign)
    return `Le statut « ${STATUTS_FACTURE[foreign]} » est donné par le portail ou par le fournisseur : un destinataire ne peut pas le demander.`
  const wanting = targets.find(statut => statut === 'SUSPENDUE' || statut === 'REJETEE')
  if (wanting && !reason?.trim())
    return `Un motif est obligatoire pour le statut « ${STATUTS_FACTURE[wanting]} » : saisissez-le, puis relancez.`
  return undefined
}

/** What is still to be asked of a sequence of statuses, given what took place (chorus-pro.md §4 and §7). */
export const remainingStatuts = (
  targets: readonly StatutFacture[],
  { statut, passages }: HistoriqueFacture,
  { since }: { readonly since?: string | undefined } = {},
): readonly StatutFacture[] => {
  const from = since === undefined ? Infinity : Date.parse(since) - MINUTE
  const happened = (target: StatutFacture): boolean => {
    if (target === statut) return true
    const rank = PROGRESS.indexOf(target)
    if (rank >= 0 && rank < PROGRESS.indexOf(statut) && passages.some(each => each.statut === target)) return true
    return passages.some(each => each.statut === target && Date.parse(each.at) >= from)
  }
  // A progress may be met further on without each of its steps; a suspension or a rejection is never taken for granted.
  const isBehind = (target: StatutFacture, rank: number) =>
    happened(target) || (PROGRESS.includes(target) && targets.slice(rank + 1).some(happened))
  const next = targets.findIndex((target, rank) => !isBehind(target, rank))
  return next < 0 ? [] : targets.slice(next)
}

/**
 * The history of each version of an invoice, the first one first: it has one more each time that it comes back from its supplier after
 * having been recycled or suspended. Each holds what came before it; the last one is the whole. Counted on the history, so that it is the
 * same whoever counts.
 */
export const versionsOf = (history: HistoriqueFacture): readonly HistoriqueFacture[] => {
  const { passages } = history
  const ended = passages.flatMap(({ statut }, rank) => {
    const next = passages[rank + 1]
    return STATUTS_RENVOYES.includes(statut) && next !== undefined && !STATUTS_RENVOYES.includes(next.statut)
      ? [{ statut, passages: passages.slice(0, rank + 1) }]
      : []
  })
  return [...ended, history]
}

/**
 * What keeps a change asked for on a status from being made on another one, in a sentence: somebody moved the invoice meanwhile, at the
 * portal, and an agent must look before it is moved again. To go further along the usual progress takes nothing from anybody.
 * @param seen the statuses that the change was asked on; left out: any
 * @param since instant of the first attempt: what took place since may be ours
 */
export const faultOfSurprise = (
  targets: readonly StatutFacture[],
  history: HistoriqueFacture,
  { seen, since }: { readonly seen?: readonly string[] | undefined; readonly since?: string | undefined },
): string | undefined => {
  const { statut, passages } = history
  if (seen === undefined || seen.includes(statut) || targets.some(target => target === statut)) return undefined
  const [next] = remainingStatuts(targets, history, { since })
  if (next === undefined) return undefined
  const rank = PROGRESS.indexOf(statut)
  if (rank >= 0 && rank < PROGRESS.indexOf(next)) return undefined
  const last = passages.at(-1)
  const who = last && [last.firstName, last.lastName].filter(Boolean).join(' ')
  const by = who ? ` par ${who}` : ''
  return `La facture a changé entre-temps : elle a été passée à « ${libelleStatut(statut)} »${by}. Le passage à « ${libelleStatut(next)} » n'a pas été fait : vérifiez, puis redemandez-le ou renoncez-y.`
}
