import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { PDFDocument, rgb, StandardFonts } from 'pdf-lib'
import { ZipFile } from 'yazl'
import { eventSentence, unzip, type FileRef, type Files } from '#core'
import type { SimDocument } from '#core/testing'

/** Beyond this, signing would mean reading the whole document in memory: it comes back as it is. */
const LARGEST_SIGNED = 20 * 1024 * 1024

const shown = (line: string): string => line.replace(/[^\u0020-\u007e\u00a0-\u00ff]/gu, '?')

const signPdf = async (bytes: Uint8Array): Promise<Uint8Array> => {
  const pdf = await PDFDocument.load(bytes)
  const font = await pdf.embedFont(StandardFonts.HelveticaBold)
  const page = pdf.getPage(pdf.getPageCount() - 1)
  const text = 'Signé électroniquement par Camille MAIRE (FAST)'
  page.drawText(text, { x: 40, y: 24, size: 9, font, color: rgb(0.1, 0.2, 0.5) })
  return pdf.save()
}

const signPiece = async (file: FileRef, files: Files): Promise<FileRef> => {
  if (file.type !== 'application/pdf' || file.size > LARGEST_SIGNED) return file
  return files.save(await signPdf(await buffer(files.open(file))), file.name)
}

/** What `download` gives of a signed document: in a zip, its first `signed` files. */
export const signedContent = async (file: FileRef, files: Files, signed: number): Promise<FileRef> => {
  if (file.type !== 'application/zip') return signPiece(file, files)
  const zip = new ZipFile()
  const gathered = await unzip(file, files, { files: 1_000, bytes: 1024 ** 3 })
  for (const [rank, entry] of gathered.entries()) {
    const piece = rank < signed ? await signPiece(entry.file, files) : entry.file
    zip.addReadStream(files.open(piece), entry.path, { compress: false })
  }
  zip.end()
  return files.save(Readable.from(zip.outputStream, { objectMode: false }), file.name)
}

/** The sheet of circulation. */
export const sheetOf = async ({ label, events }: SimDocument, files: Files, note = ''): Promise<FileRef> => {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const page = pdf.addPage()
  const lines = ['Fiche de circulation', label, ...events.map(eventSentence), note]
  lines.forEach((line, rank) =>
    page.drawText(shown(line), { x: 40, y: page.getHeight() - 60 - rank * 18, size: 10, font }),
  )
  return files.save(await pdf.save(), 'fdc.pdf')
}
