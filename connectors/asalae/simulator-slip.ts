import { createReadStream } from 'node:fs'
import { SaxesParser } from 'saxes'

export type SlipVersion = '1.0' | '2.1' | '2.2'

/** A file announced by a slip. */
export interface Announced {
  readonly uri: string
  readonly algorithm: string
  /** As written: hexadecimal. */
  readonly digest: string
  /** Bytes; `undefined` when the slip gives none, or in another unit. */
  readonly size: number | undefined
}

export interface Slip {
  readonly version: SlipVersion
  readonly namespace: string
  readonly transferId: string
  readonly agency: string
  readonly archivalAgency: string
  readonly attachments: readonly Announced[]
  /** What is wrong with it, in sentences. */
  readonly faults: readonly string[]
}

const NAMESPACES: Readonly<Record<string, SlipVersion>> = {
  'fr:gouv:culture:archivesdefrance:seda:v1.0': '1.0',
  'fr:gouv:culture:archivesdefrance:seda:v2.1': '2.1',
  'fr:gouv:culture:archivesdefrance:seda:v2.2': '2.2',
}
const BYTES = 'AD'

interface Seen {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  text: string
}

/** The file being described: a BinaryDataObject of 2.x or a Document of 1.0. */
interface Described {
  id: string
  uri: string
  algorithm: string
  digest: string
  size: number | undefined
}

const describe = (current: Described, { name, attributes, text }: Seen): void => {
  const value = text.trim()
  if (name === 'Uri') current.uri = value
  if (name === 'Attachment') current.uri = attributes['filename'] ?? attributes['uri'] ?? current.uri
  if (name === 'MessageDigest') [current.digest, current.algorithm] = [value, attributes['algorithm'] ?? '']
  if (name === 'Integrity') [current.digest, current.algorithm] = [value, attributes['algorithme'] ?? '']
  if (name === 'Size' && (attributes['unitCode'] ?? BYTES) === BYTES) current.size = Number(value)
}

const missing = (what: string): string => `Le bordereau ne donne pas ${what}.`

/**
 * Reads a slip without holding it, and checks what binds its parts together: namespace, identifiers, files with a digest,
 * references that lead somewhere, files that are all referred to.
 * @throws Error when it is not well-formed XML
 */
export const readSlip = async (path: string): Promise<Slip> => {
  const open: Seen[] = []
  const described: Described[] = []
  const groups = new Set<string>()
  const references = new Set<string>()
  const header = new Map<string, string>()
  let current: Described | undefined
  let [root, namespace] = ['', '']

  const parser = new SaxesParser({ xmlns: true })
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (open.length === 0) [root, namespace] = [local, uri]
    const plain = Object.fromEntries(Object.values(attributes).map(each => [each.local, each.value]))
    open.push({ name: local, attributes: plain, text: '' })
    if (local === 'DataObjectGroup') groups.add(plain['id'] ?? '')
    if (local !== 'BinaryDataObject' && local !== 'Document') return
    current = { id: plain['id'] ?? '', uri: '', algorithm: '', digest: '', size: undefined }
    described.push(current)
  })
  const append = (text: string) => {
    const element = open.at(-1)
    if (element) element.text += text
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', () => {
    const closed = open.pop()
    if (!closed) return
    const parent = open.at(-1)?.name ?? ''
    if (open.length === 1) header.set(closed.name, closed.text.trim())
    if (open.length === 2 && (closed.name === 'Identifier' || closed.name === 'Identification'))
      header.set(`${parent}/Identifier`, closed.text.trim())
    if (closed.name === 'DataObjectReferenceId' || closed.name === 'DataObjectGroupReferenceId')
      if (parent === 'DataObjectReference') references.add(closed.text.trim())
    if (closed.name === 'DataObjectGroupId') groups.add(closed.text.trim())
    if (closed.name === 'BinaryDataObject' || closed.name === 'Document') current = undefined
    else if (current) describe(current, closed)
  })
  parser.on('error', error => {
    throw error
  })
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) parser.write(chunk)
  parser.close()

  const version = NAMESPACES[namespace]
  const transferId = header.get(version === '1.0' ? 'TransferIdentifier' : 'MessageIdentifier') ?? ''
  const agency = header.get('TransferringAgency/Identifier') ?? ''
  const archivalAgency = header.get('ArchivalAgency/Identifier') ?? ''
  const known = new Set([...described.map(({ id }) => id), ...groups])
  const faults = [
    ...(root === 'ArchiveTransfer' && version ? [] : [`Ce message SEDA n'est pas reconnu : ${root} ${namespace}.`]),
    ...(transferId ? [] : [missing("l'identifiant du transfert")]),
    ...(agency ? [] : [missing('le service versant')]),
    ...(archivalAgency ? [] : [missing("le service d'archives")]),
    ...(header.get('Date') ? [] : [missing('sa date')]),
    ...(described.length > 0 ? [] : ['Le bordereau ne décrit aucun fichier.']),
    ...described.filter(({ uri }) => !uri).map(({ id }) => missing(`le nom du fichier ${id}`)),
    ...described.filter(({ digest }) => !digest).map(({ uri }) => missing(`l'empreinte de « ${uri} »`)),
    ...[...references].filter(id => !known.has(id)).map(id => `La référence « ${id} » ne mène à aucun fichier.`),
    ...(version === '1.0' || groups.size > 0
      ? []
      : described
          .filter(({ id }) => !references.has(id))
          .map(({ uri }) => `Aucune unité d'archives ne contient « ${uri} ».`)),
  ]
  return { version: version ?? '2.1', namespace, transferId, agency, archivalAgency, attachments: described, faults }
}
