import { allOf, defineFlow, file, files, flag, is, not, text } from '#core'
import { depotGed } from '../../steps/ged/index.ts'
import { orientation } from '../../steps/orientation/index.ts'
import { signature } from '../../steps/signature/index.ts'

/** Replaced by ls-document-pdf; kept for the software that still names it (`flows/documents-ged-parapheur.md`, document-a-signer). */
export default defineFlow({
  id: 'document-a-signer',
  version: 1,
  label: 'Document à faire signer - déprécié',
  family: 'Documents divers',
  pastell: 'document-a-signer',
  maxBytes: 150_000_000,
  fields: {
    libelle: text('Libellé', { required: true, title: true, max: 500, pastell: 'libelle' }),
    document: file('Document', { required: true, pastell: 'document' }),
    annexes: files('Autres documents attachés', { pastell: 'autre_document_attache' }),
    envoiGed: flag('Dépôt en GED', { pastell: 'envoi_ged' }),
    envoiAuto: flag("Poursuivre sans l'agent", {
      help: 'Sinon, le document attend « Poursuivre » après la signature et après le dépôt.',
      pastell: 'envoi_auto',
    }),
  },
  steps({ libelle, document, annexes, envoiGed, envoiAuto }) {
    const byHand = not(is(envoiAuto, true))
    return [
      signature({ titre: libelle, document, annexes }).pastell({
        'states.aEnvoyer': 'prepare-iparapheur',
        'fields.bordereau': 'bordereau',
      }),
      orientation({})
        .as('apresSignature')
        .labelled('Après la signature')
        .when(byHand)
        .pastell({ 'states.aOrienter': 'recu-iparapheur-etat' })
        .thenWait(),
      depotGed({}).pastell({ 'states.aDeposer': 'prepare-ged' }).when(envoiGed),
      orientation({})
        .as('apresDepot')
        .labelled('Après le dépôt')
        .when(allOf(byHand, is(envoiGed, true)))
        .pastell({ 'states.aOrienter': 'send-ged-etat' })
        .thenWait(),
    ]
  },
})
