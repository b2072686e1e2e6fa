import { create } from 'xmlbuilder2'
import type { DocumentContents } from '../../authoring/context.ts'
import type { FileRef } from '../../authoring/values.ts'
import { fieldNamed, filesIn, textOf } from '../expressions.ts'
import type { DepositOptions } from './fields.ts'

export interface NamedFile {
  /** Full name of the field. */
  readonly field: string
  readonly file: FileRef
  /** Name under which it is deposited. */
  readonly name: string
}

/** A field as it appears in the metadata: either the names of deposited files, or a text. */
interface Line {
  readonly name: string
  readonly files?: readonly NamedFile[]
  readonly value?: string
}

/** `'a, b'` → `['a', 'b']`; `undefined` when the setting is empty, which means everything. */
export const listed = (setting: string | undefined): readonly string[] | undefined => {
  const names = (setting ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(Boolean)
  return names.length === 0 ? undefined : names
}

const linesOf = (contents: DocumentContents, options: DepositOptions, files: readonly NamedFile[]): readonly Line[] => {
  const wanted = listed(options.metadonneesChamps)?.map(name => fieldNamed(contents, name))
  return Object.entries(contents.fields)
    .filter(([field]) => contents.values[field] !== undefined && (wanted === undefined || wanted.includes(field)))
    .map(([field, spec]) => {
      const name = options.metadonneesNoms === 'pastell' ? (spec.options.pastell ?? field) : field
      return filesIn(contents, field).length > 0
        ? { name, files: files.filter(file => file.field === field) }
        : { name, value: textOf(contents, field, 'code') }
    })
}

const toXml = (lines: readonly Line[]): string => {
  const root = create({ version: '1.0' }).ele('flux')
  for (const { name, files } of lines) {
    if (!files) continue
    const parent = root.ele('files', { name })
    for (const { name: content, file } of files)
      parent.ele('file', file.name === content ? { content } : { content, name_original: file.name })
  }
  for (const { name, value } of lines)
    if (value !== undefined) root.ele('data', { name, value: withoutControls(value) })
  return `${root.end({ prettyPrint: true })}\n`
}

/** XML 1.0 has no way to write most control characters, not even escaped. */
const withoutControls = (value: string): string =>
  value.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/gu, '')

const toJson = (lines: readonly Line[]): string =>
  `${JSON.stringify(Object.fromEntries(lines.map(({ name, files, value }) => [name, files ? files.map(file => file.name) : value])), null, 2)}\n`

/** A JSON string is a YAML scalar, so quoting is settled once. */
const toYaml = (lines: readonly Line[]): string =>
  lines
    .map(({ name, files, value }) =>
      files
        ? `${JSON.stringify(name)}:\n${files.map(file => `  - ${JSON.stringify(file.name)}\n`).join('')}`
        : `${JSON.stringify(name)}: ${JSON.stringify(value)}\n`,
    )
    .join('')

export const metadataExtension = { xml: '.xml', json: '.json', yaml: '.txt' } as const
export const metadataType = { xml: 'application/xml', json: 'application/json', yaml: 'text/plain' } as const

/** The metadata file of a deposit, naming the files as they are deposited (depot-files.md §A.1). */
export const metadataFile = (
  format: keyof typeof metadataExtension,
  contents: DocumentContents,
  options: DepositOptions,
  files: readonly NamedFile[],
): string => {
  const lines = linesOf(contents, options, files)
  if (format === 'xml') return toXml(lines)
  return format === 'json' ? toJson(lines) : toYaml(lines)
}
