import { anyOf, flag, is, type Condition, type PastellNames, type Placement, type Ref } from '#core'
import { archivage } from './sae/index.ts'
import { depotGed } from './ged/index.ts'

/**
 * What the flows that the studio replaced have in common, those of actes and those of Helios (`flows/actes.md`, `flows/helios.md`):
 * four boxes, and a route of four steps in the same order.
 */

/** Names that a flow gives to the moments before each step. */
interface Preparations {
  readonly signature: string
  readonly tdt: string
  readonly ged: string
  readonly sae: string
}

export interface Ways {
  /** `manual`: the document waits for « Poursuivre » after each step. */
  readonly pace: 'manual' | 'automatic'
  /** Where the flow has any. */
  readonly preparations?: Preparations
}

/** @param tdt label of the box of the transmission; `options.page` puts the boxes on a page of their own */
export const formerBoxes = (tdt: string, options: { readonly page?: string } = {}) => ({
  envoiSignature: flag('Signature', { ...options, pastell: 'envoi_signature_check' }),
  /** The same box, as the business software of the time ticks it. */
  envoiSignatureApi: flag('Signature demandée par un logiciel', { hidden: true, pastell: 'envoi_signature' }),
  envoiTdt: flag(tdt, { ...options, pastell: 'envoi_tdt' }),
  envoiGed: flag('Dépôt en GED', { ...options, pastell: 'envoi_ged' }),
  envoiSae: flag('Archivage', { ...options, pastell: 'envoi_sae' }),
})

type Boxes = Readonly<Record<keyof ReturnType<typeof formerBoxes>, Ref<boolean>>>

/** Public names of the states where a document is about to begin a step. */
export const preparing = (
  { preparations }: Ways,
  step: keyof Preparations,
  ...states: readonly string[]
): PastellNames =>
  preparations ? Object.fromEntries(states.map(state => [`states.${state}`, preparations[step]] as const)) : {}

/** Either box asks for the signature. */
export const signatureAsked = ({ envoiSignature, envoiSignatureApi }: Boxes): Condition =>
  anyOf(is(envoiSignature, true), is(envoiSignatureApi, true))

/** Signature and transmission, then deposit and archiving, each if its box is ticked. */
export const formerRoute = (ways: Ways, boxes: Boxes, visa: Placement, tdt: Placement): readonly Placement[] => {
  const ged = depotGed({})
    .pastell(preparing(ways, 'ged', 'aDeposer'))
    .when(boxes.envoiGed)
  const sae = archivage({})
    .pastell(preparing(ways, 'sae', 'aGenerer'))
    .when(boxes.envoiSae)
  return ways.pace === 'manual' ? [visa.thenWait(), tdt.thenWait(), ged.thenWait(), sae] : [visa, tdt, ged, sae]
}
