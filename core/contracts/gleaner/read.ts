import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Inbox, InboxForm } from '../../authoring/connectors.ts'
import type { Files } from '../../authoring/context.ts'
import type { FieldSpec } from '../../authoring/fields.ts'
import { ConfigurationError, PermanentError, TemporaryError } from '../../authoring/errors.ts'
import { FileTooLargeError } from '../../files/errors.ts'
import type { Volume, VolumeEntry } from '../../volumes/volume.ts'
import type { GleanerOptions } from './fields.ts'
import { readManifest } from './manifest.ts'
import { fixedValues, linesOf, matchFiles } from './patterns.ts'
import { unzip, type Gathered, type Limits } from './unzip.ts'

export interface ReadContext {
  readonly volume: Volume
  readonly options: GleanerOptions
  readonly files: Files
  readonly inbox: Inbox
}

/** A document to create, and a digest of everything it was made from. */
export interface Found {
  readonly form: InboxForm
  readonly values: Readonly<Record<string, unknown>>
  readonly digest: string
}

const MB = 1024 * 1024
const LARGEST_MANIFEST = 5 * MB

const limitsOf = ({ fichiersMax, tailleMax }: GleanerOptions): Limits => ({
  files: fichiersMax,
  bytes: tailleMax * MB,
})

const fetch = async (path: string, entry: VolumeEntry, { volume, files }: ReadContext): Promise<Gathered['file']> => {
  try {
    const file = await files.save(await volume.read(path), entry.name)
    if (file.size !== entry.size)
      throw new TemporaryError(
        `« ${entry.name} » compte ${file.size} octets au lieu de ${entry.size} : il n'est pas encore entier.`,
      )
    return file
  } catch (error) {
    if (error instanceof FileTooLargeError) throw new PermanentError(error.message, { cause: error })
    throw error
  }
}

const tooMuch = (name: string, limits: Limits) =>
  new PermanentError(
    `« ${name} » dépasse ${limits.files} fichiers ou ${Math.floor(limits.bytes / MB)} Mo, les maximums des réglages : divisez-le, ou relevez-les.`,
  )

/** Every file below a folder, measured before the first is read. */
const filesBelow = async (
  folder: string,
  below: string,
  volume: Volume,
  limits: Limits,
): Promise<readonly (VolumeEntry & { readonly path: string })[]> => {
  const found: (VolumeEntry & { readonly path: string })[] = []
  for (const entry of await volume.list(below === '' ? folder : `${folder}/${below}`)) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.kind === 'file') found.push({ ...entry, path })
    else found.push(...(await filesBelow(folder, path, volume, limits)))
    if (found.length > limits.files || found.reduce((sum, { size }) => sum + size, 0) > limits.bytes)
      throw tooMuch(folder.split('/').at(-1) ?? folder, limits)
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Brings the files of an item into the store. */
const gather = async (
  entries: readonly VolumeEntry[],
  base: string,
  context: ReadContext,
): Promise<readonly Gathered[]> => {
  const { options, files, volume } = context
  const limits = limitsOf(options)
  const [first] = entries
  if (!first) return []
  if (entries.reduce((sum, { size }) => sum + size, 0) > limits.bytes) throw tooMuch(first.name, limits)
  if (options.forme === 'zip') {
    if (first.kind === 'folder')
      throw new PermanentError(`« ${first.name} » est un répertoire : ce connecteur attend des archives zip.`)
    return unzip(await fetch(`${base}/${first.name}`, first, context), files, limits)
  }
  const gathered: Gathered[] = []
  if (options.forme === 'vrac') {
    for (const entry of entries)
      gathered.push({ path: entry.name, file: await fetch(`${base}/${entry.name}`, entry, context) })
    return gathered
  }
  if (first.kind === 'file')
    throw new PermanentError(`« ${first.name} » est un fichier : ce connecteur attend un répertoire par dossier.`)
  const folder = `${base}/${first.name}`
  for (const entry of await filesBelow(folder, '', volume, limits))
    gathered.push({ path: entry.path, file: await fetch(`${folder}/${entry.path}`, entry, context) })
  return gathered
}

