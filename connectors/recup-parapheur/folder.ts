import { text } from 'node:stream/consumers'
import {
  ConfigurationError,
  isSlipEntry,
  MAIN_ENTRIES,
  PermanentError,
  PREMIS_ENTRY,
  readPremis,
  type FileRef,
  type Files,
  type Premis,
} from '#core'

/** What a folder is made of, in the words of the settings. */
export const ELEMENTS = [
  'dossier_id',
  'dossier_name',
  'document_signe',
  'signature_detachee',
  'annexe',
  'bordereau',
  'premis',
] as const
export type Element = (typeof ELEMENTS)[number]

export interface FinishedFolder {
  readonly premis: Premis
  readonly elements: Readonly<Record<Element, string | readonly FileRef[]>>
}

const LARGEST_PREMIS = 20_000_000

const readDescription = async (file: FileRef | undefined, files: Files): Promise<Premis> => {
  if (!file) throw new PermanentError('son archive ne contient pas de description (PREMIS)')
  if (file.size > LARGEST_PREMIS) throw new PermanentError('sa description (PREMIS) est anormalement grande')
  const xml = await text(files.open(file))
  try {
    return readPremis(xml)
  } catch (cause) {
    throw new PermanentError('sa description (PREMIS) est illisible', { cause })
  }
}

/**
 * Reads an unpacked archive: main documents in the order of the description, what lies beside them (detached
 * signatures), slip, and everything else as annexes, so that nothing is left behind.
 * @throws PermanentError saying what is missing, as the end of a sentence about the folder
 */
export const readFolder = async (
  entries: ReadonlyMap<string, FileRef>,
  about: { readonly id: string; readonly name: string },
  files: Files,
): Promise<FinishedFolder> => {
  const description = entries.get(PREMIS_ENTRY)
  const premis = await readDescription(description, files)
  if (premis.id !== '' && premis.id.toLowerCase() !== about.id.toLowerCase())
    throw new PermanentError(`son archive est celle d'un autre dossier (${premis.id})`)
  const named = premis.files.filter(({ main }) => main).map(({ name }) => name)
  if (named.length === 0) throw new PermanentError('sa description ne désigne pas de document principal')
  const mains = named.map(name => {
    const file = entries.get(`${MAIN_ENTRIES}${name}`)
    // What would be removed from the parapheur without having been brought here would be lost.
    if (!file) throw new PermanentError(`le document principal « ${name} » manque dans son archive`)
    return file
  })
  const others = [...entries].filter(
    ([path]) => path !== PREMIS_ENTRY && !mains.some(main => main === entries.get(path)),
  )
  const those = (isOne: (path: string) => boolean) => others.filter(([path]) => isOne(path)).map(([, file]) => file)
  const isBeside = (path: string): boolean => path.startsWith(MAIN_ENTRIES)
  return {
    premis,
    elements: {
      dossier_id: about.id,
      dossier_name: premis.name || about.name,
      document_signe: mains,
      signature_detachee: those(isBeside),
      annexe: those(path => !isBeside(path) && !isSlipEntry(path)),
      bordereau: those(isSlipEntry),
      premis: description ? [description] : [],
    },
  }
}

const isElement = (name: string): name is Element => ELEMENTS.some(element => element === name)

/** Which field receives each element. A detached signature follows its document unless told. */
export const fieldsFrom = (lines: string | undefined): Readonly<Record<Element, string>> => {
  const told = (lines ?? '')
    .split(/\r?\n/u)
    .filter(line => line.trim() !== '')
    .map(line => {
      const colon = line.indexOf(':')
      const [element, field] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
      if (colon === -1 || field === '' || !isElement(element))
        throw new ConfigurationError(
          `La correspondance « ${line.trim()} » n'est pas comprise : écrire « élément: champ », l'élément étant ${ELEMENTS.join(', ')}.`,
        )
      return [element, field] as const
    })
  const fields = { ...Object.fromEntries(ELEMENTS.map(element => [element, element])), ...Object.fromEntries(told) }
  const signatures = told.find(([element]) => element === 'signature_detachee')?.[1] ?? fields['document_signe']
  return { ...fields, signature_detachee: signatures } as Record<Element, string>
}

/** The values of the document to create; elements that go to the same field follow each other. */
export const valuesOf = (
  { elements }: Pick<FinishedFolder, 'elements'>,
  fields: Readonly<Record<Element, string>>,
): Readonly<Record<string, unknown>> => {
  const values: Record<string, unknown> = {}
  for (const element of ELEMENTS) {
    const field = fields[element]
    const value = elements[element]
    if (typeof value === 'string') values[field] = value
    else if (value.length > 0)
      values[field] = [...(Array.isArray(values[field]) ? (values[field] as FileRef[]) : []), ...value]
  }
  return values
}
