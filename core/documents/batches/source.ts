import { basename } from 'node:path'
import type { FileRef } from '../../authoring/values.ts'
import type { CompiledField, CompiledFlow } from '../../engine/model.ts'
import { FileMissingError } from '../../files/errors.ts'
import type { StoredFiles } from '../../files/files.ts'
import { splitName } from '../../files/names.ts'
import { HONEST_RATIO, withoutCommonFolder, withStoredZip, zipFault, type ZippedFile } from '../../files/unzip.ts'
import { columnsOf } from './columns.ts'
import { readCsv, UnreadableFile, type Open } from './csv.ts'
import type { CreationTask } from './model.ts'

/** Files of an archive, found as people write their names. */
export interface Pieces {
  readonly all: readonly ZippedFile[]
  /** Exactly, then whatever the letter case, then by the name alone when only one has it. */
  find(name: string): ZippedFile | undefined
}

/** A value of a line, and what to call its place. */
export interface Cell {
  readonly field: CompiledField
  /** Empty for a line that comes from files. */
  readonly header: string
  /** Text, or for a file its names. */
  readonly text: string
}

export interface SourceLine {
  readonly line: number
  readonly cells: readonly Cell[]
  /** What is wrong with the line itself. */
  readonly fault: string | undefined
}

export interface Source {
  readonly pieces: Pieces
  readonly remarks: readonly string[]
  lines(): AsyncIterable<SourceLine>
}

const LIMITS = { files: 20_000, bytes: 8 * 1024 ** 3, ratio: HONEST_RATIO }

const grouped = <T>(all: readonly T[], keyOf: (each: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const group = groups.get(keyOf(each))
    if (group) group.push(each)
    else groups.set(keyOf(each), [each])
  }
  return groups
}

/** Between the names of several files in a cell: names hold commas and semicolons. */
export const BETWEEN_FILES = '|'

