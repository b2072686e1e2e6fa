import { choice, defineFlow, file, files, firstOf, flag, is, text } from '#core'
import { depotAutomatique } from '../../steps/depot-automatique/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { archivage } from '../../steps/sae/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { consultation, etapePiece, FAMILY, libelle, suitePiece, TYPES_PIECE, typeConsultation } from '../champs.ts'
import { affectationPiece } from './affectation.ts'

export { affectationPiece } from './affectation.ts'

/** One document of a public contract: route by its type, signature, secure mail, deposit, archiving (`flows/marches.md`, piece-marche). */
export default defineFlow({
  id: 'piece-marche',
  version: 1,
  label: 'Pièces de marché',
  family: FAMILY,
  pastell: 'piece-marche',
  fields: {
    libelle,
    typeConsultation: typeConsultation(false),
    ...consultation,
    etape: etapePiece,
    typePiece: choice('Type de pièce', TYPES_PIECE, { required: true, index: true, pastell: 'type_piece_marche' }),
    libellePiece: text('Libellé de la pièce', { computed: true, hidden: true, pastell: 'libelle_piece' }),
    ...suitePiece,
    document: file('Document', { required: true, pastell: 'document' }),
    annexes: files('Annexes', { pastell: 'annexe' }),
    envoiSignature: flag('Signature', { page: 'Cheminement', pastell: 'envoi_signature' }),
    envoiMailsec: flag('Mail sécurisé', { page: 'Cheminement', pastell: 'envoi_mailsec' }),
    envoiGed: flag('Dépôt en GED', { page: 'Cheminement', pastell: 'envoi_ged' }),
    envoiSae: flag('Archivage', { page: 'Cheminement', pastell: 'envoi_sae' }),
    metadonneeParapheur: text('Métadonnée du parapheur', {
      page: 'Cheminement',
      help: 'Reprise dans le parapheur si le connecteur le prévoit.',
      when: { field: 'envoiSignature', is: true },
      pastell: 'metadonnee_iparapheur',
    }),
  },
  steps(fields) {
    const { document, annexes, envoiSignature, envoiMailsec, envoiGed, envoiSae } = fields
    const visa = signature({ titre: fields.libelle, document, annexes })
    return [
      affectationPiece({ type: fields.typePiece, envoiSignature, envoiMailsec, envoiGed, envoiSae }).as('affectation'),
      visa.when(envoiSignature).pastell({
        'fields.signatureDetachee': 'co_signature_detachee',
        'fields.bordereau': 'bordereau',
      }),
      depotAutomatique({ document: firstOf(visa.fields.signe, document), annexes }).when(is(envoiGed, false)),
      mailsec({ titre: fields.libelle, document: firstOf(visa.fields.signe, document), annexes })
        .when(envoiMailsec)
        .pastell({ 'states.aClore': 'preparation-non-recu' }),
      depotGed({}).when(envoiGed),
      archivage({}).when(envoiSae),
    ]
  },
})
