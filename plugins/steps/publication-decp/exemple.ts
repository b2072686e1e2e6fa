import type { StepExample } from '#core/testing'

/** A form that the format accepts as it is, without the prefix of its step. */
export const formulaireDecp = {
  siret: '21340172201787',
  nature: 'Marché',
  procedure: "Appel d'offres ouvert",
  techniques: [{ technique: 'Sans objet' }],
  modalites: [{ modalite: 'Tranches' }],
  ccag: 'Travaux',
  offresRecues: 4,
  lieuCode: '34172',
  lieuType: 'Code commune',
  dureeMois: 18,
  montant: 412_000.5,
  typesPrix: [{ type: 'Définitif révisable' }],
  formePrix: 'Forfaitaire',
  groupement: 'Pas de groupement',
  titulaires: [{ id: '83415751300245', type: 'SIRET' }],
  considerationsSociales: [{ consideration: 'Clause sociale' }],
  considerationsEnvironnementales: [{ consideration: 'Pas de considération environnementale' }],
} as const

/** What playing a publication needs. */
export const exemple: StepExample = { values: formulaireDecp }
