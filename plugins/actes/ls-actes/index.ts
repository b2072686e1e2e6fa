import { allOf, defineFlow, file, files, firstOf, flag, is, longText } from '#core'
import { archivage } from '../../steps/sae/index.ts'
import { depotAutomatique } from '../../steps/depot-automatique/index.ts'
import { depotGed } from '../../steps/ged/index.ts'
import { publicationScdl } from '../../steps/publication-scdl/index.ts'
import { signature } from '../../steps/signature/index.ts'
import { tdtActes } from '../../steps/tdt-actes/index.ts'
import { metadonnees, transformation } from '../../steps/transformation/index.ts'
import { transformationFixe } from '../../steps/transformation-fixe/index.ts'

/** An acte signed in the book bears the day of its signature. */
const SIGNING_DAY =
  '{% if parapheur_date_signature %}{{ parapheur_date_signature }}{% else %}{{ date_de_lacte }}{% endif %}'

/** The nature that is published. */
const DELIBERATION = '1'

/** Actes of any origin: signature, légalité control, deposit, publication, archiving, each if its box is ticked (`flows/actes.md`, ls-actes). */
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
    metadonnees: metadonnees(),
    envoiSignature: flag('Signature', { pastell: 'envoi_signature' }),
    envoiTdt: flag('Contrôle de légalité', { pastell: 'envoi_tdt_actes' }),
    envoiDepot: flag('Dépôt en GED', { pastell: 'envoi_depot' }),
    envoiSae: flag('Archivage', { pastell: 'envoi_sae' }),
    publication: flag('Publier en données ouvertes', {
      help: 'Une délibération acquittée par la préfecture : elle et ses votes deviennent publics. Sans effet sur les autres natures d’actes.',
    }),
  },
  steps({ objet, arrete, annexes, envoiSignature, envoiTdt, envoiDepot, envoiSae, publication }) {
    const visa = signature({ titre: objet, document: arrete, annexes })
    const signed = firstOf(visa.fields.signe, arrete)
    const tdt = tdtActes({ objet, acte: signed, annexes })
    // Some TdT stamp nothing.
    const stamped = firstOf(tdt.fields.acteTamponne, signed)
    const { numero, date, nature, classification, ar, dateAr, dateArAnnulation, annexesTamponnees, bordereau } =
      tdt.fields
    return [
      transformation({}),
      visa.when(envoiSignature),
      transformationFixe({}).set({ 'tdtActes.date': SIGNING_DAY }),
      tdt.when(envoiTdt),
      // An agent who asks for the deposit gets it below, once.
      depotAutomatique({ document: stamped, annexes: firstOf(annexesTamponnees, annexes), ar, bordereau }).when(
        allOf(is(envoiTdt, true), is(envoiDepot, false)),
      ),
      depotGed({}).when(envoiDepot),
      publicationScdl({ objet, numero, date, classification, dateAr, acte: stamped, retrait: dateArAnnulation }).when(
        allOf(is(envoiTdt, true), is(publication, true), is(nature, DELIBERATION)),
      ),
      archivage({}).when(envoiSae),
    ]
  },
})
