import { PermanentError } from '../../authoring/errors.ts'
import { childrenOf, parseXml } from '../../connectors/xml-element.ts'

export interface Manifest {
  /** Flow that it asks for, by its identifier or its name in Pastell. */
  readonly flow: string | undefined
  readonly values: Readonly<Record<string, string>>
  readonly files: readonly {
    readonly field: string
    /** Path of the file beside the manifest. */
    readonly path: string
    /** Name to give it, when it is not its own. */
    readonly name: string | undefined
  }[]
}

/** The encoding that the declaration announces, which is ASCII whatever follows; UTF-8 without one. */
const textOf = (bytes: Uint8Array): string => {
  const declaration = Buffer.from(bytes.subarray(0, 200)).toString('latin1')
  const [, encoding = 'utf-8'] = /^<\?xml[^>]*\sencoding=["']([\w.:-]+)["']/u.exec(declaration) ?? []
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    throw new PermanentError(
      `Le manifeste n'est pas lisible dans l'encodage qu'il annonce (${encoding}) : corrigez l'un ou l'autre.`,
      { cause: error },
    )
  }
}

/**
 * Reads `<flux type="…"><data name value/><files name><file content/></files></flux>` (depot-files.md §B.2), which is also what deposits
 * write; other elements are passed over.
 * @throws PermanentError when it is not such a document
 */
export const readManifest = (bytes: Uint8Array): Manifest => {
  const xml = textOf(bytes)
  let root
  try {
    root = parseXml(xml)
  } catch (error) {
    throw new PermanentError(
      `Le manifeste n'est pas un document XML bien formé (${error instanceof Error ? error.message : String(error)}) : corrigez-le.`,
      { cause: error },
    )
  }
  if (root.name !== 'flux')
    throw new PermanentError(`Le manifeste commence par « ${root.name} » au lieu de « flux » : corrigez-le.`)
  const type = root.attributes['type']?.trim()
  return {
    flow: type === '' ? undefined : type,
    values: Object.fromEntries(
      childrenOf(root, 'data').flatMap(({ attributes, text }) =>
        attributes['name'] ? [[attributes['name'], attributes['value'] ?? text] as const] : [],
      ),
    ),
    files: childrenOf(root, 'files').flatMap(group =>
      childrenOf(group, 'file').flatMap(({ attributes }) => {
        const [field, path] = [group.attributes['name'], attributes['content']]
        return field && path ? [{ field, path, name: attributes['name_original'] }] : []
      }),
    ),
  }
}
