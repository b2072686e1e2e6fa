import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { PREMIS_PROPERTY, writePremis, type FileRef, type HttpRequest, type SignatureFolder } from '#core'

type Parts = Extract<HttpRequest['body'], { parts: unknown }>['parts']

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const LONGEST_NAME = 250

/** A short mark that people can read aloud, made from the key: 50 bits are plenty for the folders of one desk. */
export const markOf = (key: string): string => {
  const digest = createHash('sha256').update(key).digest()
  return Array.from(digest.subarray(0, 10), byte => ALPHABET[byte % ALPHABET.length]).join('')
}

/** The name of a folder carries the mark of its key, so that it can be found again whatever became of the answer. */
export const folderName = (title: string, key: string): string => {
  const mark = ` [${markOf(key)}]`
  const clean = title.replace(/\s+/gu, ' ').trim()
  return `${Array.from(clean)
    .slice(0, LONGEST_NAME - mark.length)
    .join('')}${mark}`
}

export const carries = (name: string, key: string): boolean => name.includes(`[${markOf(key)}]`)

/** The i-Parapheur tells files apart by their name: `annexe.pdf`, then `annexe (2).pdf`. */
export const uniqueNames = (files: readonly FileRef[]): readonly string[] => {
  const taken = new Set<string>()
  return files.map(({ name }) => {
    const extension = extname(name)
    const stem = name.slice(0, name.length - extension.length)
    let unique = name
    for (let rank = 2; taken.has(unique.toLowerCase()); rank += 1) unique = `${stem} (${rank})${extension}`
    taken.add(unique.toLowerCase())
    return unique
  })
}

/** A choice of `circuits()` holds both identifiers: `type/subtype`. */
export const circuitOf = (value: string): { readonly type: string; readonly subtype: string } | undefined => {
  const [type, subtype, ...rest] = value.split('/')
  return type && subtype && rest.length === 0 ? { type, subtype } : undefined
}

/** The body of a creation: the description, then the document and its annexes, streamed. */
export const folderParts = (
  folder: SignatureFolder,
  circuit: { readonly type: string; readonly subtype: string },
): Parts => {
  const sent = [folder.document, ...folder.annexes]
  const names = uniqueNames(sent)
  const premis = writePremis({
    name: folderName(folder.title, folder.key),
    properties: {
      [PREMIS_PROPERTY.type]: circuit.type,
      [PREMIS_PROPERTY.subtype]: circuit.subtype,
      ...(folder.deadline === undefined ? {} : { [PREMIS_PROPERTY.dueDate]: folder.deadline }),
      ...folder.metadata,
    },
    files: names.map((name, rank) => ({ name, main: rank === 0 })),
  })
  return [
    { name: 'folder', filename: 'premis.xml', type: 'application/xml', value: premis },
    ...sent.map((file, rank) => ({ name: 'documents', file, filename: names[rank] ?? file.name })),
  ]
}
