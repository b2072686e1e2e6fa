import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { PDFDocument, rgb, StandardFonts } from 'pdf-lib'
import type { FileRef, Files } from '#core'
import { signDetached, type IssuedClient } from '#core/testing'
import type { LogDossier } from './history.ts'

export interface SimPiece {
  readonly name: string
  readonly file: FileRef
  signed?: FileRef
  detached?: FileRef
}

export interface SimDossier {
  readonly id: string
  readonly title: string
  readonly type: string
  readonly subtype: string
  readonly document: SimPiece
  /** Detached signature that came with the document. */
  readonly primo: FileRef | undefined
  readonly visual: FileRef | undefined
  readonly others: readonly SimPiece[]
  readonly annexes: SimPiece[]
  readonly metadata: Readonly<Record<string, string>>
  readonly xpath: string | undefined
  readonly publicAnnotation: string
  readonly privateAnnotation: string
  readonly visibility: string
  readonly deadline: string | undefined
  readonly logs: LogDossier[]
}

const VISA = 'Direction générale'
const MAIRE = 'Bureau de la maire'
/** The statuses of a folder that nobody refuses, with the desk that gives each. */
export const CIRCUIT: readonly (readonly [status: string, desk: string])[] = [
  ['NonLu', VISA],
  ['Lu', VISA],
  ['Vise', VISA],
  ['NonLu', MAIRE],
  ['Lu', MAIRE],
  ['Signe', MAIRE],
  ['Archive', MAIRE],
]
/** Beyond this, signing would mean reading the whole document in memory: its name alone is signed, beside it. */
const LARGEST_SIGNED = 20 * 1024 * 1024

export const log = (status: string, nom: string, at: Date, annotation = ''): LogDossier => ({
  timestamp: at.toISOString().replace('Z', '+00:00'),
  nom,
  status,
  annotation,
})

export const statusOf = ({ logs }: SimDossier): string => logs.at(-1)?.status ?? ''
export const isPending = (dossier: SimDossier): boolean => !/^(?:Archive|Rejet)/u.test(statusOf(dossier))

const signPdf = async (bytes: Uint8Array, at: Date): Promise<Uint8Array> => {
  const pdf = await PDFDocument.load(bytes)
  const font = await pdf.embedFont(StandardFonts.HelveticaBold)
  const page = pdf.getPage(pdf.getPageCount() - 1)
  const text = `Signé électroniquement par Camille MAIRE, ${at.toISOString().slice(0, 19)}`
  page.drawText(text, { x: 40, y: 24, size: 9, font, color: rgb(0.1, 0.2, 0.5) })
  return pdf.save()
}

/** The signature goes where the XPath says: at the end of each bordereau, or of the root. */
const signXml = (xml: string, xpath: string): string => {
  const signature = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="demonstration"/>'
  if (xpath !== '.') return xml.replaceAll('</Bordereau>', `${signature}</Bordereau>`)
  const end = xml.lastIndexOf('</')
  return xml.slice(0, end) + signature + xml.slice(end)
}

interface Signing {
  readonly files: Files
  readonly signer: () => IssuedClient
  readonly at: Date
}

const signPiece = async (piece: SimPiece, xpath: string | undefined, { files, signer, at }: Signing): Promise<void> => {
  const { file, name } = piece
  const isSmall = file.size <= LARGEST_SIGNED
  if (isSmall && file.type === 'application/xml' && xpath !== undefined) {
    const xml = (await buffer(files.open(file))).toString('latin1')
    piece.signed = await files.save(Buffer.from(signXml(xml, xpath), 'latin1'), name)
    return
  }
  // A PDF that pdf-lib cannot open (encrypted, damaged) is signed beside, as a real one would have to be.
  const pdf =
    isSmall && file.type === 'application/pdf'
      ? await signPdf(await buffer(files.open(file)), at).catch(() => undefined)
      : undefined
  if (pdf) piece.signed = await files.save(pdf, name)
  else {
    const signed = isSmall ? await buffer(files.open(file)) : Buffer.from(name)
    piece.detached = await files.save(signDetached(signed, signer()), `${name}.p7s`)
  }
}

/** One step of the circuit. */
export const advance = async (dossier: SimDossier, signing: Signing): Promise<void> => {
  const next = CIRCUIT[dossier.logs.length]
  if (!next || !isPending(dossier)) return
  const [status, desk] = next
  if (status === 'Signe')
    for (const piece of [dossier.document, ...dossier.others]) await signPiece(piece, dossier.xpath, signing)
  dossier.logs.push(log(status, desk, signing.at, status === 'Archive' ? 'Circuit terminé' : ''))
}

/** The desk that has the folder refuses it; the status says at which stage. */
export const reject = (dossier: SimDossier, reason: string, at: Date): void => {
  const desk = dossier.logs.at(-1)?.nom ?? VISA
  dossier.logs.push(log(desk === MAIRE ? 'RejetSignataire' : 'RejetVisa', desk, at, reason))
}

export const slipOf = async (dossier: SimDossier, files: Files): Promise<FileRef> => {
  const pdf = await PDFDocument.create()
  // The same folder gives the same slip twice.
  pdf.setCreationDate(new Date(0))
  pdf.setModificationDate(new Date(0))
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const page = pdf.addPage()
  const lines = [
    'Bordereau de circulation',
    dossier.title,
    ...dossier.logs.map(({ timestamp, nom, status, annotation }) => `${timestamp}  ${nom}  ${status}  ${annotation}`),
  ]
  lines.forEach((line, rank) => {
    const shown = line.replace(/[^\u0020-\u007e\u00a0-\u00ff]/gu, '?')
    page.drawText(shown, { x: 40, y: page.getHeight() - 60 - rank * 18, size: 10, font })
  })
  return files.save(Readable.from([Buffer.from(await pdf.save())]), 'bordereau.pdf')
}
