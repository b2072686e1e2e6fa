import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { PDFDocument, StandardFonts, rgb } from 'pdf-lib'
import { ZipFile } from 'yazl'
import { signDetached, type IssuedClient, type SimFile } from '#core/testing'
import { PREMIS_PROPERTY, writePremis, type PremisEvent } from '#core'

/** A document of a folder, as it was uploaded and as it comes out. */
export interface SimDocument {
  readonly name: string
  readonly main: boolean
  readonly source: SimFile | Uint8Array
  signed?: Uint8Array
  /** Detached signature, beside the document. */
  detached?: Uint8Array
}

export type SimState = 'DRAFT' | 'CURRENT' | 'FINISHED' | 'REJECTED'

export interface SimFolder {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly subtype: string
  readonly dueDate: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly documents: SimDocument[]
  readonly events: PremisEvent[]
  publicAnnotation: string
  /** What the sender asked the bureau not to show. */
  privateAnnotation: string
}

const DESKS: Readonly<Record<string, string>> = {
  START: 'Direction générale',
  VISA: 'Direction générale',
  SIGNATURE: 'Bureau de la maire',
  ARCHIVE: 'Direction générale',
}
const CIRCUIT = ['START', 'VISA', 'SIGNATURE', 'ARCHIVE'] as const
/** Beyond this, signing would mean reading the whole document in memory. */
const LARGEST_SIGNED = 20 * 1024 * 1024

const event = (type: string, task = ''): PremisEvent => ({
  type,
  task,
  at: '',
  user: '',
  desk: DESKS[type] ?? '',
  note: '',
})

/** A new folder, waiting for its start. */
export const newFolder = (
  given: Pick<SimFolder, 'name' | 'type' | 'subtype' | 'dueDate' | 'metadata' | 'documents'>,
): SimFolder => ({
  ...given,
  id: randomUUID(),
  events: CIRCUIT.map((type, rank) => event(type, rank === 0 ? randomUUID() : '')),
  publicAnnotation: '',
  privateAnnotation: '',
})

/** The task that somebody must do now. */
export const awaited = (folder: SimFolder): PremisEvent | undefined =>
  folder.events.find(({ task, at }) => task !== '' && at === '')

export const stateOf = (folder: SimFolder): SimState => {
  const next = awaited(folder)?.type
  if (next === 'START') return 'DRAFT'
  if (next === 'ARCHIVE') return 'FINISHED'
  return next === 'DELETE' ? 'REJECTED' : 'CURRENT'
}

const bytesOf = (document: SimDocument): Promise<Uint8Array> =>
  document.source instanceof Uint8Array ? Promise.resolve(document.source) : document.source.bytes()

const sizeOf = ({ source }: SimDocument): number => (source instanceof Uint8Array ? source.length : source.size)

/** The original, with a line that says who signed it. */
const signPdf = async (bytes: Uint8Array, at: Date): Promise<Uint8Array> => {
  const pdf = await PDFDocument.load(bytes)
  const font = await pdf.embedFont(StandardFonts.HelveticaBold)
  const page = pdf.getPage(pdf.getPageCount() - 1)
  page.drawText(
    `Signé électroniquement par Camille MAIRE le ${at.toLocaleString('fr-FR', { timeZone: 'Europe/Paris' })}`.replace(
      /\u202f/gu,
      ' ',
    ),
    {
      x: 40,
      y: 24,
      size: 9,
      font,
      color: rgb(0.1, 0.2, 0.5),
    },
  )
  return pdf.save()
}

/** What is signed beside a document: its name alone when it is too big to be read in memory. */
const contentOf = (document: SimDocument): Promise<Uint8Array> =>
  sizeOf(document) > LARGEST_SIGNED ? Promise.resolve(Buffer.from(document.name)) : bytesOf(document)

