import { file, flag, text } from '#core'

/** What the deprecated flows of the family ask for on their first pages (`flows/helios.md`, helios-generique). */
export const deprecatedFields = {
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
  envoiSignature: flag('Signature', { pastell: 'envoi_signature' }),
  envoiTdt: flag('Télétransmission à la trésorerie', { pastell: 'envoi_tdt' }),
  envoiGed: flag('Dépôt en GED', { pastell: 'envoi_ged' }),
  envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
} as const

/** What the flows before the studio call the answer of the treasury. */
export const TDT_NAMES = {
  'fields.transactionId': 'tedetis_transaction_id',
  'fields.acquit': 'fichier_reponse',
  'fields.etatAck': 'etat_ack',
} as const
