import type { Files } from './context.ts'
import { PermanentError } from './errors.ts'
import type { FileRef } from './values.ts'

const LARGEST = 1_000_000

/**
 * Reads a file of values: a JSON object, at most 1 MB. What is not a text stays written in JSON.
 * @param what the file is called in errors: « de métadonnées »
 * @throws PermanentError when it is anything else
 */
export const jsonValuesIn = async (store: Files, source: FileRef, what: string): Promise<Record<string, string>> => {
  if (source.size > LARGEST)
    throw new PermanentError(
      `Le fichier ${what} « ${source.name} » dépasse 1 Mo : vérifier qu'il s'agit bien du bon fichier.`,
    )
  const chunks: Buffer[] = []
  for await (const chunk of store.open(source)) chunks.push(chunk as Buffer)
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new TypeError('not an object')
    return Object.fromEntries(
      Object.entries(parsed).map(([key, value]: [string, unknown]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    )
  } catch (cause) {
    throw new PermanentError(
      `Le fichier ${what} « ${source.name} » n'est pas un objet JSON : le corriger puis réessayer.`,
      { cause },
    )
  }
}
