import { fieldNamed, filesIn, PermanentError, type DocumentContents, type FileRef, type Files } from '#core'
import { describe, type Complain } from './describe.ts'
import type { Say } from './expressions.ts'
import type { UnitRow } from './fields.ts'
import { unfold } from './folders.ts'
import { filesOf, type Description, type Held, type Unit } from './model.ts'

export interface Planting {
  readonly contents: DocumentContents
  readonly journal: FileRef
  readonly say: Say
  readonly files: Files
  readonly complain: Complain
}

const JOURNAL = 'journal'
const ZIP = '#ZIP#'

const UNTOLD: Omit<Description, 'title'> = {
  level: undefined,
  description: '',
  language: '',
  history: '',
  keywords: [],
  accessRule: undefined,
  appraisalRule: undefined,
}

interface Found {
  /** Label of the field. */
  readonly label: string
  readonly files: readonly FileRef[]
}

const journalFound = (journal: FileRef): Found => ({
  label: 'Journal des événements',
  files: [{ ...journal, name: 'journal.json' }],
})

/** The files that a line designates; none when this flow has no such field, since an instance serves several. */
const filesNamed = ({ contents, journal }: Planting, name: string): Found => {
  const field = fieldNamed(contents, name)
  if (field !== undefined) return { label: contents.fields[field]?.label ?? field, files: filesIn(contents, field) }
  return name === JOURNAL ? journalFound(journal) : { label: name, files: [] }
}

type Grown = Pick<Unit, 'files' | 'units'>

const fileLine = async (
  row: UnitRow,
  unit: UnitRow | undefined,
  planting: Planting,
): Promise<Grown & { readonly label: string }> => {
  const { say, files: store, complain } = planting
  const designated = await say(row.champ)
  const { label, files } = filesNamed(planting, designated.replace(ZIP, '').trim())
  if (!designated.startsWith(ZIP)) {
    const held: Held[] = []
    for (const [rank, file] of files.entries())
      held.push({ title: await say(row.titre, { rank }), file, path: file.name, typed: !row.sansType })
    return { label, files: held, units: [] }
  }
  const all: Grown[] = []
  for (const [rank, zip] of files.entries())
    all.push(await unfold(zip, rank, { say, files: store, complain, row, unit }))
  return { label, files: all.flatMap(each => each.files), units: all.flatMap(each => each.units) }
}

/** Pastell leaves out a unit whose expression gives nothing, or `0`. */
const isWanted = async (row: UnitRow, say: Say): Promise<boolean> =>
  (row.champ ?? '').trim() === '' || !['', '0'].includes(await say(row.champ))

const grow = async (
  rows: readonly UnitRow[],
  unit: UnitRow | undefined,
  planting: Planting,
): Promise<Grown & { readonly label: string }> => {
  const files: Held[] = []
  const units: Unit[] = []
  let label = ''
  for (const row of rows) {
    if (row.genre === 'fichiers') {
      const found = await fileLine(row, unit, planting)
      label ||= found.label
      files.push(...found.files)
      units.push(...found.units)
      continue
    }
    if (!(await isWanted(row, planting.say))) continue
    const described = await describe(row, planting.say, planting.complain)
    const { label: inside, ...grown } = await grow(row.enfants, row, planting)
    if (grown.files.length + grown.units.length === 0) continue
    units.push({ ...described, title: described.title || inside, ...grown })
  }
  return { label, files, units }
}

/** A unit for what one field holds. */
const unitOf = ({ label, files }: Found): Unit => ({
  ...UNTOLD,
  title: label,
  files: files.map(file => ({ title: files.length === 1 ? '' : file.name, file, path: file.name, typed: true })),
  units: [],
})

/** Without settings: every file of the document, under the name of its field. */
const everything = (planting: Planting): Grown => ({
  files: [],
  units: Object.keys(planting.contents.fields)
    .map(field => filesNamed(planting, field))
    .filter(({ files }) => files.length > 0)
    .map(unitOf),
})

/**
 * What the transfer holds: the lines of the settings over this document, then the journal unless a line places it.
 * @throws PermanentError when there is nothing to archive
 */
export const plant = async (rows: readonly UnitRow[], planting: Planting): Promise<Grown> => {
  const grown = rows.length === 0 ? everything(planting) : await grow(rows, undefined, planting)
  const held = [...grown.files, ...grown.units.flatMap(filesOf)]
  const isJournal = ({ file }: Held) => file.sha256 === planting.journal.sha256 && file.name === 'journal.json'
  if (held.filter(each => !isJournal(each)).length === 0)
    throw new PermanentError(
      `Le dossier « ${planting.contents.title} » ne contient aucun fichier à archiver : ajoutez-en un, puis relancez.`,
    )
  if (held.some(isJournal)) return { files: grown.files, units: grown.units }
  return { files: grown.files, units: [...grown.units, unitOf(journalFound(planting.journal))] }
}
