import type { AnyStep, Binding, FieldSpec, PlacedStep } from '#core'
import { adapted, isJson, isOn, lost, textOf, unknownKeys, type Json, type Remark } from './format.ts'

/** One of Pastell's step types: the step of the hub, and what becomes of its configuration (pastell-domain.md §9.6). */
interface StepKind {
  readonly step: string
  /** As Pastell names the step when its author did not. */
  readonly label: string
  /** Key of the configuration → input of the step. */
  readonly inputs: Readonly<Record<string, string>>
  /** Boxes of the configuration: what is lost or changed when ticked, when not. */
  readonly boxes?: Readonly<Record<string, { readonly on?: string; readonly off?: string }>>
  /** Box of the configuration that lets a refused document go on. */
  readonly goesOn?: string
  /** Box of the configuration → field that the flow then asks for, and the input of the step that takes it. */
  readonly asks?: Readonly<Record<string, { readonly input: string; readonly name: string; readonly spec: FieldSpec }>>
  /** Input → field of the step that holds what comes back in its place: the following steps take it first. */
  readonly gives?: Readonly<Record<string, string>>
}

const stays = (what: string) => `${what} : le champ reste offert par l'étape, facultatif`

const KINDS: Readonly<Record<string, StepKind>> = {
  signature: {
    step: 'signature',
    label: 'Signature',
    inputs: { libelle_parapheur: 'titre', document_a_signer: 'document', annexe: 'annexes' },
    boxes: {
      has_date_limite: { off: stays('date limite') },
      has_primo_signature: { off: stays('signature détachée préalable') },
      has_metadata_in_json: { off: stays('métadonnées du parapheur') },
    },
    gives: { document: 'signe', annexes: 'annexesSignees' },
    goesOn: 'continue_after_refusal',
  },
  depot: { step: 'ged', label: 'Dépôt (GED, FTP, …)', inputs: {} },
  mailsec: { step: 'mailsec', label: 'Mail sécurisé', inputs: {} },
  sae: {
    step: 'sae',
    label: 'Archivage',
    inputs: {},
    asks: {
      sae_has_metadata_in_json: {
        input: 'valeurs',
        name: 'saeConfig',
        spec: {
          kind: 'file',
          label: "Données du bordereau d'archivage",
          options: {
            help: 'Un objet JSON : ses valeurs remplacent celles du document dans le bordereau SEDA.',
            accept: ['application/json'],
            page: 'Configuration SAE',
            pastell: 'sae_config',
          },
        },
      },
    },
  },
  tdt_actes: {
    step: 'tdtActes',
    label: 'Contrôle de légalité',
    inputs: { objet_acte: 'objet', fichier_acte: 'acte', fichier_annexe: 'annexes' },
    boxes: {
      droit_specifique: { off: 'confirmer la télétransmission demande toujours le droit « teletransmettre »' },
    },
  },
  tdt_helios: {
    step: 'tdtHelios',
    label: 'Transmission au TdT (Helios)',
    inputs: { objet_pes: 'objet', fichier_pes: 'pes' },
    boxes: { ajout_champs_affiche: { on: 'les colonnes de la liste tirées du PES : elles sont sur le document' } },
  },
  transformation: { step: 'transformation', label: 'Transformation', inputs: {} },
  transformation_fixe: { step: 'transformationFixe', label: 'Transformation fixe', inputs: {} },
}

const KEYS = [
  'num_etape',
  'type',
  'label',
  'defaultChecked',
  'requis',
  'automatique',
  'specific_type_info',
  // Recomputed by Pastell itself at each reading.
  'num_etape_same_type',
  'etape_with_same_type_exists',
]

export interface StepsRead {
  /** Boxes of the page « Cheminement », by our name, and what the steps ask for besides. */
  readonly boxes: Readonly<Record<string, FieldSpec>>
  readonly steps: readonly PlacedStep[]
  readonly remarks: readonly Remark[]
}

/** Fields of the first page, by their name in Pastell. */
export type FirstPage = ReadonlyMap<string, { readonly name: string; readonly spec: FieldSpec }>

export const camel = (text: string) => text.replaceAll(/_(\w)/gu, (_, letter: string) => letter.toUpperCase())
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Without inputs of its own, a mail takes what the document has: its title, its files in order. */
export const ofTheDocument = (
  step: AnyStep | undefined,
  page: FirstPage,
  latest: (name: string) => Binding,
): Readonly<Record<string, Binding>> => {
  const fields = [...page.values()]
  const title = fields.find(({ spec }) => spec.options.title && ['text', 'longText'].includes(spec.kind))
  const used = new Set<string>()
  return Object.fromEntries(
    Object.entries(step?.inputs ?? {}).flatMap(([input, { kind, options }]) => {
      if (kind === 'text') return options.required && title ? [[input, title.name]] : []
      const found = fields.find(({ name, spec }) => spec.kind === kind && kind.startsWith('file') && !used.has(name))
      if (!found) return []
      used.add(found.name)
      return [[input, latest(found.name)]]
    }),
  )
}

/** `field:template`, one rule; the field is named as in Pastell. */
const ruleOf = (
  at: string,
  text: string | undefined,
  named: (pastell: string) => string | undefined,
): { readonly settings: Readonly<Record<string, string>>; readonly remarks: readonly Remark[] } => {
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon < 1)
    return {
      settings: {},
      remarks: [lost(at, `la règle « ${text ?? ''} », qui n'est pas de la forme « champ:expression »`)],
    }
  const target = text.slice(0, colon).trim()
  const name = named(target)
  return {
    settings: { [name ?? target]: text.slice(colon + 1).trim() },
    remarks: name === undefined ? [lost(at, `la règle du champ « ${target} », que le flux n'a pas`)] : [],
  }
}

