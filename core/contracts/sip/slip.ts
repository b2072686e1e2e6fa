import { at, childrenOf, parseXml, type XmlElement } from '../../connectors/xml-element.ts'

export type SedaVersion = '1.0' | '2.1' | '2.2'

const NAMESPACES: Readonly<Record<string, SedaVersion>> = {
  'fr:gouv:culture:archivesdefrance:seda:v1.0': '1.0',
  'fr:gouv:culture:archivesdefrance:seda:v2.1': '2.1',
  'fr:gouv:culture:archivesdefrance:seda:v2.2': '2.2',
}

/** A file as a slip announces it. */
export interface AnnouncedFile {
  /** Its name in the archive. */
  readonly uri: string
  readonly digest: string
  /** As written: `SHA-256`, `http://www.w3.org/2001/04/xmlenc#sha256`… */
  readonly algorithm: string
  /** Bytes. */
  readonly size: number | undefined
  /** `xml:id` of the object; 1.0 has none. */
  readonly id: string | undefined
}

/** What a slip says, as far as its links and its addressee go. */
export interface Slip {
  readonly version: SedaVersion
  readonly transferId: string
  readonly transferringAgency: string
  readonly archivalAgency: string
  readonly agreement: string | undefined
  readonly files: readonly AnnouncedFile[]
  /** Objects that an archive unit holds (2.x). */
  readonly references: readonly string[]
}

const everywhere = (element: XmlElement, name: string): readonly XmlElement[] => [
  ...(element.name === name ? [element] : []),
  ...element.children.flatMap(child => everywhere(child, name)),
]

const numberIn = (element: XmlElement | undefined): number | undefined =>
  element?.text ? Number(element.text) : undefined

const objectOf2 = (object: XmlElement): AnnouncedFile => {
  const digest = at(object, 'MessageDigest')
  return {
    uri: at(object, 'Uri')?.text ?? at(object, 'Attachment')?.attributes['filename'] ?? '',
    digest: digest?.text ?? '',
    algorithm: digest?.attributes['algorithm'] ?? '',
    size: numberIn(at(object, 'Size')),
    id: object.attributes['id'],
  }
}

const documentOf1 = (document: XmlElement): AnnouncedFile => {
  const integrity = at(document, 'Integrity')
  return {
    uri: at(document, 'Attachment')?.attributes['filename'] ?? '',
    digest: integrity?.text ?? '',
    algorithm: integrity?.attributes['algorithme'] ?? integrity?.attributes['algorithm'] ?? '',
    size: numberIn(at(document, 'Size')),
    id: undefined,
  }
}

/**
 * Reads a slip of SEDA 1.0, 2.1 or 2.2 (seda.md §2 and §3).
 * @throws Error with a French sentence when it is not one
 */
export const readSlip = (xml: string): Slip => {
  let root: XmlElement
  try {
    root = parseXml(xml)
  } catch (cause) {
    throw new Error(
      `Le bordereau n'est pas du XML lisible : ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    )
  }
  const version = NAMESPACES[root.namespace]
  if (root.name !== 'ArchiveTransfer' || version === undefined)
    throw new Error(
      `Le bordereau n'est pas un transfert SEDA 1.0, 2.1 ou 2.2 : sa racine est « ${root.name} » de l'espace « ${root.namespace} ».`,
    )
  const first = version === '1.0'
  const identifier = first ? 'Identification' : 'Identifier'
  const objects = at(root, 'DataObjectPackage')
  return {
    version,
    transferId: at(root, first ? 'TransferIdentifier' : 'MessageIdentifier')?.text ?? '',
    transferringAgency: at(root, 'TransferringAgency', identifier)?.text ?? '',
    archivalAgency: at(root, 'ArchivalAgency', identifier)?.text ?? '',
    agreement: (first ? at(root, 'Archive', 'ArchivalAgreement') : at(root, 'ArchivalAgreement'))?.text,
    files: first
      ? everywhere(root, 'Document').map(documentOf1)
      : [
          ...childrenOf(objects, 'BinaryDataObject'),
          ...childrenOf(objects, 'DataObjectGroup').flatMap(group => childrenOf(group, 'BinaryDataObject')),
        ].map(objectOf2),
    references: objects ? everywhere(objects, 'DataObjectReferenceId').map(each => each.text) : [],
  }
}