/** The form that the settings name. @throws ConfigurationError when they name none that is installed */
export const formOfSettings = async ({
  options,
  inbox,
}: Pick<ReadContext, 'options' | 'inbox'>): Promise<InboxForm> => {
  const name = options.flux?.trim() ?? ''
  const form = name === '' ? undefined : await inbox.form(name)
  if (!form)
    throw new ConfigurationError(
      name === ''
        ? 'Le réglage « Flux à créer » est vide : indiquez le flux des dossiers à créer.'
        : `Le flux « ${name} » n'est pas installé sur cette plateforme : corrigez le réglage « Flux à créer ».`,
    )
  return form
}

/** Does this field, by either of its names, hold several files? */
export const holdsSeveral =
  (form: InboxForm) =>
  (name: string): boolean => {
    const field: FieldSpec | undefined =
      form.fields[name] ?? Object.values(form.fields).find(({ options }) => options.pastell === name)
    return field?.kind === 'files'
  }

type Content = Pick<Found, 'form' | 'values'>

const byPatterns = async (gathered: readonly Gathered[], context: ReadContext): Promise<Content> => {
  const form = await formOfSettings(context)
  const lines = linesOf(context.options.correspondances, 'Correspondances entre fichiers et champs')
  const matched = matchFiles(
    lines,
    gathered.map(({ path }) => path),
    holdsSeveral(form),
  )
  if (matched.files.size === 0)
    throw new PermanentError(
      `Aucun de ses fichiers ne correspond aux expressions des réglages (${gathered
        .map(({ path }) => path)
        .slice(0, 10)
        .join(', ')}).`,
    )
  const stored = new Map(gathered.map(({ path, file }) => [path, file]))
  const fixed = fixedValues(linesOf(context.options.valeurs, 'Valeurs fixes'), matched)
  const files = [...matched.files].map(([field, paths]) => [field, paths.flatMap(path => stored.get(path) ?? [])])
  return { form, values: { ...fixed, ...(Object.fromEntries(files) as Record<string, unknown>) } }
}

/** Macs write accents in two characters. */
const same = (a: string, b: string): boolean => a.normalize('NFC') === b.normalize('NFC')

const byManifest = async (gathered: readonly Gathered[], context: ReadContext): Promise<Content> => {
  const { options, inbox, files: store } = context
  const own = gathered.find(({ path }) => same(path, options.manifesteNom))
  if (!own) throw new PermanentError(`Il manque le manifeste « ${options.manifesteNom} ».`)
  if (own.file.size > LARGEST_MANIFEST) throw new PermanentError(`Le manifeste dépasse ${LARGEST_MANIFEST / MB} Mo.`)
  const manifest = readManifest(await buffer(store.open(own.file)))
  const form = manifest.flow === undefined ? await formOfSettings(context) : await inbox.form(manifest.flow)
  if (!form)
    throw new PermanentError(
      `Le manifeste demande un dossier « ${manifest.flow ?? ''} », un flux qui n'est pas installé sur cette plateforme.`,
    )
  const files: Record<string, Gathered['file'][]> = {}
  for (const { field, path, name } of manifest.files) {
    const found = gathered.find(each => same(each.path, path.replace(/^\.\//u, '')))
    if (!found) throw new PermanentError(`Le manifeste cite le fichier « ${path} », qui n'y est pas.`)
    ;(files[field] ??= []).push(name === undefined ? found.file : { ...found.file, name })
  }
  return { form, values: { ...manifest.values, ...files } }
}

const digestOf = (gathered: readonly Gathered[]): string =>
  createHash('sha256')
    .update(JSON.stringify(gathered.map(({ path, file }) => [path, file.sha256])))
    .digest('hex')

/**
 * Reads an item that lies in `base`: its files go to the store, its manifest or the settings say what document they make.
 * @throws PermanentError when the item is at fault, TemporaryError when the remote is, ConfigurationError when the settings are
 */
export const readItem = async (entries: readonly VolumeEntry[], base: string, context: ReadContext): Promise<Found> => {
  const gathered = await gather(entries, base, context)
  if (gathered.length === 0) throw new PermanentError(`« ${entries[0]?.name ?? ''} » est vide.`)
  const content = await (context.options.manifeste === 'xml' ? byManifest : byPatterns)(gathered, context)
  return { ...content, digest: digestOf(gathered) }
}
