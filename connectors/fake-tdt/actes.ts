import {
  acteIdentifier,
  givenBack,
  ACTES_NAMESPACE,
  localDay,
  pollsLeft,
  simulateTrouble,
  xmlText,
  type Choice,
  type TdtActes,
} from '#core'
import { identifierOf, unknownTransaction, waiting, type TdtContext } from './settings.ts'

interface Kept {
  readonly acteId: string
  readonly sentOn: string
  readonly cancelled?: true
}

const place = (id: string) => `acte:${id}`
const CANCELLATION = 'annulation-'

/** `1.1 Marchés publics`, line by line. */
const choicesIn = (lines: string, shown: (code: string, label: string) => string): readonly Choice[] =>
  lines
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
    .map(line => {
      const [code = '', ...words] = line.split(' ')
      return { value: code, label: shown(code, words.join(' ')) }
    })

/** Actes that no préfecture receives. */
export const simulatedActes = (context: TdtContext): TdtActes => {
  const { config, memory, files, clock } = context
  const receipt = (root: 'ARActe' | 'ARAnnulation', { acteId, sentOn }: Kept) =>
    files.save(
      `<?xml version="1.0" encoding="UTF-8"?>\n<!-- SIMULATION, sans aucune valeur -->\n<actes:${root} xmlns:actes="${ACTES_NAMESPACE}" actes:IDActe="${xmlText(acteId)}" actes:DateReception="${sentOn}"/>\n`,
      `${root}-simulation.xml`,
    )

  return {
    async classification() {
      await simulateTrouble(context)
      return choicesIn(config.matieres, (code, label) => `${code} ${label}`)
    },
    async typologies() {
      await simulateTrouble(context)
      return choicesIn(config.typologies, (code, label) => `${label} (${code})`)
    },
    async send(acte) {
      await simulateTrouble(context)
      const id = identifierOf(acte.numero, acte.date)
      const acteId = acteIdentifier({ department: config.departement, siren: config.siren }, acte)
      await memory.set(place(id), { acteId, sentOn: localDay(clock.now()) } satisfies Kept)
      return { is: 'sent', id }
    },
    async find({ numero, date }) {
      await simulateTrouble(context)
      const id = identifierOf(numero, date)
      return (await memory.get(place(id))) === undefined ? undefined : id
    },
    async status(id) {
      await simulateTrouble(context)
      const kept = await memory.get<Kept>(place(id))
      if (!kept) return unknownTransaction(id)
      const left = await pollsLeft(context, id)
      if (left !== undefined) return waiting(left)
      if (config.refus !== undefined) return { is: 'refused', reason: config.refus }
      return {
        is: 'acknowledged',
        ar: (await givenBack(context, config.ar, 'ARActe.xml')) ?? (await receipt('ARActe', kept)),
        acteId: kept.acteId,
        receivedOn: kept.sentOn,
      }
    },
    async stamped(id, { acte, annexes }) {
      await simulateTrouble(context)
      const slip = `Bordereau de SIMULATION, sans aucune valeur.\n\nTransaction ${id}\n`
      return {
        acte: await givenBack(context, config.acteTamponne, `tampon-${acte.name}`),
        annexes: annexes.map(() => undefined),
        bordereau:
          (await givenBack(context, config.bordereau, 'bordereau.pdf')) ??
          (await files.save(slip, 'bordereau-simulation.txt')),
      }
    },
    async cancel(id) {
      await simulateTrouble(context)
      const kept = await memory.get<Kept>(place(id))
      if (!kept) return unknownTransaction(id)
      await memory.set(place(id), { ...kept, cancelled: true } satisfies Kept)
      return { is: 'sent', id: `${CANCELLATION}${id}` }
    },
    async findCancellation(id) {
      await simulateTrouble(context)
      return (await memory.get<Kept>(place(id)))?.cancelled ? `${CANCELLATION}${id}` : undefined
    },
    async cancellationStatus(cancellationId) {
      await simulateTrouble(context)
      const kept = await memory.get<Kept>(place(cancellationId.slice(CANCELLATION.length)))
      if (!kept?.cancelled) return unknownTransaction(cancellationId)
      const left = await pollsLeft(context, cancellationId)
      if (left !== undefined) return waiting(left)
      if (config.refus !== undefined) return { is: 'refused', reason: config.refus }
      return { is: 'cancelled', ar: await receipt('ARAnnulation', kept), receivedOn: kept.sentOn }
    },
  }
}
