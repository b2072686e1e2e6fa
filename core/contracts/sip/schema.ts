import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { validateXsd } from '../../xml/xsd.ts'
import type { SedaVersion } from './slip.ts'

/** The main schema of a version in the folder of the administrator, by the names its publishers give it. */
export const sedaSchema = async (folder: string | undefined, version: SedaVersion): Promise<string | undefined> => {
  if (folder === undefined) return undefined
  const names = await readdir(join(folder, `seda-${version}`)).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  })
  const main = names.find(name => /(?:main|^seda_v\d-\d)\.xsd$/u.test(name))
  return main && `seda-${version}/${main}`
}

const withoutNamespaces = (message: string): string => message.replace(/\{[^}]*\}/gu, '')

type Translation = readonly [RegExp, (...found: readonly string[]) => string]

/** What libxml2 says most often about a slip, as an archivist reads it. */
const TRANSLATIONS: readonly Translation[] = [
  [/^DOCTYPE is not allowed\.$/u, () => "La déclaration DOCTYPE n'est pas permise."],
  [
    /^Element '([^']+)': This element is not expected\. Expected is (?:one of )?\( (.+?) \)\.$/u,
    (name, expected) => `L'élément « ${name} » n'est pas à sa place : « ${expected} » est attendu.`,
  ],
  [
    /^Element '([^']+)': This element is not expected\.$/u,
    name => `L'élément « ${name} » n'est pas prévu à cet endroit.`,
  ],
  [
    /^Element '([^']+)': Missing child element\(s\)\. Expected is (?:one of )?\( (.+?) \)\.$/u,
    (name, expected) => `Il manque « ${expected} » dans « ${name} ».`,
  ],
  [
    /^Element '([^']+)': The attribute '([^']+)' is required but missing\.$/u,
    (name, attribute) => `Il manque l'attribut « ${attribute} » à « ${name} ».`,
  ],
  [
    /^Element '([^']+)': '(.*)' is not a valid value of the .*type '([^']+)'\.$/su,
    (name, value, type) => `« ${value} » n'est pas une valeur permise pour « ${name} » (type ${type}).`,
  ],
  [
    /^Element '([^']+)': \[facet '([^']+)'\] The value '(.*)' .*$/su,
    (name, facet, value) => `« ${value} » n'est pas une valeur permise pour « ${name} » (règle ${facet}).`,
  ],
  [
    /^Element '([^']+)': \[facet '([^']+)'\].*$/su,
    (name, facet) => `La valeur de « ${name} » n'est pas permise (règle ${facet}).`,
  ],
  [
    /^Element '([^']+)': No matching global declaration available.*$/su,
    name => `La racine « ${name} » n'est pas celle d'un bordereau de cette version.`,
  ],
]

/** A fault of a schema validation, in French. */
export const inFrench = (message: string): string => {
  const plain = withoutNamespaces(message)
  for (const [pattern, say] of TRANSLATIONS) {
    const found = pattern.exec(plain)
    if (found) return say(...found.slice(1))
  }
  return `Le schéma signale : ${plain}`
}

/**
 * Faults of a slip against the schema of its version.
 * @returns French sentences with their line; `undefined` when that schema is not installed
 */
export const schemaFaults = async (
  folder: string | undefined,
  version: SedaVersion,
  slip: Uint8Array,
): Promise<readonly string[] | undefined> => {
  const schema = await sedaSchema(folder, version)
  if (folder === undefined || schema === undefined) return undefined
  const faults = await validateXsd(folder, schema, slip)
  return faults.map(({ message, line }) => `${line === undefined ? '' : `Ligne ${line} : `}${inFrench(message)}`)
}
