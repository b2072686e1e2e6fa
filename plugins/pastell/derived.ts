import {
  filesHeld,
  holds,
  isEmpty,
  type Choice,
  type CompiledFlow,
  type CompiledStep,
  type Document,
  type FileRef,
} from '#core'
import { catalogued } from './catalogue/catalogue.ts'
import { namesOf } from './names.ts'
import { choiceText, isTicked } from './names-values.ts'

/** What a name is computed from. */
export type Held = Pick<Document, 'data' | 'state' | 'message'>

/** A name that Pastell's clients know and that no field of ours holds: it says again what the step holds already. */
export interface DerivedField {
  /** With the suffix of its step. */
  readonly name: string
  readonly label: string
  readonly type: 'text' | 'checkbox' | 'file' | 'externalData' | 'password'
  readonly hidden?: true
  readonly readOnly?: true
  readonly multiple?: true
  /** `undefined` when Pastell would hold nothing. */
  value(held: Held): string | readonly FileRef[] | undefined
  /** What writing this text changes of our fields, by full name. Without it the text is ignored, as Pastell ignores it. */
  written?(text: string): Readonly<Record<string, unknown>>
}

/** How to derive a name for one step of a flow; `undefined` when that step gives nothing to derive it from. */
interface Rule {
  readonly label: string
  readonly type?: DerivedField['type']
  readonly visible?: true
  readonly multiple?: true
  /** Known to older folder types alone. */
  readonly old?: true
  make(at: Place): Pick<DerivedField, 'value' | 'written'> | undefined
}

interface Place {
  readonly step: CompiledStep
  /** Our full name of the field to which the step gives this public name. */
  full(pastell: string): string | undefined
  readonly flow: CompiledFlow
}

const ON = '1'
const on = (condition: boolean): string | undefined => (condition ? ON : undefined)

/** « Show this page »: one of these fields is filled. */
const filled = (label: string, ...names: readonly string[]): Rule => ({
  label,
  make({ full }) {
    const fields = names.flatMap(name => full(name) ?? [])
    return fields.length === 0 ? undefined : { value: ({ data }) => on(fields.some(field => !isEmpty(data[field]))) }
  },
})

const old = (rule: Rule): Rule => ({ ...rule, old: true })

/** The box of a step that is never skipped: always ticked, and nobody unticks it. */
const box = (label: string): Rule => ({
  label,
  type: 'checkbox',
  visible: true,
  make: ({ step }) => (step.when === undefined ? { value: () => ON } : undefined),
})

const onRoute = (label: string): Rule => ({
  label,
  make: ({ step }) => ({ value: ({ data }) => on(step.when === undefined || holds(step.when, data)) }),
})

/** Our full name of the first field, wherever it is, that this public name is written on. */
const fieldNamed = (flow: CompiledFlow, pastell: string): string | undefined =>
  Object.values(flow.fields).find(({ options }) => options.pastell === pastell)?.name

/** « Show this page »: the form asks for this field of the first page today. */
const asked = (label: string, name: string): Rule => ({
  label,
  make({ flow }) {
    const field = fieldNamed(flow, name)
    const when = field === undefined ? undefined : flow.fields[field]?.options.when
    return when && { value: ({ data }) => on(holds(when, data)) }
  },
})

/** The files that an agent deposited, where the signed ones take their place. */
const original = (label: string, input: SignedInput, multiple?: true): Rule => ({
  label,
  type: 'file',
  visible: true,
  ...(multiple ? { multiple } : {}),
  make: ({ step }) => ({ value: ({ data }) => signedFor(step, input, data)?.originals }),
})