export const piecesOf = (all: readonly ZippedFile[]): Pieces => {
  const key = (path: string) => path.normalize('NFC').replaceAll('\\', '/').replace(/^\.\//u, '')
  const exact = new Map(all.map(piece => [key(piece.path), piece]))
  const loose = new Map(all.map(piece => [key(piece.path).toLowerCase(), piece]))
  const byName = grouped(all, piece => piece.name.toLowerCase())
  return {
    all,
    find(name) {
      const same = byName.get(key(name).toLowerCase())
      return exact.get(key(name)) ?? loose.get(key(name).toLowerCase()) ?? (same?.length === 1 ? same[0] : undefined)
    },
  }
}

const isCsv = ({ path }: ZippedFile): boolean => !path.includes('/') && /\.csv$/iu.test(path)

/** Lines of a CSV, their cells at their fields. */
const fromCsv = async (flow: CompiledFlow, open: Open, pieces: Pieces): Promise<Source> => {
  const opening = readCsv(open)
  const header = await opening.next()
  await opening.return(undefined)
  if (header.done) throw new UnreadableFile('Le CSV est vide : sa première ligne nomme les champs à remplir.')
  const { columns, remarks } = columnsOf(flow, header.value.cells)
  if (columns.length === 0)
    throw new UnreadableFile(
      `Aucune colonne du CSV n'est un champ de « ${flow.label} » : sa première ligne nomme les champs à remplir. ${remarks.slice(0, 3).join(' ')}`,
    )
  const width = header.value.cells.length
  async function* lines(): AsyncGenerator<SourceLine> {
    let first = true
    for await (const { line, cells } of readCsv(open)) {
      if (first) {
        first = false
        continue
      }
      const more = cells.slice(width).some(cell => cell !== '')
      yield {
        line,
        cells: columns.flatMap(({ at, header: name, field }) => {
          const text = cells[at] ?? ''
          return text === '' ? [] : [{ field, header: name, text }]
        }),
        fault:
          more || cells.length < width
            ? `La ligne compte ${cells.length} colonnes au lieu de ${width} : vérifiez les séparateurs et les guillemets.`
            : undefined,
      }
    }
  }
  return { pieces, remarks, lines }
}

/** Where files go when no CSV says it: the field chosen, else the first required file, else the first that takes files. */
const fieldFor = (flow: CompiledFlow, name: string | undefined): CompiledField => {
  const fields = filesFields(flow)
  const found =
    name === undefined
      ? (fields.find(({ options }) => options.required) ?? fields[0])
      : fields.find(field => field.name === name)
  if (!found) throw new UnreadableFile(`« ${flow.label} » n'a pas de champ où ranger ces fichiers : joignez un CSV.`)
  return found
}

const filesFields = (flow: CompiledFlow): readonly CompiledField[] =>
  Object.values(flow.fields).filter(({ kind, options }) => (kind === 'file' || kind === 'files') && !options.computed)

/** One document for each file at the root, one for each folder there. */
const fromFiles = (flow: CompiledFlow, task: CreationTask, pieces: Pieces): Source => {
  const main = fieldFor(flow, task.field)
  const others = filesFields(flow).find(({ kind, name }) => kind === 'files' && name !== main.name)
  const groups = [...grouped(pieces.all, ({ path }) => path.split('/', 1)[0] ?? path)]
  const title = flow.title === undefined ? undefined : flow.fields[flow.title]
  const lineOf = ([name, held]: (typeof groups)[number], at: number): SourceLine => {
    const paths = held.map(({ path }) => path).toSorted((a, b) => a.localeCompare(b, 'fr'))
    const kept = main.kind === 'files' ? paths : paths.slice(0, 1)
    const rest = paths.slice(kept.length)
    const isFile = held.length === 1 && held[0]?.path === name
    const cell = (field: CompiledField, text: string): Cell => ({ field, header: '', text })
    return {
      line: at + 1,
      cells: [
        ...(title?.kind === 'text' ? [cell(title, isFile ? splitName(name).base : name)] : []),
        cell(main, kept.join(BETWEEN_FILES)),
        ...(rest.length > 0 && others ? [cell(others, rest.join(BETWEEN_FILES))] : []),
      ],
      fault:
        rest.length > 0 && !others
          ? `« ${flow.label} » n'a pas de champ pour les autres fichiers de ce répertoire (${rest.slice(0, 3).join(', ')}).`
          : undefined,
    }
  }
  return {
    pieces,
    remarks: [
      `L'archive ne contient pas de CSV : chaque fichier, et chaque répertoire, fait un document. Les fichiers vont dans « ${main.label} »${others && main.kind === 'file' ? `, les suivants d'un même répertoire dans « ${others.label} »` : ''}.`,
    ],
    async *lines() {
      yield* groups.map(lineOf)
    },
  }
}

const fromZip = async (flow: CompiledFlow, task: CreationTask, entries: readonly ZippedFile[]): Promise<Source> => {
  const found = withoutCommonFolder(entries)
  const sheets = found.filter(isCsv)
  const [sheet] = sheets
  const pieces = piecesOf(found.filter(entry => !isCsv(entry)))
  if (sheets.length > 1)
    throw new UnreadableFile(
      `L'archive contient plusieurs CSV (${sheets.map(({ path }) => path).join(', ')}) : n'en laissez qu'un.`,
    )
  if (found.length === 0) throw new UnreadableFile("L'archive est vide.")
  return sheet ? fromCsv(flow, () => sheet.open(), pieces) : fromFiles(flow, task, pieces)
}

const TEXT = /^(?:text\/|application\/(?:octet-stream|csv))/u

/** Gives what a file holds while the callback runs. @throws UnreadableFile */
export const withSource = async <T>(
  flow: CompiledFlow,
  task: CreationTask,
  files: StoredFiles,
  work: (source: Source) => Promise<T>,
): Promise<T> => {
  const { file } = task
  if (file.size === 0) throw new UnreadableFile(`« ${file.name} » est vide : déposez le bon fichier.`)
  if (file.type !== 'application/zip') {
    if (!TEXT.test(file.type))
      throw new UnreadableFile(
        `« ${file.name} » n'est ni un CSV ni un zip : enregistrez le tableau au format CSV, ou réunissez les fichiers dans un zip.`,
      )
    return work(await fromCsv(flow, async () => files.open(file), piecesOf([])))
  }
  return withArchive(file, files, async entries => work(await fromZip(flow, task, entries)))
}

/** The files of the archive, for the lines that name them; none for a plain CSV. */
export const withPieces = async <T>(
  file: FileRef,
  files: StoredFiles,
  work: (pieces: Pieces) => Promise<T>,
): Promise<T> =>
  file.type === 'application/zip'
    ? withArchive(file, files, entries => work(piecesOf(withoutCommonFolder(entries))))
    : work(piecesOf([]))

/** Failures of the work itself go through; those of the archive become a sentence. */
const withArchive = async <T>(
  file: FileRef,
  files: StoredFiles,
  work: (entries: readonly ZippedFile[]) => Promise<T>,
): Promise<T> => {
  let begun = false
  try {
    return await withStoredZip(file, files, LIMITS, entries => {
      begun = true
      return work(entries)
    })
  } catch (error) {
    if (begun || error instanceof FileMissingError) throw error
    throw new UnreadableFile(zipFault(error, basename(file.name)), { cause: error })
  }
}
