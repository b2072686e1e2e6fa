import { anyOf, defineFlow, file, firstOf, flag, is, text, type Flow, type Placement, type Refs } from '#core'
import { archivage } from '../sae/index.ts'
import { depotGed } from '../ged/index.ts'
import { signature } from '../signature/index.ts'
import { extractPes } from './reading.ts'
import { tdtHelios } from './step.ts'

/** What the deprecated flows of the family ask for on their first pages (`flows/helios.md`, helios-generique). */
const formerFields = {
  objet: text('Objet', {
    required: true,
    title: true,
    help: 'Repris du nom du PES si vous le laissez vide.',
    pastell: 'objet',
  }),
  fichierPes: file('Fichier PES', {
    required: true,
    accept: ['application/xml'],
    maxBytes: 128_000_000,
    pastell: 'fichier_pes',
  }),
  visuelPdf: file('Visuel PDF', {
    accept: ['application/pdf'],
    help: 'Ce que le signataire voit du PES au parapheur.',
    pastell: 'visuel_pdf',
  }),
  envoiSignature: flag('Signature', { pastell: 'envoi_signature_check' }),
  /** The same box, as the business software of the time ticks it. */
  envoiSignatureApi: flag('Signature demandée par un logiciel', { hidden: true, pastell: 'envoi_signature' }),
  envoiTdt: flag('Télétransmission à la trésorerie', { pastell: 'envoi_tdt' }),
  envoiGed: flag('Dépôt en GED', { pastell: 'envoi_ged' }),
  envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
}

/** What the flows from before the studio call the answer of the treasury. */
export const FORMER_TDT_NAMES = {
  'fields.transactionId': 'tedetis_transaction_id',
  'fields.acquit': 'fichier_reponse',
  'fields.etatAck': 'etat_ack',
} as const

/** Names that a flow gives to the moments before each step. */
interface Preparations {
  readonly signature: string
  readonly tdt: string
  readonly ged: string
  readonly sae: string
}

interface Ways {
  readonly pace: 'manual' | 'automatic'
  readonly preparations?: Preparations
}

/**
 * The route that the deprecated flows share: signature, treasury, deposit, archiving, each if its box is ticked.
 * @param ways `manual`: the document waits for « Poursuivre » after each step; names of the preparations where the flow has any
 */
const formerSteps = (fields: Refs<typeof formerFields>, ways: Ways): readonly Placement[] => {
  const { objet, fichierPes, envoiSignature, envoiSignatureApi, envoiTdt, envoiGed, envoiSae } = fields
  const { preparations } = ways
  const visa = signature({ titre: objet, document: fichierPes })
    .pastell({
      'fields.signe': 'fichier_pes_signe',
      'fields.bordereau': 'document_signe',
      ...(preparations ? { 'states.aEnvoyer': preparations.signature } : {}),
    })
    .when(anyOf(is(envoiSignature, true), is(envoiSignatureApi, true)))
  const helios = tdtHelios({ objet, pes: firstOf(visa.fields.signe, fichierPes) })
    .pastell({
      ...FORMER_TDT_NAMES,
      ...(preparations
        ? {
            'states.aExtraire': preparations.tdt,
            'states.extrait': preparations.tdt,
            'states.aEnvoyer': preparations.tdt,
          }
        : {}),
    })
    .when(envoiTdt)
  const ged = depotGed({})
    .pastell(preparations ? { 'states.aDeposer': preparations.ged } : {})
    .when(envoiGed)
  const sae = archivage({})
    .pastell(preparations ? { 'states.aGenerer': preparations.sae } : {})
    .when(envoiSae)
  return ways.pace === 'manual' ? [visa.thenWait(), helios.thenWait(), ged.thenWait(), sae] : [visa, helios, ged, sae]
}

/** A flow that ls-helios replaced, kept under its name for the software that still uses it. */
export const formerHelios = ({ id, label, ...ways }: Ways & { readonly id: string; readonly label: string }): Flow =>
  defineFlow({
    ...{ id, label, version: 1, family: 'Finances', pastell: id },
    fields: formerFields,
    extract: { fichierPes: extractPes },
    steps: fields => formerSteps(fields, ways),
  })