const signature: Readonly<Record<string, Rule>> = {
  envoi_signature: box('Signature'),
  envoi_iparapheur: onRoute('Afficher la page du parapheur'),
  envoi_fast: { label: 'Afficher la page du parapheur FAST', make: () => ({ value: () => undefined }) },
  fast_parapheur_circuit: {
    label: 'Circuit du parapheur FAST',
    type: 'externalData',
    visible: true,
    make({ full }) {
      const circuit = full('iparapheur_sous_type')
      if (circuit === undefined) return undefined
      return { value: ({ data }) => choiceShown(data[circuit]) }
    },
  },
  iparapheur_type: {
    label: 'Type de dossier du parapheur',
    visible: true,
    make({ full }) {
      const circuit = full('iparapheur_sous_type')
      if (circuit === undefined) return undefined
      return { value: ({ data }) => choiceShown(data[circuit])?.split(' / ', 2).at(-2) }
    },
  },
  has_date_limite: {
    label: 'Fixer une date limite',
    type: 'checkbox',
    visible: true,
    make({ full }) {
      const limit = full('date_limite')
      if (limit === undefined) return undefined
      return {
        value: ({ data }) => on(!isEmpty(data[limit])),
        written: text => (isTicked(text) ? {} : { [limit]: undefined }),
      }
    },
  },
  has_signature: filled('Afficher la page de la signature', 'bordereau_signature', 'iparapheur_historique'),
  has_historique: old(filled("Afficher l'historique du parapheur", 'bordereau_signature', 'iparapheur_historique')),
  has_visa: old(filled('Afficher la page du visa', 'bordereau_signature', 'iparapheur_historique')),
  is_pades: old({
    label: 'La signature est dans le document',
    make: ({ step: { alias } }) => ({
      value: ({ data }) => on(!isEmpty(data[`${alias}.signe`]) && isEmpty(data[`${alias}.signatureDetachee`])),
    }),
  }),
  parapheur_last_message: {
    label: 'Dernière nouvelle du parapheur',
    visible: true,
    make: ({ step: { alias } }) => ({
      value({ data, state, message }) {
        if (state.startsWith(`${alias}.`)) return message || undefined
        const [refused, signedOn] = [data[`${alias}.motifRefus`], data[`${alias}.dateSignature`]]
        if (typeof refused === 'string' && refused !== '') return refused
        return typeof signedOn === 'string' ? `Signé le ${signedOn.split('-').toReversed().join('/')}` : undefined
      },
    }),
  },
  document_original: original('Document avant signature', 'document'),
  // Misspelt by the folder types from before the studio.
  document_orignal: old(original('Document avant signature', 'document')),
  multi_document_original: original('Annexes avant signature', 'annexes', true),
}

/** By step, in the order of Pastell's pages (`flows/steps.md`). */
const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
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

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const choiceShown = (value: unknown): string | undefined =>
  isEmpty(value) ? undefined : choiceText({}, value as Choice)

/** What a signature is given, and where it puts the signed copies of it. */
const SIGNED = { document: 'signe', annexes: 'annexesSignees' } as const
export type SignedInput = keyof typeof SIGNED

/** The field of the form that an input is given, whatever may take its place on the way. */
const originOf = (step: CompiledStep, input: SignedInput): string | undefined => {
  const binding = step.bindings[input]
  return typeof binding === 'string' ? binding : binding?.firstOf.at(-1)
}

/** Signed copies that stand for what was given: one for each, or none at all. Where the flow names them apart, they stand for nothing else. */
export const signedFor = (
  step: CompiledStep,
  input: SignedInput,
  data: Held['data'],
):
  | { readonly field: string; readonly originals: readonly FileRef[]; readonly copies: readonly FileRef[] }
  | undefined => {
  const field = step.pastell[`fields.${SIGNED[input]}`] === undefined ? originOf(step, input) : undefined
  const copies = filesHeld(data[`${step.alias}.${SIGNED[input]}`])
  const originals = field === undefined ? [] : filesHeld(data[field])
  return field === undefined || copies.length === 0 || copies.length !== originals.length
    ? undefined
    : { field, originals, copies }
}

const placeOf = (flow: CompiledFlow, step: CompiledStep): Place => ({
  flow,
  step,
  full(pastell) {
    const [name] = Object.entries(step.definition.fields).find(([, field]) => field.options.pastell === pastell) ?? []
    return name === undefined ? undefined : `${step.alias}.${name}`
  },
})

const read = (flow: CompiledFlow): readonly DerivedField[] => {
  const names = namesOf(flow)
  const theirs = catalogued(names.flow)
  const taken = new Set(names.fields.map(each => each.name))
  const wanted = (name: string, rule: Rule) =>
    theirs ? theirs.fields.some(field => field.id === name) : rule.old === undefined
  return flow.steps.flatMap(step =>
    Object.entries(RULES[step.definition.id] ?? {}).flatMap(([base, rule]): DerivedField[] => {
      // Handwritten folder types that do a thing twice have one page for both.
      const name = [`${base}${names.suffix(step.alias)}`, base].find(each => wanted(each, rule))
      const made = name === undefined || taken.has(name) ? undefined : rule.make(placeOf(flow, step))
      if (name === undefined || !made) return []
      taken.add(name)
      const { label, type = 'text', visible, multiple } = rule
      return [
        {
          name,
          label,
          type,
          ...(visible ? {} : { hidden: true }),
          ...(made.written || type === 'externalData' || type === 'password' ? {} : { readOnly: true }),
          ...(multiple ? { multiple } : {}),
          ...made,
        },
      ]
    }),
  )
}

const known = new WeakMap<CompiledFlow, readonly DerivedField[]>()

/** The derived names of a flow, once each: those that its folder type has in Pastell, or those of its steps. Pure. */
export const derivedOf = (flow: CompiledFlow): readonly DerivedField[] => {
  const derived = known.get(flow) ?? read(flow)
  known.set(flow, derived)
  return derived
}

/** Every name that a step says again, in one folder type or another. */
export const derivableBy = (step: string): readonly string[] => Object.keys(RULES[step] ?? {})
