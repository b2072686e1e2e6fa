import { ConfigurationError, parseXml, type XmlElement } from '#core'
import { sedaFields } from './fields.ts'
import type { Profile } from './model.ts'

type Settings = Readonly<Record<string, unknown>>

const VERSIONS: Readonly<Record<string, Profile>> = {
  'generateur-seda-asalae-1.0': '1.0',
  'generateur-seda-asalae-2.1': '2.1',
  'generateur-seda-asalae-2.2': '2.2',
  'generateur-seda-vitam-2.1': 'vitam-2.1',
}

/** Elements of a unit in Pastell's tree, and ours. */
const UNIT_SETTINGS: Readonly<Record<string, string>> = {
  Description: 'description',
  DescriptionLevel: 'niveau',
  Language: 'langue',
  CustodialHistory: 'historique',
  Keywords: 'motsCles',
  AccessRestrictionRule_AccessRule: 'regleAcces',
  AccessRestrictionRule_StartDate: 'regleAccesDebut',
  ArchiveUnit_AppraisalRule_Rule: 'regleSort',
  ArchiveUnit_AppraisalRule_StartDate: 'regleSortDebut',
  ArchiveUnit_AppraisalRule_FinalAction: 'sortFinal',
}

const unusable = (what: string, cause: unknown) =>
  new ConfigurationError(
    `Les réglages repris de Pastell ne se lisent pas (${what}) : ${cause instanceof Error ? cause.message : String(cause)}. Exportez-les à nouveau, ou saisissez-les.`,
    { cause },
  )

const dataOf = (source: unknown): Settings => {
  if (typeof source === 'object' && source !== null) return source as Settings
  if (typeof source !== 'string' || source.trim() === '') return {}
  try {
    const parsed: unknown = JSON.parse(source)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Settings
    throw new Error("ce n'est pas un objet JSON")
  } catch (cause) {
    throw unusable('data', cause)
  }
}

const rowOf = (element: XmlElement): Settings => {
  const { attributes } = element
  const own = Object.fromEntries(
    element.children.flatMap(({ name, text }) => {
      const setting = UNIT_SETTINGS[name]
      return setting !== undefined && text !== '' ? [[setting, text]] : []
    }),
  )
  const line = {
    ...(attributes['description'] ? { titre: attributes['description'] } : {}),
    ...(attributes['field_expression'] ? { champ: attributes['field_expression'] } : {}),
  }
  if (element.name === 'File')
    return { ...line, genre: 'fichiers', ...(attributes['do_not_put_mime_type'] ? { sansType: true } : {}) }
  return { ...line, genre: 'unite', ...own, enfants: rowsIn(element) }
}

/** Pastell writes the files of a unit before its units. */
const rowsIn = (element: XmlElement): readonly Settings[] => [
  ...element.children.filter(({ name }) => name === 'File').map(rowOf),
  ...element.children.filter(({ name }) => name === 'ArchiveUnit').map(rowOf),
]

const treeOf = (source: unknown): readonly Settings[] => {
  if (typeof source !== 'string' || source.trim() === '') return []
  try {
    return rowsIn(parseXml(source))
  } catch (cause) {
    throw unusable('files', cause)
  }
}

/** Header values of Pastell under our names; what is empty there takes our default. */
const headerOf = (data: Settings): Settings =>
  Object.fromEntries(
    Object.entries(sedaFields).flatMap(([name, { options }]) => {
      const key = 'pastell' in options ? options.pastell : undefined
      const value = key === undefined ? undefined : data[key]
      return typeof value === 'string' && value !== '' ? [[name, value]] : []
    }),
  )

/**
 * Settings of Pastell's generators (seda.md §4) as ours. What is unknown is left out.
 * @param config `data`, `files`, `hash_algorithm`, and under `pastell` the identifier of the connector there
 * @throws ConfigurationError when `data` or `files` cannot be read
 */
export const fromPastell = (config: Settings): Settings => {
  const { data, files, hash_algorithm, pastell, seda_generator_url, template, ...others } = config
  const values = dataOf(data)
  const version = typeof pastell === 'string' ? VERSIONS[pastell] : undefined
  const reference = values['ArchiveUnit_ExternalReferenceReference'] ?? values['ArchiveUnit_ExternalReference']
  const tree = treeOf(files)
  return {
    ...others,
    ...headerOf({ ...values, ArchiveUnit_ExternalReference: reference }),
    ...(version ? { version } : {}),
    ...(tree.length > 0 ? { unites: tree } : {}),
    ...(hash_algorithm === undefined
      ? {}
      : { empreinte: ['1', 1].includes(hash_algorithm as string | number) ? 'sha512' : 'sha256' }),
  }
}