/** Signs the main documents: inside for a PDF, beside for anything else. */
export const signDocuments = async (folder: SimFolder, signer: () => IssuedClient, at: Date): Promise<void> => {
  for (const document of folder.documents.filter(({ main }) => main)) {
    const isPdf =
      sizeOf(document) <= LARGEST_SIGNED && Buffer.from((await bytesOf(document)).subarray(0, 5)).toString() === '%PDF-'
    // A PDF that pdf-lib cannot open (encrypted, damaged) is signed beside, as a real one would have to be.
    const signed = isPdf ? await signPdf(await bytesOf(document), at).catch(() => undefined) : undefined
    if (signed) document.signed = signed
    else document.detached = signDetached(await contentOf(document), signer())
  }
}

/** Marks the task awaited as done and makes the next one due. */
export const advance = (folder: SimFolder, { at, note = '' }: { readonly at: Date; readonly note?: string }): void => {
  const rank = folder.events.findIndex(({ task, at: done }) => task !== '' && done === '')
  const current = folder.events[rank]
  if (!current) return
  folder.events[rank] = { ...current, at: at.toISOString().replace('Z', '+0000'), user: randomUUID(), note }
  const next = folder.events[rank + 1]
  if (next) folder.events[rank + 1] = { ...next, task: randomUUID() }
}

/** The circuit ends here: what was to come is replaced by the deletion awaited from the sender. */
export const reject = (folder: SimFolder, { at, reason }: { readonly at: Date; readonly reason: string }): void => {
  const rank = folder.events.findIndex(({ task, at: done }) => task !== '' && done === '')
  const current = folder.events[rank]
  if (!current) return
  const rejection = {
    ...current,
    type: 'REJECT',
    at: at.toISOString().replace('Z', '+0000'),
    user: randomUUID(),
    note: reason,
  }
  folder.events.splice(rank, folder.events.length, rejection, event('DELETE', randomUUID()))
}

export const premisOf = (folder: SimFolder): string =>
  writePremis({
    id: folder.id,
    name: folder.name,
    properties: {
      [PREMIS_PROPERTY.type]: folder.type,
      [PREMIS_PROPERTY.subtype]: folder.subtype,
      ...(folder.dueDate ? { [PREMIS_PROPERTY.dueDate]: folder.dueDate } : {}),
      ...folder.metadata,
    },
    files: folder.documents.map(({ name, main, detached }) => ({ name, main, signed: detached !== undefined })),
    events: folder.events,
  })

const slipOf = async (folder: SimFolder): Promise<Uint8Array> => {
  // The same slip each time it is asked for: no date of making inside.
  const pdf = await PDFDocument.create({ updateMetadata: false })
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const page = pdf.addPage()
  const lines = [
    'Bordereau de circulation',
    folder.name,
    ...folder.events.filter(({ at }) => at).map(({ at, type, desk, note }) => `${at}  ${type}  ${desk}  ${note}`),
  ]
  lines.forEach((line, rank) => {
    // The standard font of PDF only knows Latin-1.
    page.drawText(line.replace(/[^\u0020-\u00ff]/gu, '?'), {
      x: 40,
      y: page.getHeight() - 60 - rank * 18,
      size: 10,
      font,
    })
  })
  return pdf.save()
}

/** The archive of a folder: description, documents, annexes, slip. Streamed, whatever its size. */
export const zipOf = async (folder: SimFolder): Promise<Readable> => {
  const zip = new ZipFile()
  zip.addBuffer(Buffer.from(premisOf(folder)), 'i_Parapheur_internal_premis.xml')
  for (const { name, main, source, signed, detached } of folder.documents) {
    const path = `${main ? 'Documents principaux' : 'Annexes'}/${name}`
    const content = signed ?? source
    if (content instanceof Uint8Array) zip.addBuffer(Buffer.from(content), path)
    else zip.addReadStream(createReadStream(content.path), path)
    if (detached) zip.addBuffer(Buffer.from(detached), `Documents principaux/${name}-signature.p7s`)
  }
  zip.addBuffer(Buffer.from(await slipOf(folder)), `${folder.name}_bordereau.pdf`)
  zip.end()
  return Readable.from(zip.outputStream, { objectMode: false })
}
