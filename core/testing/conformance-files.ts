import { Readable } from 'node:stream'
import { PDFDocument, StandardFonts } from 'pdf-lib'
import type { Files } from '../authoring/context.ts'
import type { FileRef } from '../authoring/values.ts'

/** A true PDF of one page. */
export const samplePdf = async (files: Files, name: string, text = name): Promise<FileRef> => {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  pdf.addPage().drawText(text, { x: 60, y: 700, size: 14, font })
  return files.save(await pdf.save(), name)
}

const MEGABYTE = 1024 * 1024

/** A file of so many megabytes, made without holding it. */
export const bigFile = (files: Files, name: string, megabytes: number): Promise<FileRef> => {
  function* blocks(): Generator<Buffer> {
    yield Buffer.from('%PDF-1.7\n')
    for (let rank = 0; rank < megabytes; rank += 1) yield Buffer.alloc(MEGABYTE, rank % 251)
  }
  return files.save(Readable.from(blocks()), name)
}

/** Runs and says by how many megabytes the memory of the process grew at most meanwhile. */
export const memoryGrowth = async (run: () => Promise<void>): Promise<number> => {
  const before = process.memoryUsage.rss()
  let highest = before
  const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 10)
  try {
    await run()
  } finally {
    clearInterval(watch)
  }
  return (highest - before) / MEGABYTE
}
