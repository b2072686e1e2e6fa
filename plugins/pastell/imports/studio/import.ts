import { errors, type AnyStep, type FieldSpec, type StudioFlow } from '#core'
import { readElement } from './elements.ts'
import { isJson, isOn, listOf, lost, textOf, unknownKeys, type Json, type Remark } from './format.ts'
import { readSteps, type FirstPage } from './steps.ts'

/** What an export of Pastell's studio becomes: a flow for ours, and a line for each thing that is not quite the same. */
export interface StudioImport {
  readonly flow: StudioFlow
  readonly remarks: readonly Remark[]
}

const WRAPPER = ['id_type_dossier', 'pastell-version', 'timestamp', 'raw_data']
const CONTENTS = [
  'id_type_dossier',
  'nom',
  'type',
  'description',
  'nom_onglet',
  'affiche_one',
  'restriction_pack',
  'formulaireElement',
  'etape',
]

/** The category that Pastell gives when its author gave none. */
const FAMILY = 'Types de dossier personnalisés'
/** The first page, likewise. */
const PAGE = 'onglet1'

/** The step of what only recipients see or fill in. */
const RECIPIENT_FORM = 'formulaire-destinataire'

const refuse = (message: string) => errors.badInput({ fields: [{ field: '/', code: 'pastell', message }] })

/** A name that neither a step nor another field has. */
export const freeName = (name: string, taken: ReadonlySet<string>): string => {
  let free = name
  for (let rank = 2; taken.has(free); rank++) free = `${name}_champ${rank === 2 ? '' : rank}`
  return free
}

const isContents = (file: Json): file is Json & { readonly raw_data: Json } =>
  isJson(file['raw_data']) && Object.keys(file['raw_data']).length > 0

/** A field of the first page that bears the name of one of a step hides it in Pastell: the step then takes its value (§9.3). */
const hiding = (page: FirstPage, steps: readonly { readonly step: string }[], known: ReadonlyMap<string, AnyStep>) =>
  steps.flatMap(({ step }) =>
    Object.values(known.get(step)?.fields ?? {}).flatMap(({ options, label }): readonly Remark[] =>
      options.pastell !== undefined && page.has(options.pastell)
        ? [
            lost(
              '/raw_data/formulaireElement',
              `le champ « ${options.pastell} » de la première page ne remplace pas « ${label} » de l'étape : les deux sont sur le document, l'étape lit le sien`,
            ),
          ]
        : [],
    ),
  )

/**
 * Reads the JSON that Pastell's studio exports (pastell-domain.md §9): the same public names, whatever is not taken over told line by
 * line. Pure.
 * @param steps those installed here: what each asks for and gives
 * @param other identifier to give it, when its own is taken here
 * @throws errors.badInput when it is not such a file
 */
export const importStudio = (file: unknown, steps: ReadonlyMap<string, AnyStep>, other?: string): StudioImport => {
  if (!isJson(file) || !isContents(file))
    throw refuse("Ce fichier n'est pas un export du studio de Pastell : il n'a pas de « raw_data ».")
  const raw = file.raw_data
  const id = other ?? textOf(file['id_type_dossier']) ?? textOf(raw['id_type_dossier'])
  if (id === undefined) throw refuse("Cet export du studio n'a pas d'identifiant (« id_type_dossier »).")
  const page = textOf(raw['nom_onglet']) ?? PAGE
  const remarks: Remark[] = [...unknownKeys('', file, WRAPPER), ...unknownKeys('/raw_data', raw, CONTENTS)]

  const pack = textOf(raw['restriction_pack'])
  if (pack !== undefined)
    remarks.push(
      lost('/raw_data/restriction_pack', `la restriction au pack « ${pack} » : les droits sur le flux la remplacent`),
    )
  if (isOn(raw['affiche_one'])) remarks.push(lost('/raw_data/affiche_one', "l'affichage d'un seul onglet à la fois"))

  const etapes = listOf(raw['etape'])
  const taken = new Set([...steps.keys()])
  const firstPage = new Map<string, { readonly name: string; readonly spec: FieldSpec }>()
  listOf(raw['formulaireElement']).forEach((element, index) => {
    const read = readElement(`/raw_data/formulaireElement/${index}`, element, page)
    const name = freeName(read.name, taken)
    taken.add(name)
    remarks.push(...read.remarks)
    const { pastell = name } = read.spec.options
    if (firstPage.has(pastell))
      remarks.push(
        lost(`/raw_data/formulaireElement/${index}`, `un second champ « ${pastell} » : le premier est gardé`),
      )
    else firstPage.set(pastell, { name, spec: read.spec })
  })
  const { boxes, steps: placed, remarks: ofSteps } = readSteps(etapes, firstPage, steps)
  remarks.push(...ofSteps, ...hiding(firstPage, placed, steps))
  const companion = etapes.length === 0 && /-(?:destinataire|reponse)$/u.test(id)
  if (etapes.length === 0 && !companion)
    remarks.push(
      lost(
        '/raw_data/etape',
        'un type sans étape, dont le document ne va nulle part : ajouter une étape avant de publier',
      ),
    )
  const description = textOf(raw['description'])
  return {
    flow: {
      id,
      label: textOf(raw['nom']) ?? id,
      family: textOf(raw['type']) ?? FAMILY,
      ...(description === undefined ? {} : { description }),
      pastell: id,
      fields: { ...Object.fromEntries([...firstPage.values()].map(({ name, spec }) => [name, spec])), ...boxes },
      steps: companion ? [{ step: RECIPIENT_FORM, alias: 'formulaire', bindings: {} }] : placed,
      ...(companion ? { companion: true as const } : {}),
    },
    remarks,
  }
}
