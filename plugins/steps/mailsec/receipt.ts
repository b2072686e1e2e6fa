import { PDFDocument, StandardFonts, type PDFFont, type PDFPage } from 'pdf-lib'
import { filesHeld, localMoment, type DocumentContents, type FileRef, type Files } from '#core'
import { spelt } from './latin.ts'
import { ROLES, type Recipient } from './recipients.ts'

const [WIDTH, HEIGHT, MARGIN] = [595, 842, 50]

/** What a recipient is shown, under the label of its field. */
export interface Shown {
  readonly label: string
  readonly file: FileRef
}

/** The files that a step received, by the labels of its inputs. */
export const shownFiles = (
  inputs: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, string>>,
): readonly Shown[] =>
  Object.entries(labels).flatMap(([name, label]) => filesHeld(inputs[name]).map(file => ({ label, file })))

interface Writer {
  line(text: string, options?: { readonly size?: number; readonly bold?: true; readonly indent?: number }): void
  gap(): void
  /** Something could not be written as it is. */
  isRespelt(): boolean
}

const writerOn = (pdf: PDFDocument, regular: PDFFont, strong: PDFFont): Writer => {
  let page: PDFPage = pdf.addPage([WIDTH, HEIGHT])
  let y = HEIGHT - MARGIN
  const known = new Set(regular.getCharacterSet())
  let respelt = false
  // The fonts of every reader know western languages; the rest must not prevent a proof from being made.
  const readable = (given: string): string => {
    const { text, changed } = spelt(given.replaceAll(/\s+/gu, ' '), known)
    respelt ||= changed
    return text
  }
  const put = (text: string, font: PDFFont, size: number, indent: number) => {
    if (y < MARGIN + size) {
      page = pdf.addPage([WIDTH, HEIGHT])
      y = HEIGHT - MARGIN
    }
    page.drawText(text, { x: MARGIN + indent, y: y - size, size, font })
    y -= size * 1.4
  }
  return {
    line(text, { size = 10, bold, indent = 0 } = {}) {
      const font = bold ? strong : regular
      const room = WIDTH - 2 * MARGIN - indent
      let held = ''
      for (const sign of readable(text)) {
        if (font.widthOfTextAtSize(held + sign, size) > room) {
          const cut = held.includes(' ') ? held.lastIndexOf(' ') + 1 : held.length
          put(held.slice(0, cut), font, size, indent)
          held = held.slice(cut)
        }
        held += sign
      }
      put(held, font, size, indent)
    },
    gap: () => void (y -= 10),
    isRespelt: () => respelt,
  }
}

const lineOf = ({ role, envoyeLe, relanceLe, envois, luLe, reponduLe, erreur }: Recipient): readonly string[] => [
  `${ROLES[role]}. Envoyé : ${envoyeLe ?? 'non'}. Envois : ${envois}${relanceLe === undefined ? '' : `, le dernier le ${relanceLe}`}.`,
  `Lu : ${luLe ?? 'non'}. Répondu : ${reponduLe ?? 'non'}.`,
  ...(erreur === undefined ? [] : [`Non remis : ${erreur}`]),
]

/**
 * The proof of notification: what was shown, by its digests, and what each recipient did. Made again whenever that changes.
 * @returns `accuse_notification.pdf`, stored
 */
export const makeReceipt = async (
  {
    contents,
    shown,
    recipients,
  }: {
    readonly contents: DocumentContents
    readonly shown: readonly Shown[]
    readonly recipients: readonly Recipient[]
  },
  { files, now }: { readonly files: Files; readonly now: Date },
): Promise<FileRef> => {
  const pdf = await PDFDocument.create()
  pdf.setTitle('Accusé de notification', { showInWindowTitleBar: true })
  pdf.setLanguage('fr-FR')
  pdf.setCreationDate(now)
  pdf.setModificationDate(now)
  const writer = writerOn(
    pdf,
    await pdf.embedFont(StandardFonts.Helvetica),
    await pdf.embedFont(StandardFonts.HelveticaBold),
  )
  writer.line('Accusé de notification', { size: 18, bold: true })
  writer.gap()
  writer.line(`Objet : ${contents.title}`, { size: 12 })
  writer.line(`Émetteur : ${contents.entity.name}`)
  writer.line(`Type de dossier : ${contents.flow.label} – identifiant : ${contents.id}`)
  writer.line(`Établi le ${localMoment(now)} (heure de Paris)`)
  writer.gap()
  writer.line(`Fichiers notifiés : ${shown.length}`, { size: 13, bold: true })
  for (const { label, file } of shown) {
    writer.line(`${label} : ${file.name}`)
    writer.line(`SHA-256 : ${file.sha256}`, { size: 8, indent: 12 })
  }
  writer.gap()
  writer.line(`Destinataires : ${recipients.length}`, { size: 13, bold: true })
  for (const recipient of recipients) {
    writer.line(recipient.nom === undefined ? recipient.adresse : `${recipient.nom} – ${recipient.adresse}`, {
      bold: true,
    })
    for (const text of lineOf(recipient)) writer.line(text, { indent: 12 })
  }
  if (writer.isRespelt()) {
    writer.gap()
    writer.line(
      "Certains caractères n'existent pas dans la police de ce document : ils y sont écrits sans leur accent, ou par leur numéro Unicode (U+…). Les valeurs exactes sont dans le dossier.",
      { size: 8 },
    )
  }
  return files.save(await pdf.save(), 'accuse_notification.pdf')
}
