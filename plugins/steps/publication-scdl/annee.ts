import { PermanentError, TemporaryError } from '#core'
import type { Files, FileRef, Ged } from '#core'
import { csvOfAll, faultsOf, type Deliberation, type Separateur } from './colonnes.ts'

/** A délibération whose line is in the file of its year, as its own document holds it. */
export interface Inscrite {
  readonly title: string
  readonly inputs: { readonly retrait?: string | undefined }
  readonly data: { readonly ligne?: string | undefined }
}

/** Publications that cross one another: each waits at most for this many others, then comes back a little later. */
const MOST_WRITINGS = 5

/** A line as the document keeps it: by column, so that the separator may change from one day to the next. */
export const lineWritten = (line: Deliberation): string => JSON.stringify(line)

const lineRead = (written: string): Deliberation => JSON.parse(written) as Deliberation

const checkedLines = async function* (inscrites: AsyncIterable<Inscrite>, count: () => void) {
  for await (const { title, inputs, data } of inscrites) {
    if (data.ligne === undefined || inputs.retrait !== undefined) continue
    const line = lineRead(data.ligne)
    const faults = faultsOf(line)
    if (faults.length > 0)
      throw new PermanentError(
        `La ligne de « ${title} » n'est plus correcte, et le fichier de l'année ne peut pas être écrit avec elle. ${faults.join(' ')}`,
      )
    count()
    yield line
  }
}

/**
 * Writes the file of a year from what the documents hold, as often as it takes for it to hold them all. Each publication stores its line
 * before it writes: whoever writes last reads again afterwards, hence finds the lines of all those that wrote before it.
 * @param inscrites reads the documents anew at each call
 * @returns where the file is, and how many lines it has
 * @throws TemporaryError when others keep publishing meanwhile
 */
export const ecrireAnnee = async (
  name: string,
  inscrites: () => Promise<AsyncIterable<Inscrite>>,
  {
    separateur,
    files,
    replace,
    key,
  }: {
    readonly separateur: Separateur
    readonly files: Files
    readonly replace: NonNullable<Ged['replace']>
    readonly key: string
  },
): Promise<{ readonly location: string; readonly lines: number }> => {
  const gather = async (): Promise<{ readonly file: FileRef; readonly lines: number }> => {
    let lines = 0
    const content = csvOfAll(
      checkedLines(await inscrites(), () => (lines += 1)),
      separateur,
    )
    return { file: await files.save(content, name), lines }
  }
  let gathered = await gather()
  for (let writings = 0; writings < MOST_WRITINGS; writings += 1) {
    const { location } = await replace(gathered.file, key)
    const { sha256 } = gathered.file
    gathered = await gather()
    if (gathered.file.sha256 === sha256) return { location, lines: gathered.lines }
  }
  throw new TemporaryError(
    `D'autres délibérations se publient en même temps dans « ${name} » : un nouvel essai aura lieu pour y mettre celle-ci avec elles.`,
  )
}
