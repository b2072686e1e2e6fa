import {
  date,
  defineFlow,
  file,
  files,
  firstOf,
  longText,
  text,
  type Condition,
  type Flow,
  type Placement,
  type Refs,
} from '#core'
import { formerBoxes, formerRoute, preparing, signatureAsked, type Ways } from '../former.ts'
import { signature } from '../signature/index.ts'
import { tdtActes } from './step.ts'

/** What is exchanged with the préfecture, letter and answer by kind (`flows/actes.md`, actes-generique). */
const EXCHANGES = ['2A', '2B', '3A', '4A', '5A', '2R', '3R', '4R', '3RB'] as const

/** An acte transmitted elsewhere that goes to the GED or to the archives: what the TdT would have brought is given by hand. */
const transmittedElsewhere: Condition = {
  all: [
    { field: 'envoiTdt', is: false },
    {
      any: [
        { field: 'envoiGed', is: true },
        { field: 'envoiSae', is: true },
      ],
    },
  ],
}
/** Their names here are not their public names, which are also those of what the steps compute. */
const byHand = { page: 'Informations complémentaires', when: transmittedElsewhere } as const

/** What the deprecated flows of the family ask for on their first pages (`flows/actes.md`, actes-generique). */
const formerFields = {
  objet: longText('Objet', { required: true, title: true, max: 499, page: 'Acte', pastell: 'objet' }),
  arrete: file('Acte', {
    required: true,
    accept: ['application/pdf', 'application/xml'],
    page: 'Acte',
    pastell: 'arrete',
  }),
  annexes: files('Autres documents attachés', { page: 'Acte', pastell: 'autre_document_attache' }),
  ...formerBoxes('Contrôle de légalité', { page: 'Cheminement' }),
  bordereauSignature: file('Bordereau de signature', { ...byHand, pastell: 'document_signe' }),
  fichierSigne: file('Signature détachée, ou document signé', { ...byHand, pastell: 'signature' }),
  datePostage: date('Date de télétransmission', { ...byHand, pastell: 'date_tdt_postage' }),
  bordereauTdt: file("Bordereau d'acquittement", { ...byHand, pastell: 'bordereau' }),
  arPrefecture: file('Accusé de réception de la préfecture', {
    ...byHand,
    accept: ['application/xml'],
    pastell: 'aractes',
  }),
  echanges: files('Échanges avec la préfecture', {
    ...byHand,
    help: 'Courriers reçus et réponses envoyées ; chaque réponse suivie de ses annexes.',
    pastell: 'echange_prefecture',
  }),
  echangesAr: files('Accusés de réception des échanges', {
    ...byHand,
    help: 'Dans le même ordre.',
    pastell: 'echange_prefecture_ar',
  }),
  echangesTypes: text('Types des échanges', {
    ...byHand,
    help: 'Un par fichier, dans le même ordre, séparés par des virgules. 2A courrier simple, 2B ou 2R sa réponse ; 3A demande de pièces, 3R sa réponse, 3RB annexe de la réponse ; 4A lettre d’observations, 4R sa réponse ; 5A déféré.',
    pattern: {
      regex: `^(?:${EXCHANGES.join('|')})(?:,\\s*(?:${EXCHANGES.join('|')}))*$`,
      message: `Les types des échanges sont ${EXCHANGES.join(', ')}, séparés par des virgules : par exemple « 3A, 3R, 3RB ».`,
    },
    pastell: 'echange_prefecture_type',
  }),
}

/** The route: the légalité control between the signature and what they all share. */
const formerSteps = (fields: Refs<typeof formerFields>, ways: Ways): readonly Placement[] => {
  const { objet, arrete, annexes, envoiTdt } = fields
  // The acte stays where it was deposited: « signature » holds what came back, the detached signature when there is one.
  const visa = signature({ titre: objet, document: arrete, annexes })
    .pastell({
      'fields.bordereau': 'document_signe',
      'fields.signe': 'signature',
      ...preparing(ways, 'signature', 'aEnvoyer'),
    })
    .when(signatureAsked(fields))
  const tdt = tdtActes({ objet, acte: firstOf(visa.fields.signe, arrete), annexes })
    .pastell(preparing(ways, 'tdt', 'aEnvoyer'))
    .when(envoiTdt)
    // In these flows nature, number, date, matter and types of pieces are those of the acte itself, wherever it was transmitted.
    .alwaysAsked()
  return formerRoute(ways, fields, visa, tdt)
}

/** A flow that ls-actes replaced, kept under its name for the software that still uses it. */
export const formerActes = ({ id, label, ...ways }: Ways & { readonly id: string; readonly label: string }): Flow =>
  defineFlow({
    ...{ id, label, version: 1, family: 'Actes administratifs', pastell: id, maxBytes: 157_286_400 },
    fields: formerFields,
    steps: fields => formerSteps(fields, ways),
  })
