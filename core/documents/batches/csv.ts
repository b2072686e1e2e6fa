import { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { parse as parseAtOnce } from 'csv-parse/sync'

/** A file that cannot be read as a whole; the message is a French sentence. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}

export interface CsvLine {
  /** Where it begins in the file, from 1. */
  readonly line: number
  readonly cells: readonly string[]
}

/** Opens the content anew at each call. */
export type Open = () => Promise<Readable>

const SEPARATORS = [';', ',', '\t'] as const
const SAMPLE = 64 * 1024
/** Characters of one line: beyond, a quotation mark was never closed. */
const LONGEST_LINE = 1_000_000

/** Excel writes Windows-1252, or UTF-16 when asked for « texte Unicode »; everything else writes UTF-8. Reads the whole content to know. */
const charsetOf = async (open: Open): Promise<string> => {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let head: Buffer | undefined
  try {
    for await (const chunk of (await open()) as AsyncIterable<Buffer>) {
      head ??= chunk
      if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
      decoder.decode(chunk, { stream: true })
    }
    decoder.decode()
    return 'utf-8'
  } catch (error) {
    if (error instanceof TypeError) return 'windows-1252'
    throw error
  }
}

async function* texts(open: Open, charset: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(charset)
  for await (const chunk of (await open()) as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

const sampleOf = async (open: Open, charset: string): Promise<string> => {
  let sample = ''
  for await (const text of texts(open, charset)) {
    sample += text
    if (sample.length >= SAMPLE) break
  }
  return sample
}

const LENIENT = { relax_column_count: true, relax_quotes: true, skip_empty_lines: true } as const

/** The sign that cuts the first line in the most columns. */
const separatorOf = (sample: string): string => {
  const columns = (delimiter: string): number => {
    const [first] = parseAtOnce(sample, { ...LENIENT, delimiter, to: 1 }) as readonly (readonly string[])[]
    return first?.length ?? 0
  }
  return SEPARATORS.toSorted((a, b) => columns(b) - columns(a))[0] ?? ';'
}

const unreadable = (error: unknown): unknown =>
  error instanceof CsvError
    ? new UnreadableFile(
        `Le CSV est illisible à partir de la ligne ${String((error as CsvError & { lines?: number }).lines ?? '?')} : vérifiez que chaque guillemet ouvert est refermé.`,
        { cause: error },
      )
    : error

/**
 * The lines of a CSV, the header first, as they come: UTF-8 with or without its mark, UTF-16 or Windows-1252; semicolons, commas or
 * tabulations; quoted cells. Empty lines are passed over.
 * @throws UnreadableFile
 */
export async function* readCsv(open: Open): AsyncGenerator<CsvLine> {
  const charset = await charsetOf(open)
  try {
    const delimiter = separatorOf(await sampleOf(open, charset))
    const parser = parse({ ...LENIENT, delimiter, info: true, trim: true, max_record_size: LONGEST_LINE })
    // The iteration below meets the error again.
    pipeline(Readable.from(texts(open, charset)), parser, () => undefined)
    let before = 0
    for await (const { info, record } of parser as AsyncIterable<{ info: { lines: number }; record: string[] }>) {
      yield { line: before + 1, cells: record }
      before = info.lines
    }
  } catch (error) {
    throw unreadable(error)
  }
}
