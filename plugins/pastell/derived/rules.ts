import { isEmpty } from '#core'
import { asked, box, fieldNamed, filled, old, on, type Rule } from './rule.ts'
import { signature } from './signature.ts'

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** By step, in the order of Pastell's pages (`flows/steps.md`). */
export const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  transformation: {
    envoi_transformation: box('Transformation'),
    has_transformation: filled('Afficher la page de la transformation', 'transformation_file'),
  },
  transformationFixe: {
    envoi_transformation_fixe: box('Transformation fixe'),
    has_transformation_fixe: filled('Afficher la page de la transformation fixe', 'transformation_fixe_file'),
  },
  signature,
  // The visa of an invoice is a signature book too.
  visaFacture: signature,
  tdtActes: {
    envoi_tdt_actes: box('Contrôle de légalité'),
    has_bordereau: filled('Afficher la page du retour du TdT', 'bordereau', 'aractes'),
    has_annulation: filled("Afficher la page de l'annulation", 'tedetis_annulation_id'),
    has_information_complementaire: old(asked('Afficher la page des informations complémentaires', 'date_tdt_postage')),
    has_reponse_prefecture: old({
      label: 'La préfecture a écrit',
      make: ({ step: { alias } }) => ({ value: ({ data }) => on(!isEmpty(data[`${alias}.courriers`])) }),
    }),
  },
  reponsePrefecture: {
    has_acquittement: filled("Afficher la page de l'accusé de réception", 'acquittement_file'),
  },
  tdtHelios: {
    envoi_tdt_helios: box('Télétransmission à la trésorerie'),
    pes_information_pes_aller: filled('Afficher la page du PES aller', 'id_coll', 'dte_str', 'cod_bud'),
    has_information_pes_aller: old(filled('Afficher la page du PES aller', 'id_coll', 'dte_str', 'cod_bud')),
    pes_has_reponse: filled('Afficher la page du retour du TdT', 'pes_tedetis_transaction_id'),
    has_reponse: old(filled('Afficher la page du retour du TdT', 'pes_tedetis_transaction_id')),
  },
  mailsec: {
    envoi_mailsec: box('Mail sécurisé'),
    lecture_mail: filled("Afficher la page de l'accusé de notification", 'accuse_notification'),
    is_recupere: old({
      label: 'Lu par tous les destinataires',
      make({ full }) {
        const [sent, read] = [full('sent_mail_number'), full('sent_mail_read')]
        if (sent === undefined || read === undefined) return undefined
        return { value: ({ data }) => on(Number(data[read] ?? 0) > 0 && data[read] === data[sent]) }
      },
    }),
    password2: {
      label: 'Mot de passe, une seconde fois',
      type: 'password',
      visible: true,
      make: ({ full }) => (full('password') === undefined ? undefined : { value: () => undefined }),
    },
  },
  lectureFacture: {
    has_information: old(filled('Afficher les données que Chorus Pro a lues', 'piece_jointe_id')),
  },
  depotChorus: {
    has_donnees_chorus_pro: old({
      label: 'Afficher la page de la facture soumise',
      make({ flow, full }) {
        const [id, flux] = [fieldNamed(flow, 'identifiant_facture_cpp'), full('numero_flux_depot')]
        if (id === undefined || flux === undefined) return undefined
        return { value: ({ data }) => on(!isEmpty(data[id]) && isEmpty(data[flux])) }
      },
    }),
    has_donnees_chorus_pro_xml: old(filled('Afficher la page du flux déposé', 'numero_flux_depot')),
    has_donnees_depot: old(filled('Afficher le compte rendu du flux', 'fichier_cr', 'etat_courant_flux')),
  },
  ged: {
    envoi_depot: box('Dépôt en GED'),
    has_ged_document_id: filled('Afficher la page du retour de la GED', 'ged_document_id_file'),
    has_send_ged: old({
      label: 'Déjà déposé',
      make: ({ step: { alias } }) => ({ value: ({ data }) => on(!isEmpty(data[`${alias}.emplacement`])) }),
    }),
  },
  sae: {
    envoi_sae: box('Archivage'),
    sae_show: filled('Afficher la page du SAE', 'journal', 'sae_bordereau'),
    journal_show: old(filled('Afficher la page du journal', 'journal')),
    date_cloture_journal_iso8601: {
      label: 'Dernier événement (ISO 8601)',
      visible: true,
      make({ full }) {
        const end = full('date_cloture_journal')
        return end === undefined ? undefined : { value: ({ data }) => textOf(data[end]) }
      },
    },
  },
}
