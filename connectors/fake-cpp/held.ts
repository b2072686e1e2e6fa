import { pollsLeft, type FileRef, type HistoriqueFacture, type PassageFacture, type StatutFacture } from '#core'
import type { CppContext } from './settings.ts'

/** An invoice of the stand-in, as its memory keeps it. */
export interface Held {
  readonly id: string
  readonly numero: string
  readonly passages: readonly PassageFacture[]
  /** Deposited by a supplier from here, and not received. */
  readonly deposited?: true
  readonly pivot?: FileRef
  readonly view?: FileRef
}

const place = (id: string) => `facture:${id}`
const numbered = (numero: string) => `numero:${numero}`

export const heldInvoice = ({ memory }: CppContext, id: string): Promise<Held | undefined> => memory.get(place(id))

export const heldUnder = async (context: CppContext, numero: string): Promise<Held | undefined> => {
  const id = await context.memory.get<string>(numbered(numero))
  return id === undefined ? undefined : heldInvoice(context, id)
}

export const hold = async ({ memory }: CppContext, held: Held): Promise<void> => {
  await memory.set(place(held.id), held)
  await memory.set(numbered(held.numero), held.id)
}

/** The next number, kept only once what bears it is held: a run that was cut gives the same ones again. */
export const countOf = async ({ memory }: CppContext, what: 'recues' | 'deposees'): Promise<number> =>
  (await memory.get<number>(`nombre:${what}`)) ?? 0
export const setCount = ({ memory }: CppContext, what: 'recues' | 'deposees', count: number): Promise<void> =>
  memory.set(`nombre:${what}`, count)

export const historyOf = ({ passages }: Held): HistoriqueFacture => ({
  statut: passages.at(-1)?.statut ?? 'DEPOSEE',
  passages,
})

export const passage = ({ clock }: CppContext, statut: StatutFacture, comment?: string): PassageFacture => ({
  statut,
  at: clock.now().toISOString(),
  lastName: 'Portail simulé',
  ...(comment === undefined ? {} : { comment }),
})

/** What becomes of an invoice without anybody here: the recipient when it was deposited, the accountant once it is to be paid. */
const ONWARD: Partial<Record<string, StatutFacture>> = {
  MANDATEE: 'MISE_A_DISPOSITION_COMPTABLE',
  MISE_A_DISPOSITION_COMPTABLE: 'COMPTABILISEE',
  COMPTABILISEE: 'MISE_EN_PAIEMENT',
}
const ONWARD_DEPOSITED: typeof ONWARD = {
  DEPOSEE: 'MISE_A_DISPOSITION',
  MISE_A_DISPOSITION: 'SERVICE_FAIT',
  SERVICE_FAIT: 'MANDATEE',
  ...ONWARD,
}

/** The invoice after one more poll, as the settings of the moment say. */
export const advance = async (context: CppContext, held: Held): Promise<Held> => {
  const { config } = context
  const { statut } = historyOf(held)
  const next = (held.deposited ? ONWARD_DEPOSITED : ONWARD)[statut]
  if (!config.paiement || next === undefined) return held
  if ((await pollsLeft(context, `${held.id} ${statut}`)) !== undefined) return held
  const refused = held.deposited === true && config.refus !== undefined
  const moved = {
    ...held,
    passages: [...held.passages, refused ? passage(context, 'REJETEE', config.refus) : passage(context, next)],
  }
  await hold(context, moved)
  return moved
}
