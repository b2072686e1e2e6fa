import { PermanentError, rows, text, type DocumentContents, type Field, type FieldSpec } from '#core'

interface Libre {
  readonly nom: string
  readonly valeur: string | undefined
}

/** Metadata that a flow does not know beforehand: a name and a value, as often as wanted. A deposit makes a field of each. */
export const metadonneesLibres = rows('Métadonnées', {
  nom: text('Nom', { required: true, max: 200 }),
  valeur: text('Valeur', { max: 2000 }),
})

const COLUMNS = Object.keys(metadonneesLibres.fields).join()
const isFree = ({ kind, fields = {} }: FieldSpec): boolean => kind === 'rows' && Object.keys(fields).join() === COLUMNS

/**
 * The document as it is deposited: each row of free metadata is a field of its own, under the name that people gave it, so that names of
 * folders (`%numero%`) and metadata files treat it as any other.
 * @throws PermanentError when a name is already taken
 */
export const withFreeMetadata = (contents: DocumentContents): DocumentContents => {
  const free = Object.keys(contents.fields).filter(name => isFree(contents.fields[name] as FieldSpec))
  if (free.length === 0) return contents
  const kept = ([name]: readonly [string, unknown]) => !free.includes(name)
  const fields: Record<string, FieldSpec> = Object.fromEntries(Object.entries(contents.fields).filter(kept))
  const values: Record<string, unknown> = Object.fromEntries(Object.entries(contents.values).filter(kept))
  for (const { nom, valeur } of free.flatMap(name => (contents.values[name] ?? []) as readonly Libre[])) {
    if (Object.hasOwn(fields, nom))
      throw new PermanentError(
        `Deux métadonnées s'appellent « ${nom} », ou c'est le nom d'un champ du formulaire : abandonnez ce document, rouvrez-le, puis renommez-en une.`,
      )
    const field: Field = text(nom)
    fields[nom] = field
    values[nom] = valeur
  }
  return { ...contents, fields, values }
}
