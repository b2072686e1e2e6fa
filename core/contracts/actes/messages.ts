import { toLatin1 } from '../../connectors/http-client-body.ts'
import { at, parseXml } from '../../connectors/xml-element.ts'
import { xmlText } from '../../remotes/soap/envelope.ts'
import type { ActeATransmettre } from '../tdt-actes.ts'

/** Namespace of every message (formats/actes.md §1). */
export const ACTES_NAMESPACE = 'http://www.interieur.gouv.fr/ACTES#v1.1-20040216'

const CHARSET = 'iso-8859-1'

/** The text of a message, in the encoding that it declares; ISO-8859-1 otherwise, the custom of ACTES. */
export const decodeActesMessage = (bytes: Uint8Array): string => {
  const head = new TextDecoder(CHARSET).decode(bytes.subarray(0, 200))
  const declared = /^<\?xml[^>]*encoding=["']([\w-]+)["']/u.exec(head.trimStart())?.[1]
  return new TextDecoder(declared?.toLowerCase() === 'utf-8' ? 'utf-8' : CHARSET).decode(bytes)
}

const written = (xml: string): Buffer =>
  Buffer.from(toLatin1(`<?xml version="1.0" encoding="ISO-8859-1"?>\n${xml}\n`), 'latin1')

const attributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` actes:${name}="${xmlText(value)}"`)
    .join('')

const element = (name: string, inside: string, values: Readonly<Record<string, string>> = {}): string =>
  `<actes:${name}${attributes(values)}>${inside}</actes:${name}>`

const fileElement = (name: string, file: string): string => element(name, element('NomFichier', xmlText(file)))

/**
 * Message 1-1, in ISO-8859-1 (formats/actes.md §4).
 * @param names official names of the main file, then of the annexes
 */
export const transmissionMessage = (
  acte: Pick<ActeATransmettre, 'date' | 'numero' | 'nature' | 'classification' | 'objet' | 'papier'>,
  { names: [main = '', ...annexes], version }: { readonly names: readonly string[]; readonly version: string },
): Buffer => {
  const levels = acte.classification
    .split('.')
    .map((code, rank) => `<actes:CodeMatiere${rank + 1}${attributes({ CodeMatiere: code })}/>`)
  const head = attributes({ Date: acte.date, NumeroInterne: acte.numero, CodeNatureActe: acte.nature })
  return written(
    `<actes:Acte xmlns:actes="${ACTES_NAMESPACE}"${head}>` +
      levels.join('') +
      element('Objet', xmlText(toLatin1(acte.objet))) +
      element('ClassificationDateVersion', xmlText(version)) +
      fileElement('Document', main) +
      element('Annexes', annexes.map(name => fileElement('Annexe', name)).join(''), {
        Nombre: String(annexes.length),
      }) +
      element('DocumentPapier', acte.papier ? 'O' : 'N') +
      '</actes:Acte>',
  )
}

/** Message 6-1: asks the préfecture to cancel an acknowledged acte. */
export const cancellationMessage = (acteId: string): Buffer =>
  written(`<actes:Annulation xmlns:actes="${ACTES_NAMESPACE}"${attributes({ IDActe: acteId })}/>`)

/** `ARActe` (1-2) or `ARAnnulation` (6-2): whose, and when. @throws Error when it is something else */
export const readActesReceipt = (
  bytes: Uint8Array,
  root: 'ARActe' | 'ARAnnulation',
): { readonly acteId: string; readonly receivedOn: string } => {
  const message = parseXml(decodeActesMessage(bytes).trim())
  if (message.name !== root) throw new Error(`unexpected root ${message.name}`)
  const { IDActe: acteId = '', DateReception: receivedOn = '' } = message.attributes
  if (!acteId || !/^\d{4}-\d\d-\d\d$/u.test(receivedOn)) throw new Error('incomplete receipt')
  return { acteId, receivedOn }
}

/** The detail of an `AnomalieActe` (1-3), empty when there is none. @throws Error when it is something else */
export const readActesAnomaly = (bytes: Uint8Array): string => {
  const message = parseXml(decodeActesMessage(bytes).trim())
  if (message.name !== 'AnomalieActe') throw new Error(`unexpected root ${message.name}`)
  return at(message, 'Detail')?.text || message.attributes['Detail'] || ''
}
