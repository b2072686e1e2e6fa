import { fieldNamed, jsonValuesIn, type DocumentContents, type FileRef, type Files } from '#core'

const FILES = ['file', 'files']

/**
 * The document as the slip reads it: what the file of values says takes the place of the values of the document, under their name here or
 * in Pastell (`sae_config`, `flows/steps.md`, SAE); other keys are values more. A field that holds files keeps them: they are the archive.
 * @param source a JSON object; none: the document as it is
 * @throws PermanentError when it is not one
 */
export const overridden = async (
  contents: DocumentContents,
  source: FileRef | undefined,
  store: Files,
): Promise<DocumentContents> => {
  if (!source) return contents
  const fields = { ...contents.fields }
  const values = { ...contents.values }
  for (const [key, value] of Object.entries(await jsonValuesIn(store, source, 'des données du bordereau'))) {
    const name = fieldNamed(contents, key) ?? key
    const field = fields[name]
    if (field && FILES.includes(field.kind)) continue
    // As it is written in the file: a date or a code of a list is taken to the letter.
    fields[name] = { ...field, kind: 'text', label: field?.label ?? key, options: field?.options ?? {} }
    values[name] = value
  }
  return { ...contents, fields, values }
}
