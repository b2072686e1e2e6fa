import {
  faultOfChange,
  faultOfPassage,
  faultOfSurprise,
  PermanentError,
  pollsLeft,
  remainingStatuts,
  simulateTrouble,
  SYNTAXES_DEPOT,
  type DepotFacture,
  type FactureDeposee,
  type FileRef,
  type PortailFactures,
} from '#core'
import { advance, countOf, heldInvoice, heldUnder, historyOf, hold, passage, setCount, type Held } from './held.ts'
import { samplePivot, sampleView } from './sample.ts'
import type { CppContext } from './settings.ts'

const shown = (held: Held): FactureDeposee => ({ id: held.id, statut: historyOf(held).statut })

/** A portal of invoices that no State holds: it keeps histories and deposits in the memory of its instance. */
export const simulatedPortal = (context: CppContext): PortailFactures => {
  const { config, memory } = context
  const known = async (id: string): Promise<Held> => {
    const held = await heldInvoice(context, id)
    if (held) return held
    throw new PermanentError(`Le portail simulé n'a pas de facture « ${id} ».`)
  }
  const deposit = async (numero: string, more: Partial<Held>): Promise<DepotFacture> => {
    const before = await heldUnder(context, numero)
    if (before) return { is: 'known', facture: shown(before) }
    if (config.refus !== undefined) return { is: 'refused', reason: config.refus }
    const rank = (await countOf(context, 'deposees')) + 1
    const id = `7${String(rank).padStart(6, '0')}`
    await hold(context, { id, numero, deposited: true, passages: [passage(context, 'DEPOSEE')], ...more })
    await setCount(context, 'deposees', rank)
    return { is: 'sent', id }
  }
  const find = async (numero: string, deposited: boolean): Promise<FactureDeposee | undefined> => {
    const held = await heldUnder(context, numero)
    return held && (held.deposited ?? false) === deposited ? shown(held) : undefined
  }

  return {
    async history(id) {
      await simulateTrouble(context)
      return historyOf(await advance(context, await known(id)))
    },
    async download(id, form): Promise<FileRef> {
      await simulateTrouble(context)
      const { numero, pivot, view } = await known(id)
      if (form === 'pdf') return view ?? sampleView(context, numero)
      return pivot ?? samplePivot(context, id, numero)
    },
    async changeStatus(id, statut, { reason, since, seen }) {
      await simulateTrouble(context)
      const targets = typeof statut === 'string' ? [statut] : statut
      const fault = faultOfChange(targets, { reason })
      if (fault) return { is: 'refused', reason: fault }
      let held = await known(id)
      const surprise = faultOfSurprise(targets, historyOf(held), { seen, since })
      if (surprise) return { is: 'refused', reason: surprise, statut: historyOf(held).statut }
      for (const next of remainingStatuts(targets, historyOf(held), { since })) {
        const { statut: current } = historyOf(held)
        const wrong = faultOfPassage(current, next)
        if (wrong) return { is: 'refused', reason: `Le portail simulé refuse : ${wrong}.`, statut: current }
        if (config.refus !== undefined) return { is: 'refused', reason: config.refus, statut: current }
        held = { ...held, passages: [...held.passages, passage(context, next, reason)] }
        await hold(context, held)
      }
      return { is: 'done', statut: targets.at(-1) ?? 'SERVICE_FAIT' }
    },
    async syntaxes() {
      await simulateTrouble(context)
      return Object.entries(SYNTAXES_DEPOT).map(([value, label]) => ({ value, label }))
    },
    async depositFlow({ key, numeroFacture }) {
      await simulateTrouble(context)
      const numero = numeroFacture ?? key
      const before = await heldUnder(context, numero)
      if (before) return { is: 'known', facture: shown(before) }
      await memory.set(`flux:${key}`, numero)
      return { is: 'sent', id: key }
    },
    async flowReport(id) {
      await simulateTrouble(context)
      const numero = await memory.get<string>(`flux:${id}`)
      if (numero === undefined) return { is: 'incident', reason: `Le portail simulé n'a pas de flux « ${id} ».` }
      const left = await pollsLeft(context, `flux ${id}`)
      if (left !== undefined)
        return { is: 'pending', message: `Traitement simulé du flux : encore ${left} interrogation(s).` }
      const outcome = await deposit(numero, {})
      if (outcome.is === 'refused') return { is: 'rejected', partial: false, reasons: [outcome.reason] }
      const held = await heldUnder(context, numero)
      return { is: 'integrated', factures: held ? [shown(held)] : [] }
    },
    // It reads nothing: the agent fills in the form.
    async readPdf() {
      await simulateTrouble(context)
      return { is: 'read', piece: '1', idFournisseur: '1', values: {} }
    },
    async depositPdf({ numeroFacture, pdf }) {
      await simulateTrouble(context)
      return deposit(numeroFacture, { view: pdf })
    },
    async findDeposited({ numeroFacture }) {
      await simulateTrouble(context)
      return find(numeroFacture, true)
    },
    async findReceived({ numeroFacture }) {
      await simulateTrouble(context)
      return find(numeroFacture, false)
    },
    async services({ siret }) {
      await simulateTrouble(context)
      return siret === config.siret ? [{ value: config.service, label: `Service « ${config.service} »` }] : []
    },
  }
}
