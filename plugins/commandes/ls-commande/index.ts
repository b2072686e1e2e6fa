import { defineFlow, file, files, firstOf, flag, text } from '#core'
import { commandeFields } from '../champs.ts'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { mailsec } from '../../steps/mailsec/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { metadonnees, transformation } from '../../steps/transformation/index.ts'

/** A purchase order: signature, mail to the supplier, deposit, archiving, each if its box is ticked (`flows/commande.md`, ls-commande). */
export default defineFlow({
  id: 'ls-commande',
  version: 1,
  label: 'Commande',
  family: 'Finances',
  pastell: 'ls-commande',
  fields: {
    libelle: text('Libellé', { required: true, title: true, max: 500, pastell: 'libelle', page: 'Commande' }),
    document: file('Bon de commande', {
      required: true,
      accept: ['application/pdf'],
      pastell: 'document',
      page: 'Commande',
    }),
    annexes: files('Annexes', {
      help: 'Pour le parapheur, la GED et les archives : le fournisseur ne les reçoit pas.',
      pastell: 'annexe',
      page: 'Commande',
    }),
    fournisseurId: text('Identifiant du fournisseur', { pastell: 'id_fournisseur', page: 'Commande' }),
    fournisseurNom: text('Nom du fournisseur', { pastell: 'nom_fournisseur', page: 'Commande' }),
    fournisseurAdresse: text('Adresse du fournisseur', {
      help: 'Adresse postale ; celle du courriel se donne parmi les destinataires.',
      pastell: 'adresse_fournisseur',
      page: 'Commande',
    }),
    ...commandeFields,
    metadonnees: metadonnees({ page: 'Budget' }),
    envoiSignature: flag('Signature', { pastell: 'envoi_signature', page: 'Cheminement' }),
    envoiMailsec: flag('Mail sécurisé au fournisseur', { pastell: 'envoi_mailsec', page: 'Cheminement' }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot', page: 'Cheminement' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae', page: 'Cheminement' }),
  },
  steps({ libelle, document, annexes, envoiSignature, envoiMailsec, envoiDepot, envoiSae }) {
    const visa = signature({ titre: libelle, document, annexes })
    return [
      transformation({}),
      visa.when(envoiSignature),
      mailsec({ titre: libelle, document: firstOf(visa.fields.signe, document) }).when(envoiMailsec),
      depotGed({}).when(envoiDepot),
      archivage({}).when(envoiSae),
    ]
  },
})
