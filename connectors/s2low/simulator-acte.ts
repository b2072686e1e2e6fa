import { createReadStream } from 'node:fs'
import { createGzip } from 'node:zlib'
import type { Readable } from 'node:stream'
import { PDFDocument, StandardFonts, rgb } from 'pdf-lib'
import { pack } from 'tar-stream'
import { localDay, toLatin1 } from '#core'
import type { SimFile } from '#core/testing'
import { natureOf } from './simulator-classification.ts'

export interface SimActeFile {
  readonly id: number
  readonly name: string
  readonly posted: string
  readonly mimetype: string
  readonly type: string
  readonly content: SimFile | Uint8Array
}

/** A transaction: 1 transmission, 2 to 5 letters of the préfecture, 6 cancellation, 7 request of classification. */
export interface SimTransaction {
  readonly id: number
  readonly type: number
  readonly number: string
  readonly subject: string
  /** Day of the decision. */
  readonly date: string
  readonly nature: string
  readonly classification: string
  readonly files: readonly SimActeFile[]
  readonly related: number | undefined
  readonly uniqueId: string
  /** Codes of states with their moment, in order. */
  readonly workflow: { readonly code: number; readonly at: Date }[]
  /** For an answer of ours to a letter: whether it refuses. Its `type` is the one of the letter, `related` its transaction. */
  readonly answer: 'refusal' | 'sending' | undefined
  /** Addresses that the platform warns by itself. */
  readonly broadcast: readonly string[]
  message: string
  /** Acknowledgement, ISO-8859-1. */
  ar: Buffer | undefined
  read: boolean
}

export const codeOf = (transaction: SimTransaction): number => transaction.workflow.at(-1)?.code ?? 1

const DEPARTMENT = '034'
const SIREN = '000000000'
/** Beyond this, stamping would mean reading the whole file in memory: it comes back as it is. */
const LARGEST_STAMPED = 20 * 1024 * 1024
const NAMESPACE = 'xmlns:actes="http://www.interieur.gouv.fr/ACTES#v1.1-20040216"'

export const acteIdOf = ({ date, number, nature }: Pick<SimTransaction, 'date' | 'number' | 'nature'>): string =>
  `${DEPARTMENT}-${SIREN}-${date.replaceAll('-', '')}-${number}-${natureOf(nature)?.short ?? 'AU'}`

const ANSWER_RECEIPTS: Readonly<Record<number, string>> = {
  3: 'ARPieceComplementaire',
  4: 'ARReponseLettreObservations',
}

/** The acknowledgement of the préfecture, with an accent so that its encoding matters. */
export const acknowledgementOf = (transaction: SimTransaction, at: Date, classificationDate: string): Buffer => {
  const head = `<?xml version="1.0" encoding="ISO-8859-1"?>\n`
  const attributes = `${NAMESPACE} actes:DateReception="${localDay(at)}" actes:IDActe="${transaction.uniqueId}"`
  const short =
    transaction.type === 6 ? 'ARAnnulation' : transaction.answer ? ANSWER_RECEIPTS[transaction.type] : undefined
  const xml =
    short !== undefined
      ? `${head}<actes:${short} ${attributes}/>`
      : `${head}<!-- Préfecture de l'Hérault --><actes:ARActe ${attributes}><actes:ActeRecu actes:NumeroInterne="${transaction.number}" actes:CodeNatureActe="${transaction.nature}"/>` +
        `<actes:ClassificationDateVersionEnCours>${classificationDate}</actes:ClassificationDateVersionEnCours></actes:ARActe>`
  return Buffer.from(toLatin1(xml), 'latin1')
}

const winAnsi = (text: string): string => toLatin1(text).replace(/[^\u0020-\u007e\u00a0-\u00ff]/gu, '?')

const bytesOf = ({ content }: SimActeFile): Promise<Uint8Array> =>
  content instanceof Uint8Array ? Promise.resolve(content) : content.bytes()
export const sizeOf = ({ content }: SimActeFile): number =>
  content instanceof Uint8Array ? content.length : content.size

export const streamOf = ({ content }: SimActeFile): Uint8Array | Readable =>
  content instanceof Uint8Array ? content : createReadStream(content.path)

/** The original with the stamp of the préfecture in its corner. */
export const stamp = async (
  file: SimActeFile,
  transaction: SimTransaction,
  postedOn: string | undefined,
): Promise<Uint8Array | Readable> => {
  if (file.mimetype !== 'application/pdf' || sizeOf(file) > LARGEST_STAMPED) return streamOf(file)
  const pdf = await PDFDocument.load(await bytesOf(file))
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const received = transaction.workflow.find(({ code }) => code === 4)?.at
  const lines = [
    'Accusé de réception en préfecture',
    transaction.uniqueId,
    `Reçu le ${received ? localDay(received) : ''}`,
    ...(postedOn ? [`Affiché le ${postedOn}`] : []),
  ]
  const page = pdf.getPage(0)
  const { width, height } = page.getSize()
  page.drawRectangle({
    x: width - 230,
    y: height - 76,
    width: 215,
    height: 62,
    borderColor: rgb(0.1, 0.2, 0.6),
    borderWidth: 1,
  })
  lines.forEach((line, rank) => {
    page.drawText(winAnsi(line), {
      x: width - 222,
      y: height - 30 - rank * 13,
      size: 8,
      font,
      color: rgb(0.1, 0.2, 0.6),
    })
  })
  return pdf.save()
}

/** The acknowledgement slip. */
export const slipOf = async (transaction: SimTransaction): Promise<Uint8Array> => {
  const pdf = await PDFDocument.create()
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const page = pdf.addPage()
  const lines = [
    "Bordereau d'acquittement de transaction",
    `Acte : ${transaction.number}`,
    `Objet : ${transaction.subject}`,
    `Identifiant : ${transaction.uniqueId}`,
    ...transaction.workflow.map(({ code, at }) => `État ${code} le ${at.toISOString()}`),
  ]
  lines.forEach((line, rank) =>
    page.drawText(winAnsi(line), { x: 50, y: page.getHeight() - 70 - rank * 18, size: 11, font }),
  )
  return pdf.save()
}

/** `EACT--SIREN…tar.gz`: what the préfecture sent, as an archive. */
export const envelopeOf = (transaction: SimTransaction): Readable => {
  const archive = pack()
  for (const { name, content } of transaction.files)
    archive.entry({ name }, Buffer.from(content instanceof Uint8Array ? content : ''))
  archive.finalize()
  return archive.pipe(createGzip())
}

export const messageFile = (
  transaction: Pick<SimTransaction, 'uniqueId' | 'number' | 'subject'>,
): Omit<SimActeFile, 'id'> => ({
  name: `${transaction.uniqueId}-1-1_0.xml`,
  posted: '',
  mimetype: 'text/xml',
  type: '',
  content: Buffer.from(
    toLatin1(
      `<?xml version="1.0" encoding="ISO-8859-1"?>\n<actes:Acte ${NAMESPACE} actes:NumeroInterne="${transaction.number}"><actes:Objet>${transaction.subject.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</actes:Objet></actes:Acte>`,
    ),
    'latin1',
  ),
})
