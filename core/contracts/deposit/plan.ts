import { Readable } from 'node:stream'
import type { DocumentContents, Files } from '../../authoring/context.ts'
import { ConfigurationError, PermanentError } from '../../authoring/errors.ts'
import { cleanName, distinctNames, splitName } from '../../files/names.ts'
import { fieldNamed, filesIn, renderExpression } from '../expressions.ts'
import type { DepositOptions } from './fields.ts'
import { listed, metadataExtension, metadataFile, metadataType, type NamedFile } from './metadata.ts'
import { replaceCharacters } from './replacement.ts'

/** One file to write, in the order of writing. */
export interface Entry {
  readonly name: string
  readonly size: number
  /** Media type. */
  readonly type: string
  open(): Readable
}

export interface Plan {
  /** Name of the folder, or of the zip without its extension. */
  readonly title: string
  readonly entries: readonly Entry[]
}

/** The flag's text is constant: consumers only look whether it exists. */
const END_FLAG = 'Le dépôt de ce dossier est terminé.\n'

/** `champ: expression`, one by line, cut at the first colon. */
export const fileExpressions = (setting: string | undefined): ReadonlyMap<string, string> =>
  new Map(
    (setting ?? '')
      .split('\n')
      .map(line => line.trim())
      .filter(Boolean)
      .map(line => {
        const colon = line.indexOf(':')
        if (colon < 1)
          throw new ConfigurationError(
            `La ligne « ${line} » des expressions de noms de fichiers n'est pas de la forme « champ: expression » : corrigez-la dans les réglages du connecteur.`,
          )
        return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const
      }),
  )

const wantedFiles = (contents: DocumentContents, options: DepositOptions) => {
  const wanted = listed(options.fichiers)?.map(name => fieldNamed(contents, name))
  return Object.keys(contents.fields)
    .filter(field => wanted === undefined || wanted.includes(field))
    .flatMap(field => {
      const all = filesIn(contents, field)
      return all.map((file, rank) => ({ field, file, rank, alone: contents.fields[field]?.kind === 'file' }))
    })
}

const namer = (contents: DocumentContents, options: DepositOptions) => {
  const expressions = new Map(
    [...fileExpressions(options.nomsFichiersExpressions)].map(([name, value]) => [fieldNamed(contents, name), value]),
  )
  return ({ field, file, rank, alone }: ReturnType<typeof wantedFiles>[number]): string => {
    const { extension } = splitName(file.name)
    if (options.nomsFichiers === 'interne') return `${contents.id}_${field}_${rank}${extension}`
    const expression = options.nomsFichiers === 'expression' ? expressions.get(field) : undefined
    if (expression === undefined) return file.name
    return `${renderExpression(expression, contents, 'code')}${alone ? '' : `_${rank}`}${extension}`
  }
}

/** Slashes never pass, whatever the administrator's expression says: a value must not choose a folder. */
const cleanNames = (names: readonly string[], options: DepositOptions): readonly string[] =>
  replaceCharacters(names, options.caracteresRemplaces).map(name => cleanName(name.replace(/[\\/]/gu, '-')))

const titleOf = (contents: DocumentContents, options: DepositOptions): string => {
  if (options.titre === 'id') return contents.id
  if (options.titre === 'titre') return contents.title
  const title = renderExpression(options.titreExpression ?? '', contents, 'code').trim()
  if (title === '')
    throw new PermanentError(
      `L'expression « ${options.titreExpression ?? ''} » ne donne aucun nom pour ce dossier : remplissez les champs qu'elle cite, ou corrigez-la dans les réglages du connecteur.`,
    )
  return title
}

/** What a deposit will write, names settled, nothing touched yet. */
export const planDeposit = (contents: DocumentContents, options: DepositOptions, files: Files): Plan => {
  const wanted = wantedFiles(contents, options)
  const format = options.metadonnees === 'aucun' ? undefined : options.metadonnees
  if (wanted.length === 0 && !format)
    throw new PermanentError(
      `Le dossier « ${contents.title} » ne contient aucun fichier à déposer : ajoutez-en un, ou revoyez « Fichiers déposés » dans les réglages du connecteur.`,
    )
  const withFlag = options.fichierTermine && options.typeDepot === 'dossier'
  // Metadata and flag come first here, so that no file of the document takes the name their readers expect.
  const names = distinctNames(
    cleanNames(
      [
        ...(withFlag ? [options.fichierTermineNom] : []),
        ...(format
          ? [`${renderExpression(options.metadonneesNom, contents, 'code')}${metadataExtension[format]}`]
          : []),
        ...wanted.map(namer(contents, options)),
      ],
      options,
    ),
  )
  const named: readonly NamedFile[] = wanted.map((each, index) => ({
    ...each,
    name: names[names.length - wanted.length + index] ?? each.file.name,
  }))
  const own = (name: string | undefined, type: string, text: string): Entry => ({
    name: name ?? 'fichier',
    type,
    size: Buffer.byteLength(text),
    open: () => Readable.from(Buffer.from(text), { objectMode: false }),
  })
  return {
    title: cleanNames([titleOf(contents, options)], options)[0] ?? contents.id,
    entries: [
      ...named.map(({ name, file }) => ({ name, size: file.size, type: file.type, open: () => files.open(file) })),
      ...(format
        ? [own(names[withFlag ? 1 : 0], metadataType[format], metadataFile(format, contents, options, named))]
        : []),
      ...(withFlag ? [own(names[0], 'text/plain', END_FLAG)] : []),
    ],
  }
}
