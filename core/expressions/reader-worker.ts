import { parse } from 'csv-parse/sync'
import { query as jsonPath } from 'jsonpath-rfc9535'
import { ParseOption, XmlDocument, XmlElement } from 'libxml2-wasm'
import { parentPort } from 'node:worker_threads'
import type { CsvCell } from './environment.ts'
import type { ReaderAnswer, ReaderRequest } from './reader.ts'

/** Nothing is fetched, no entity is resolved, whatever the document asks for. */
const SAFE: ParseOption = ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET

const refused = (fault: string): ReaderAnswer => ({ values: [], fault })
const reasonOf = (error: unknown) => (error instanceof Error ? error.message.trim() : String(error))

/** As declared in the first line of an XML file; the library knows too few of them. */
const encodingOf = (content: Uint8Array): string | undefined =>
  /^<\?xml[^>]*?encoding\s*=\s*["'](?<label>[\w.:-]+)["']/u.exec(
    Buffer.from(content.subarray(0, 200)).toString('latin1'),
  )?.groups?.['label']

const parseXml = (content: Uint8Array): XmlDocument => {
  const label = encodingOf(content)
  if (label === undefined || /^utf-?8$/iu.test(label)) return XmlDocument.fromBuffer(content, { option: SAFE })
  const option: ParseOption = SAFE | ParseOption.XML_PARSE_IGNORE_ENC
  return XmlDocument.fromString(new TextDecoder(label).decode(content), { option })
}

/** The document read last: several expressions usually read the same one. */
let kept: { readonly sha256: string; readonly document: XmlDocument } | undefined

const documentOf = ({ sha256, content }: NonNullable<ReaderRequest['file']>): XmlDocument => {
  if (kept?.sha256 === sha256) return kept.document
  kept?.document.dispose()
  kept = undefined
  const document = parseXml(content)
  kept = { sha256, document }
  return document
}

/** Prefixes as the file itself declares them, on its root and just below. */
const prefixesOf = (root: XmlElement): Record<string, string> => {
  const found: Record<string, string> = {}
  let child = root.firstChild
  for (let rank = 0; child && rank < 1_000; rank += 1) {
    if (child instanceof XmlElement) Object.assign(found, child.nsDeclarations)
    child = child.next
  }
  return Object.fromEntries(Object.entries({ ...found, ...root.nsDeclarations }).filter(([prefix]) => prefix !== ''))
}

const runXpath = (file: NonNullable<ReaderRequest['file']>, expression: string): ReaderAnswer => {
  let document: XmlDocument
  try {
    document = documentOf(file)
  } catch {
    return refused("ce n'est pas un fichier XML bien formé")
  }
  // No document of ours has a document type: it only serves attacks.
  if (document.dtd) return refused('un fichier XML avec DOCTYPE est refusé')
  try {
    const found = document.eval(expression, prefixesOf(document.root))
    return { values: Array.isArray(found) ? found.map(node => node.content) : [found] }
  } catch (error) {
    return refused(`l'expression XPath « ${expression} » est refusée (${reasonOf(error)})`)
  }
}

const decode = (content: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return new TextDecoder('windows-1252').decode(content)
  }
}

/** Old dialects of JSONPath may leave the `$` out, and write `..` at the end of nothing: only the first is put right. */
const runJsonPath = (content: Uint8Array, expression: string): ReaderAnswer => {
  let document: Parameters<typeof jsonPath>[0]
  try {
    document = JSON.parse(decode(content)) as typeof document
  } catch {
    return refused("ce n'est pas un fichier JSON bien formé")
  }
  try {
    return { values: jsonPath(document, expression.startsWith('$') ? expression : `$.${expression}`) }
  } catch (error) {
    return refused(`l'expression JSONPath « ${expression} » est refusée (${reasonOf(error)})`)
  }
}

const runCsv = (content: Uint8Array, { column, line, delimiter, enclosure, escape }: CsvCell): ReaderAnswer => {
  try {
    const rows: readonly (readonly string[])[] = parse(decode(content), {
      bom: true,
      delimiter,
      quote: enclosure,
      escape,
      relax_column_count: true,
      relax_quotes: true,
      to: line + 1,
    })
    const cell = rows[line]?.[column]
    return { values: cell === undefined ? [] : [cell] }
  } catch (error) {
    return refused(`ce n'est pas un fichier CSV lisible (${reasonOf(error)})`)
  }
}

const answer = ({ file, query }: ReaderRequest): ReaderAnswer => {
  if (query.is === 'matches') {
    try {
      return { values: [new RegExp(query.pattern, query.flags).test(query.text)] }
    } catch (error) {
      return refused(reasonOf(error))
    }
  }
  if (!file) return { values: [] }
  if (query.is === 'csv') return runCsv(file.content, query.cell)
  return query.is === 'xpath' ? runXpath(file, query.expression) : runJsonPath(file.content, query.expression)
}

parentPort?.on('message', (request: ReaderRequest) => {
  const made = answer(request)
  parentPort?.postMessage(made)
})
