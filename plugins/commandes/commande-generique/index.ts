import { allOf, defineFlow, file, files, firstOf, flag, is, longText, not, text } from '#core'
import { commandeFields } from '../champs.ts'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { orientation } from '../../steps/orientation/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { transformationFixe } from '../../steps/transformation-fixe/index.ts'

/** Replaced by ls-commande; the order goes by itself to the supplier of the form (`flows/commande.md`, commande-generique). */
export default defineFlow({
  id: 'commande-generique',
  version: 1,
  label: 'Commande (générique) - déprécié',
  family: 'Finances',
  pastell: 'commande-generique',
  fields: {
    libelle: text('Libellé', { required: true, title: true, max: 500, pastell: 'libelle', page: 'Commande' }),
    commande: file('Bon de commande', {
      required: true,
      accept: ['application/pdf'],
      pastell: 'commande',
      page: 'Commande',
    }),
    annexes: files('Autres documents attachés', {
      help: 'Pour le parapheur, la GED et les archives : le fournisseur ne les reçoit pas.',
      pastell: 'autre_document_attache',
      page: 'Commande',
    }),
    fournisseurId: text('Identifiant du fournisseur', { pastell: 'id_fournisseur', page: 'Commande' }),
    fournisseurNom: text('Nom du fournisseur', { required: true, pastell: 'nom_fournisseur', page: 'Commande' }),
    fournisseurAdresse: text('Adresse du fournisseur', { pastell: 'adresse_fournisseur', page: 'Commande' }),
    fournisseurCourriel: text('Adresse électronique du fournisseur', {
      required: true,
      max: 254,
      pattern: {
        regex: '^[^\\s@,;<>]+@[^\\s@,;<>]+$',
        message: 'Donnez une seule adresse, sans nom : par exemple « contact@fournisseur.fr ».',
      },
      pastell: 'mail_fournisseur',
      page: 'Commande',
    }),
    ...commandeFields,
    envoiSignature: flag('Signature', { pastell: 'envoi_signature', page: 'Cheminement' }),
    envoiMailsec: flag('Mail sécurisé au fournisseur', { pastell: 'envoi_mailsec', page: 'Cheminement' }),
    envoiGed: flag('Dépôt en GED', { pastell: 'envoi_ged', page: 'Cheminement' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae', page: 'Cheminement' }),
    envoiAuto: flag("Poursuivre sans l'agent", {
      help: 'Sinon, le document attend « Poursuivre » après la signature, le courriel et le dépôt.',
      pastell: 'envoi_auto',
      page: 'Cheminement',
    }),
    courrielObjet: text('Objet du courriel', {
      help: 'Repris du libellé si vous le laissez vide.',
      when: { field: 'envoiMailsec', is: true },
      pastell: 'objet',
      page: 'Courriel au fournisseur',
    }),
    courrielMessage: longText('Message', {
      default: 'Bonjour, voici notre bon de commande. Merci de l’ouvrir pour en accuser réception.',
      when: { field: 'envoiMailsec', is: true },
      pastell: 'message',
      page: 'Courriel au fournisseur',
    }),
    courrielFichiers: files('Autres fichiers joints', {
      help: 'En plus du bon de commande.',
      when: { field: 'envoiMailsec', is: true },
      pastell: 'document_attache',
      page: 'Courriel au fournisseur',
    }),
    courrielPret: text('Courriel préparé', { hidden: true, pastell: 'has_message', page: 'Courriel au fournisseur' }),
  },
  steps(fields) {
    const { libelle, commande, annexes, envoiSignature, envoiMailsec, envoiGed, envoiSae } = fields
    const visa = signature({ titre: libelle, document: commande, annexes })
      .pastell({ 'states.aEnvoyer': 'prepare-iparapheur', 'fields.bordereau': 'bordereau' })
      .when(envoiSignature)
    /** Where an agent chooses what follows, unless the box says to go on. */
    const stop = (box: typeof envoiSignature, alias: string, label: string, name: string) =>
      orientation({})
        .as(alias)
        .labelled(label)
        .when(allOf(not(is(fields.envoiAuto, true)), is(box, true)))
        .pastell({ 'states.aOrienter': name })
        .thenWait()
    return [
      visa,
      stop(envoiSignature, 'apresSignature', 'Après la signature', 'recu-iparapheur-etat'),
      transformationFixe({})
        .labelled('Préparation du courriel')
        .set({ 'mailsec.to': '{{ mail_fournisseur }}', courrielPret: 'true' })
        .pastell({ 'states.aTransformer': 'prepare-envoi-mail', 'tasks.transformer': 'envoi-mail' })
        .when(envoiMailsec),
      mailsec({
        titre: firstOf(fields.courrielObjet, libelle),
        message: fields.courrielMessage,
        document: firstOf(visa.fields.signe, commande),
        documents: fields.courrielFichiers,
      })
        .set({ relances: 'non' })
        .pastell({
          'states.envoye': 'envoi-mail',
          'tasks.envoyer': 'envoi-mail',
          'tasks.reprendre': 'envoi-mail',
          'tasks.suivre': 'mailsec-attente',
        })
        .when(envoiMailsec),
      stop(envoiMailsec, 'apresCourriel', 'Après le courriel', 'reception-etat'),
      depotGed({}).pastell({ 'states.aDeposer': 'prepare-ged' }).when(envoiGed),
      stop(envoiGed, 'apresDepot', 'Après le dépôt', 'send-ged-etat'),
      archivage({}).when(envoiSae),
    ]
  },
})
