import {
  ConfigurationError,
  distinctNames,
  fieldNamed,
  filesIn,
  PermanentError,
  renderExpression,
  splitName,
  type DocumentContents,
  type FileRef,
} from '#core'
import type { SedaSettings } from './fields.ts'

/** One file of the transfer. */
export interface Piece {
  /** `xml:id` of the object. */
  readonly id: string
  /** Its name in the archive: plain ASCII, which every unpacker reads alike. */
  readonly uri: string
  readonly file: FileRef
}

/** An archive unit below the root: what a field holds. */
export interface Unit {
  readonly id: string
  readonly title: string
  readonly pieces: readonly Piece[]
}

interface Section {
  readonly title: string
  readonly files: readonly FileRef[]
}

/** `champ: titre`, one by line, cut at the first colon. */
export const unitLines = (setting: string | undefined): readonly { readonly field: string; readonly title: string }[] =>
  (setting ?? '')
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
    .map(line => {
      const [field = '', ...title] = line.split(':')
      if (!/^[\w.]+$/u.test(field.trim()))
        throw new ConfigurationError(
          `La ligne « ${line} » des unités d'archives n'est pas de la forme « champ: titre » : corrigez-la dans les réglages du connecteur.`,
        )
      return { field: field.trim(), title: title.join(':').trim() }
    })

const sectionsOf = (contents: DocumentContents, settings: SedaSettings): readonly Section[] => {
  const lines = unitLines(settings.unites)
  const wanted =
    lines.length === 0
      ? Object.keys(contents.fields).map(field => ({ field, title: '' }))
      : lines.flatMap(({ field, title }) => {
          const found = fieldNamed(contents, field)
          return found === undefined ? [] : [{ field: found, title }]
        })
  return wanted
    .map(({ field, title }) => ({
      title: renderExpression(title, contents, 'label').trim() || (contents.fields[field]?.label ?? field),
      files: filesIn(contents, field),
    }))
    .filter(section => section.files.length > 0)
}

/** `Délibération n° 12.pdf` → `Deliberation_n_12.pdf`. */
const asciiName = (name: string): string => {
  const { base, extension } = splitName(
    name.normalize('NFKD').replace(/\p{M}/gu, '').replace(/œ/gu, 'oe').replace(/Œ/gu, 'OE'),
  )
  const plain = (text: string) => text.replace(/[^A-Za-z0-9._-]+/gu, '_')
  return `${plain(base).replace(/^[_.]+|_+$/gu, '') || 'fichier'}${plain(extension)}`
}

/**
 * What a transfer holds: one unit per field of files, then the journal. Each file has its own object and its own place in the archive, even
 * when two have the same content: an archive service counts what is announced.
 * @throws PermanentError when there is nothing to archive, or a file is empty
 */
export const unitsOf = (contents: DocumentContents, journal: FileRef, settings: SedaSettings): readonly Unit[] => {
  const sections = sectionsOf(contents, settings)
  if (sections.length === 0)
    throw new PermanentError(
      `Le dossier « ${contents.title} » ne contient aucun fichier à archiver : ajoutez-en un, puis relancez.`,
    )
  const all = [...sections, { title: 'Journal des événements', files: [{ ...journal, name: 'journal.json' }] }]
  // The journal first, so that it keeps the name that its readers expect.
  const uris = distinctNames([
    'journal.json',
    ...sections.flatMap(section => section.files.map(file => asciiName(file.name))),
  ])
  let rank = 0
  return all.map(({ title, files }, index) => ({
    id: `unite-${index + 1}`,
    title,
    pieces: files.map(file => {
      rank += 1
      const uri = index === all.length - 1 ? uris[0] : uris[rank]
      return { id: `objet-${rank}`, uri: uri ?? file.name, file }
    }),
  }))
}
