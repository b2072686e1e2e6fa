import { readFile, stat } from 'node:fs/promises'
import { PDFDocument, rgb, StandardFonts } from 'pdf-lib'
import { at, childrenOf, messageFileName, parseXml, type SoapMessage, type XmlElement } from '#core'
import { simElement, type SimAnswer, type SimOperation } from '#core/testing'
import { anomalyMessage, receiptMessage } from './simulator-messages.ts'
import type { SimContent, SimDepot } from './simulator-depot.ts'

export interface SimTransaction {
  readonly kind: 'acte' | 'annulation'
  /** The acte, for a cancellation too. */
  readonly acteId: string
  readonly treatment: string
  /** The message as it was laid. */
  readonly message: XmlElement
  /** Official names and contents of the pieces, the acte first. */
  readonly pieces: readonly (readonly [name: string, content: SimContent])[]
  state: 'pending' | 'acknowledged' | 'failed'
}

export interface SimActesOptions {
  readonly siren: string
  readonly department: string
  readonly user: string
  readonly depot: SimDepot
  /** FAST leaves in the folder what it accepts. */
  readonly keeps: boolean
}

export const CONNECTEUR_NAMESPACE = 'http://connecteur.fast.demonstration/'

/** Beyond this, stamping would mean reading the whole file in memory: it comes back as it is. */
const LARGEST_STAMPED = 20 * 1024 * 1024

const bytesOf = (content: SimContent): Promise<Uint8Array> =>
  'path' in content ? readFile(content.path) : Promise.resolve(content.bytes)

const stamped = async (content: SimContent, acteId: string): Promise<SimContent> => {
  if ('path' in content && (await stat(content.path)).size > LARGEST_STAMPED) return content
  const pdf = await PDFDocument.load(await bytesOf(content))
  const font = await pdf.embedFont(StandardFonts.Helvetica)
  const page = pdf.getPage(0)
  const text = `Accusé de réception en préfecture : ${acteId}`
  page.drawText(text, { x: 40, y: page.getHeight() - 30, size: 8, font, color: rgb(0.1, 0.2, 0.6) })
  return { bytes: await pdf.save() }
}

const namesIn = (acte: XmlElement): readonly string[] =>
  [at(acte, 'Document'), ...childrenOf(at(acte, 'Annexes'), 'Annexe')].map(each => at(each, 'NomFichier')?.text ?? '')

const result = (code: number, detail = ''): SimAnswer => [
  `<return>${simElement('code', String(code))}${simElement('detail', detail)}</return>`,
]

/** FAST-ACTES: `traiterACTES` over the folder, and the answers of the préfecture laid in it. */
export const simActes = ({ siren, department, user, depot, keeps }: SimActesOptions) => {
  const transactions: SimTransaction[] = []
  const { held } = depot

  const accepted = (id: string): SimTransaction | undefined =>
    transactions.find(({ kind, acteId, state }) => kind === 'acte' && acteId === id && state !== 'failed')
  const cancelled = (id: string): SimTransaction | undefined =>
    transactions.find(({ kind, acteId }) => kind === 'annulation' && acteId === id)

  const takeActe = (message: XmlElement, file: string): SimTransaction | string => {
    const acteId = file.slice(0, -'-1-1_0.xml'.length)
    if (file !== messageFileName(acteId, '1-1') || !acteId.startsWith(`${department}-${siren}-`))
      return `Nom de fichier non conforme : ${file}`
    const earlier = accepted(acteId)
    if (earlier && !(cancelled(acteId)?.state === 'acknowledged')) return `L'acte ${acteId} a déjà été transmis`
    const names = namesIn(message)
    const missing = names.find(name => !held.has(name))
    if (missing !== undefined) return `Fichier ${missing} introuvable dans le dépôt`
    const pieces = names.map(name => [name, held.get(name) ?? { bytes: new Uint8Array() }] as const)
    return { kind: 'acte', acteId, treatment: '', message, pieces, state: 'pending' }
  }

  const takeCancellation = (message: XmlElement): SimTransaction | string => {
    const acteId = message.attributes['IDActe'] ?? ''
    if (accepted(acteId)?.state !== 'acknowledged') return `L'acte ${acteId} n'est pas acquitté par la préfecture`
    if (cancelled(acteId)) return `L'annulation de l'acte ${acteId} est déjà demandée`
    return { kind: 'annulation', acteId, treatment: '', message, pieces: [], state: 'pending' }
  }

  const treat: SimOperation = async (soap: SoapMessage) => {
    const [type, dn, subscriber, file] = ['typeTraitement', 'DNUtilisateur', 'SIREN', 'fichierACTES'].map(
      name => at(soap.body, name)?.text ?? '',
    ) as [string, string, string, string]
    if (subscriber !== siren) return result(2, `Abonné ${subscriber} inconnu`)
    if (dn !== user) return result(3, `Utilisateur ${dn} inconnu`)
    if (type !== 'TELETRANSMISSION' && type !== 'PREPARATION') return result(4, `Traitement ${type} inconnu`)
    const content = held.get(file)
    if (!content) return result(5, `Fichier ${file} introuvable dans le dépôt`)
    const message = parseXml(Buffer.from(await bytesOf(content)).toString('latin1'))
    const taken = message.name === 'Annulation' ? takeCancellation(message) : takeActe(message, file)
    if (typeof taken === 'string') return result(6, taken)
    transactions.push({ ...taken, treatment: type })
    if (!keeps) for (const name of [file, ...taken.pieces.map(([each]) => each)]) held.delete(name)
    return result(0)
  }

  const last = (): SimTransaction => {
    const found = transactions.at(-1)
    if (!found) throw new Error('No transaction in the simulator.')
    return found
  }

  const acknowledge = async (transaction: SimTransaction): Promise<void> => {
    const { kind, acteId, pieces } = transaction
    transaction.state = 'acknowledged'
    const code = kind === 'acte' ? '1-2' : '6-2'
    const receipt = receiptMessage(kind === 'acte' ? 'ARActe' : 'ARAnnulation', acteId, new Date())
    held.set(`${acteId}-${code}_1.xml`, { bytes: receipt })
    for (const [name, content] of pieces)
      if (name.endsWith('.pdf')) held.set(name.slice(name.indexOf(acteId)), await stamped(content, acteId))
  }

  return {
    transactions,
    service: { namespace: CONNECTEUR_NAMESPACE, operations: { traiterACTES: treat } },
    acknowledge: () => acknowledge(last()),
    fail: (detail: string): void => {
      const transaction = last()
      transaction.state = 'failed'
      held.set(`${transaction.acteId}-1-3_1.xml`, { bytes: anomalyMessage(detail, new Date()) })
    },
    step: async (): Promise<void> => {
      for (const each of transactions) if (each.state === 'pending') await acknowledge(each)
    },
  }
}
