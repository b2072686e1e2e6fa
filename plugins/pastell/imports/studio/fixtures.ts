import { catalogued, catalogueIds, type CatalogueField } from '../../catalogue/catalogue.ts'
import type { Json } from './format.ts'

/** Steps of each composed folder type with their configuration, as its page of the reference gives them. */
const info = (settings: Json, rest: Json = {}) => ({ specific_type_info: settings, automatique: 'on', ...rest })
const mandatory = { requis: 'on', defaultChecked: 'on' }
const transformation: Json = { type: 'transformation', ...mandatory, ...info({}) }
const depot: Json = { type: 'depot', ...info({}) }
const sae: Json = { type: 'sae', ...info({}) }
const mailsec: Json = { type: 'mailsec', ...info({}) }
const signature = (title: string, document: string, annexe: string | undefined, boxes: Json): Json => ({
  type: 'signature',
  ...info({ libelle_parapheur: title, document_a_signer: document, ...(annexe ? { annexe } : {}), ...boxes }),
})
const acte = (title: string, document: string, annexe: string): Json => ({
  type: 'tdt_actes',
  ...info({ objet_acte: title, fichier_acte: document, fichier_annexe: annexe }),
})
const late = { has_date_limite: 'on' }
const described = { ...late, has_metadata_in_json: 'on' }
const byHand = (etape: Json): Json => ({ ...etape, automatique: '' })
const archive: readonly Json[] = [{ ...sae, ...mandatory }]

const STEPS: Readonly<Record<string, readonly Json[]>> = {
  'ls-actes': [
    transformation,
    signature('objet', 'arrete', 'autre_document_attache', { ...described, has_primo_signature: 'on' }),
    {
      type: 'transformation_fixe',
      ...mandatory,
      ...info({ transformations: 'date_de_lacte:{{ parapheur_date_signature ?: date_de_lacte }}' }),
    },
    acte('objet', 'arrete', 'autre_document_attache'),
    depot,
    sae,
  ],
  'ls-actes-publication': [transformation, depot],
  'ls-commande': [transformation, signature('libelle', 'document', 'annexe', described), mailsec, depot, sae],
  'ls-helios': [
    transformation,
    signature('objet', 'fichier_pes', undefined, described),
    {
      type: 'tdt_helios',
      ...info({ objet_pes: 'objet', fichier_pes: 'fichier_pes', ajout_champs_affiche: 'on' }),
    },
    depot,
    sae,
  ],
  'ls-document-pdf': [transformation, signature('libelle', 'document', 'annexe', described), mailsec, depot, sae],
  'ls-recup-parapheur': [transformation, depot, sae],
  'gfc-dossier': [
    transformation,
    ...[
      signature('intitule', 'document', 'pj', described),
      mailsec,
      depot,
      { ...sae, specific_type_info: { sae_has_metadata_in_json: 'on' } },
    ].map(byHand),
  ],
  'ls-mailsec': [transformation, { ...mailsec, ...mandatory }],
  'ls-mailsec-bidir': [transformation, { ...mailsec, ...mandatory }],
  'rh-bulletin-salaire': [
    transformation,
    signature('titre_document', 'document', 'annexes', late),
    mailsec,
    depot,
    sae,
  ],
  'rh-document-individuel': [
    transformation,
    signature('titre_document', 'document', 'annexes', late),
    acte('titre_document', 'document', 'annexes'),
    mailsec,
    depot,
    sae,
  ],
  'rh-archivage-dossier-agent': archive,
  'rh-archivage-collectif': archive,
  'rh-archivage-collectif-zip': archive,
  'document-autorisation-urbanisme': [
    transformation,
    signature('titre', 'document', 'annexe', late),
    acte('titre', 'document', 'annexe'),
    mailsec,
    depot,
    sae,
  ],
  'dossier-autorisation-urbanisme': archive,
  'ls-dossier-seance': archive,
}

const element = ({ id, type, required, multiple, title, indexed }: CatalogueField): Json => ({
  element_id: id,
  name: id,
  type: type === 'file' && multiple ? 'multi_file' : type,
  requis: required ? 'on' : '',
  titre: title ? 'on' : '',
  champs_recherche_avancee: indexed ? 'on' : '',
  ...(type === 'select' ? { select_value: '1:Premier\n2:Second' } : {}),
})

/** Identifiers of the 26 types that Pastell composes with its studio. */
export const STUDIO_TYPES: readonly string[] = catalogueIds().filter(id => catalogued(id)?.studio)

/** The export of one of them as Pastell's studio would write it, made from the tables: identifiers are theirs, sentences are not. */
export const studioExport = (id: string): Json => {
  const flow = catalogued(id)
  const fields = flow?.fields ?? []
  const first = fields[0]?.page ?? null
  return {
    id_type_dossier: id,
    'pastell-version': '4.1.0',
    timestamp: 1_554_975_094,
    raw_data: {
      id_type_dossier: id,
      nom: flow?.label ?? id,
      type: flow?.family ?? '',
      description: '',
      nom_onglet: first ?? '',
      restriction_pack: flow?.pack ?? '',
      formulaireElement: fields.filter(field => field.page === first).map(element),
      etape: (STEPS[id] ?? []).map((etape, index) => ({
        num_etape: index,
        ...etape,
        num_etape_same_type: 0,
        etape_with_same_type_exists: false,
      })),
    },
  }
}
