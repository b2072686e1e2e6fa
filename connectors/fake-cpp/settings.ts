import { flag, laterFields, number, secretFile, simulationFields, text, type ConnectContext } from '#core'

const SIRET = { regex: '^\\d{14}$', message: 'Un SIRET compte quatorze chiffres.' }

export const cppFields = {
  flux: text('Flux créé pour chaque facture', { required: true, default: 'facture-cpp' }),
  nombre: number('Factures livrées à chaque relève', { default: 1, min: 0, max: 100 }),
  total: number('Factures livrées en tout', {
    default: 10,
    min: 0,
    help: 'La relève s’arrête à ce nombre. 0 : elle ne s’arrête jamais.',
  }),
  fournisseur: text('SIRET du fournisseur', { default: '00000000000018', pattern: SIRET }),
  raisonSociale: text('Raison sociale du fournisseur', { default: 'Fournisseur simulé' }),
  siret: text('SIRET de la structure destinataire', { default: '00000000000026', pattern: SIRET }),
  service: text('Code du service destinataire', { default: 'SIMULATION' }),
  montant: number('Montant hors taxes, en euros', { default: 100, min: 0, help: 'La TVA simulée est de 20 %.' }),
  engagement: text('Numéro d’engagement', { help: 'Vide : la facture n’en porte pas.' }),
  marche: text('Numéro de marché', { help: 'Vide : la facture n’en porte pas.' }),
  pivot: secretFile('Facture livrée (pivot Chorus Pro)', {
    help: 'Vide : une facture d’exemple, faite des réglages. Sinon ce fichier, tel quel, à chaque livraison.',
  }),
  paiement: flag('Payer les factures mandatées', {
    default: true,
    help: 'À chaque interrogation, une facture mandatée avance d’un statut, jusqu’à sa mise en paiement ; une facture déposée, depuis son dépôt.',
  }),
  ...laterFields,
  ...simulationFields,
}

export type CppContext = ConnectContext<typeof cppFields>
