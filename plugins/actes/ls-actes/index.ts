import { defineFlow, file, files, firstOf, flag, longText } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtActes } from '../../steps/tdt-actes/index.ts'
import { transformation } from '../../steps/transformation/index.ts'
import { transformationFixe } from '../../steps/transformation-fixe/index.ts'

/** An acte signed in the book bears the day of its signature. */
const SIGNING_DAY =
  '{% if parapheur_date_signature %}{{ parapheur_date_signature }}{% else %}{{ date_de_lacte }}{% endif %}'

/** Actes of any origin: signature, légalité control, deposit, archiving, each if its box is ticked (`flows/actes.md`, ls-actes). */
export default defineFlow({
  id: 'ls-actes',
  version: 1,
  label: 'Actes',
  family: 'Actes administratifs',
  pastell: 'ls-actes',
  maxBytes: 157_286_400,
  fields: {
    objet: longText('Objet', { required: true, title: true, max: 499, pastell: 'objet' }),
    arrete: file('Acte', { required: true, accept: ['application/pdf', 'application/xml'], pastell: 'arrete' }),
    annexes: files('Autres documents attachés', { pastell: 'autre_document_attache' }),
    metadonnees: file('Fichier de métadonnées', { pastell: 'metadonnees' }),
    envoiSignature: flag('Signature', { pastell: 'envoi_signature' }),
    envoiTdt: flag('Contrôle de légalité', { pastell: 'envoi_tdt_actes' }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
  },
  steps({ objet, arrete, annexes, envoiSignature, envoiTdt, envoiDepot, envoiSae }) {
    const visa = signature({ titre: objet, document: arrete, annexes })
    const signed = firstOf(visa.fields.signe, arrete)
    return [
      transformation({}),
      visa.when(envoiSignature),
      transformationFixe({}).set({ 'tdtActes.date': SIGNING_DAY }),
      tdtActes({ objet, acte: signed, annexes }).when(envoiTdt),
      depotGed({}).when(envoiDepot),
      archivage({}).when(envoiSae),
    ]
  },
})
