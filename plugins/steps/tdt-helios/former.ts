import { defineFlow, file, firstOf, type Flow, type Placement, type Refs } from '#core'
import { formerBoxes, formerRoute, preparing, signatureAsked, type Ways } from '../former.ts'
import { signature } from '../signature/index.ts'
import { pesAsked } from './fields.ts'
import { extractPes } from './reading.ts'
import { tdtHelios } from './step.ts'

/** What the deprecated flows of the family ask for on their first pages (`flows/helios.md`, helios-generique). */
const formerFields = {
  ...pesAsked,
  visuelPdf: file('Visuel PDF', {
    accept: ['application/pdf'],
    help: 'Ce que le signataire voit du PES au parapheur.',
    pastell: 'visuel_pdf',
  }),
  ...formerBoxes('Télétransmission à la trésorerie'),
}

/** What the flows from before the studio call the answer of the treasury. */
export const FORMER_TDT_NAMES = {
  'fields.transactionId': 'tedetis_transaction_id',
  'fields.acquit': 'fichier_reponse',
  'fields.etatAck': 'etat_ack',
} as const

/** The route: the treasury between the signature and what they all share. */
const formerSteps = (fields: Refs<typeof formerFields>, ways: Ways): readonly Placement[] => {
  const { objet, fichierPes, envoiTdt } = fields
  const visa = signature({ titre: objet, document: fichierPes })
    .pastell({
      'fields.signe': 'fichier_pes_signe',
      'fields.bordereau': 'document_signe',
      ...preparing(ways, 'signature', 'aEnvoyer'),
    })
    .when(signatureAsked(fields))
  const helios = tdtHelios({ objet, pes: firstOf(visa.fields.signe, fichierPes) })
    .pastell({ ...FORMER_TDT_NAMES, ...preparing(ways, 'tdt', 'aExtraire', 'extrait', 'aEnvoyer') })
    .when(envoiTdt)
  return formerRoute(ways, fields, visa, helios)
}

/** A flow that ls-helios replaced, kept under its name for the software that still uses it. */
export const formerHelios = ({ id, label, ...ways }: Ways & { readonly id: string; readonly label: string }): Flow =>
  defineFlow({
    ...{ id, label, version: 1, family: 'Finances', pastell: id },
    fields: formerFields,
    extract: { fichierPes: extractPes },
    steps: fields => formerSteps(fields, ways),
  })
