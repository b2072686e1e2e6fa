import { PDFDocument, StandardFonts } from 'pdf-lib'
import { FileMissingError, PermanentError, streamXml, type FileRef, type Files } from '#core'
import type { IparapheurSettings } from './fields.ts'

export const isXml = ({ type }: FileRef): boolean => type === 'application/xml' || type === 'text/xml'

interface Marks {
  root: string
  rootHasId: boolean
  bordereaux: number
  bordereauxWithId: number
}

const marksIn = async (file: FileRef, files: Files): Promise<Marks> => {
  const marks: Marks = { root: '', rootHasId: false, bordereaux: 0, bordereauxWithId: 0 }
  await streamXml(files.open(file), {
    open(name, attributes, path) {
      const hasId = Boolean(attributes['Id'])
      if (path.length === 1) {
        marks.root = name
        marks.rootHasId = hasId
      } else if (name === 'Bordereau') {
        marks.bordereaux += 1
        if (hasId) marks.bordereauxWithId += 1
      }
    },
  }).catch((cause: unknown) => {
    if (cause instanceof FileMissingError) throw cause
    throw new PermanentError(
      `« ${file.name} » n'est pas un fichier XML lisible : il ne peut pas être signé. Corrigez-le puis réessayez.`,
      { cause },
    )
  })
  return marks
}

/**
 * Which part of an XML document the parapheur must sign (`XPathPourSignatureXML`); `undefined` for a detached signature.
 * The document is read as a stream.
 * @throws PermanentError when a PES has no `Id` that a signature could point at
 */
export const signedPart = async (
  file: FileRef,
  files: Files,
  mode: IparapheurSettings['signatureXml'],
): Promise<string | undefined> => {
  if (mode === '2') return '//Bordereau'
  if (mode === '3') return '.'
  if (mode === '4') return undefined
  const { root, rootHasId, bordereaux, bordereauxWithId } = await marksIn(file, files)
  if (bordereaux > 0 && bordereauxWithId === bordereaux) return '//Bordereau'
  if (rootHasId) return '.'
  // What is not a PES was never meant to hold its signature.
  if (root !== 'PES_Aller' && bordereaux === 0) return undefined
  throw new PermanentError(
    `Le PES « ${file.name} » ne peut pas être signé : ni sa racine, ni tous ses bordereaux ne portent d'attribut Id. Demandez à l'éditeur de la gestion financière de les ajouter.`,
  )
}

/** What signatories see of an XML document when the settings hold no PDF for that. */
export const standInPdf = async (file: FileRef): Promise<Uint8Array> => {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const page = pdf.addPage()
  const lines = ['Document XML à signer', file.name, `${file.size} octets`, `Empreinte SHA-256 : ${file.sha256}`]
  lines.forEach((line, rank) => {
    // The standard fonts of PDF only know Latin-1.
    const shown = line.replace(/[^\u0020-\u007e\u00a0-\u00ff]/gu, '?')
    page.drawText(shown, { x: 50, y: page.getHeight() - 80 - rank * 24, size: rank === 0 ? 16 : 10, font })
  })
  return pdf.save()
}