/** Reads every `etape` in order. @param steps those installed here */
export const readSteps = (etapes: readonly Json[], page: FirstPage, steps: ReadonlyMap<string, AnyStep>): StepsRead => {
  const remarks: Remark[] = []
  const boxes: Record<string, FieldSpec> = {}
  const placed: PlacedStep[] = []
  /** What a field of the first page became on the way: the signed file before the original. */
  const since = new Map<string, readonly string[]>()
  const latest = (name: string): Binding => {
    const before = since.get(name) ?? []
    return before.length > 0 ? { firstOf: [...before, name] } : name
  }
  const types = etapes.map(etape => textOf(etape['type']) ?? '')
  const ranks = new Map<string, number>()

  const aliases = etapes.map((_, index) => {
    const type = types[index] ?? ''
    const base = KINDS[type]?.step ?? camel(type)
    const repeated = types.filter(each => each === type).length > 1
    const rank = (ranks.get(type) ?? 0) + 1
    ranks.set(type, rank)
    return { base, suffix: repeated ? `_${rank}` : '', alias: repeated ? `${base}${rank}` : base, rank, repeated }
  })

  /** A field of the flow by its name in Pastell: of the first page, or of a step. */
  const named = (pastell: string): string | undefined => {
    const own = page.get(pastell)
    if (own) return own.name
    for (const { base, alias, suffix } of aliases)
      for (const [name, { options }] of Object.entries(steps.get(base)?.fields ?? {}))
        if (options.pastell !== undefined && `${options.pastell}${suffix}` === pastell) return `${alias}.${name}`
    return undefined
  }

  etapes.forEach((etape, index) => {
    const at = `/raw_data/etape/${index}`
    const type = types[index] ?? ''
    const kind = KINDS[type]
    const own = aliases[index]
    if (!own) return
    remarks.push(...unknownKeys(at, etape, KEYS))
    if (!kind) {
      remarks.push(lost(at, `l'étape « ${type} », inconnue de Pastell : elle vient d'une extension`))
      return
    }
    const definition = steps.get(kind.step)
    if (!definition) remarks.push(lost(at, `l'étape « ${kind.label} » : étape absente de cette plateforme`))
    const given = isJson(etape['specific_type_info']) ? etape['specific_type_info'] : {}
    const infoAt = `${at}/specific_type_info`
    remarks.push(
      ...unknownKeys(infoAt, given, [
        ...Object.keys(kind.inputs),
        ...Object.keys(kind.boxes ?? {}),
        ...Object.keys(kind.asks ?? {}),
        ...(kind.goesOn === undefined ? [] : [kind.goesOn]),
        'transformations',
      ]),
    )

    const bindings: Record<string, Binding> = type === 'mailsec' ? { ...ofTheDocument(definition, page, latest) } : {}
    for (const [key, input] of Object.entries(kind.inputs)) {
      const source = textOf(given[key])
      if (source === undefined) continue
      const field = page.get(source)
      if (!field) {
        remarks.push(lost(`${infoAt}/${key}`, `le champ « ${source} », que la première page n'a pas`))
        continue
      }
      bindings[input] = latest(field.name)
    }
    for (const [input, output] of Object.entries(kind.gives ?? {})) {
      const binding = bindings[input]
      const source = typeof binding === 'string' ? binding : binding?.firstOf.at(-1)
      if (source !== undefined) since.set(source, [`${own.alias}.${output}`, ...(since.get(source) ?? [])])
    }
    for (const [key, { on, off }] of Object.entries(kind.boxes ?? {})) {
      if (isOn(given[key]) && on) remarks.push(lost(`${infoAt}/${key}`, on))
      if (!isOn(given[key]) && off) remarks.push(adapted(`${infoAt}/${key}`, off))
    }
    const rule =
      type === 'transformation_fixe'
        ? ruleOf(`${infoAt}/transformations`, textOf(given['transformations']), named)
        : undefined
    remarks.push(...(rule?.remarks ?? []))

    const label = textOf(etape['label'])
    const shown = label ?? `${kind.label}${own.repeated ? ` #${own.rank}` : ''}`
    const mandatory = isOn(etape['requis'])
    const box = `envoi${capital(own.alias)}`
    boxes[box] = {
      kind: 'flag',
      label: shown,
      options: {
        page: 'Cheminement',
        pastell: `envoi_${type}${own.suffix}`,
        ...(mandatory ? { computed: true } : {}),
        ...(mandatory || isOn(etape['defaultChecked']) ? { default: true } : {}),
      },
    }
    for (const [key, { input, name, spec }] of Object.entries(kind.asks ?? {})) {
      if (!isOn(given[key])) continue
      const asked = `${name}${own.repeated ? own.rank : ''}`
      boxes[asked] = {
        ...spec,
        options: {
          ...spec.options,
          pastell: `${spec.options.pastell ?? name}${own.suffix}`,
          ...(mandatory ? {} : { when: { field: box, is: true } }),
        },
      }
      bindings[input] = asked
    }
    placed.push({
      step: kind.step,
      alias: own.alias,
      ...(label !== undefined || own.repeated ? { label: shown } : {}),
      bindings,
      ...(mandatory ? {} : { when: { field: box, is: true } }),
      ...(kind.goesOn !== undefined && isOn(given[kind.goesOn]) ? { goesOnAfterRefusal: true as const } : {}),
      ...(isOn(etape['automatique']) || index === etapes.length - 1 ? {} : { manual: true as const }),
      ...(rule ? { settings: rule.settings } : {}),
    })
  })
  return { boxes, steps: placed, remarks }
}
