import { xmlText, type FileRef, type SoapBinary, type SoapPart } from '#core'
import { NAMESPACE } from './wire.ts'

/** A request without a file: `simple('GetHistoDossier', id)`. */
export const simple = (operation: string, value = ''): readonly SoapPart[] => [
  `<ns:${operation} xmlns:ns="${NAMESPACE}">${xmlText(value)}</ns:${operation}>`,
]

export const archiving = (id: string, action: 'EFFACER' | 'ARCHIVER'): readonly SoapPart[] => [
  `<ns:ArchiverDossierRequest xmlns:ns="${NAMESPACE}">${element('DossierID', id)}${element('ArchivageAction', action)}</ns:ArchiverDossierRequest>`,
]

/** A file of a folder, under the name that the parapheur shows. */
export interface NamedFile {
  readonly name: string
  readonly file: FileRef
}

export interface Creation {
  readonly id: string
  readonly title: string
  readonly type: string
  readonly subtype: string
  readonly document: NamedFile
  readonly signature: FileRef | undefined
  readonly visual: FileRef | Uint8Array | undefined
  /** Signed as the document is. */
  readonly others: readonly NamedFile[]
  readonly annexes: readonly NamedFile[]
  readonly metadata: Readonly<Record<string, string>>
  readonly xpath: string | undefined
  readonly publicAnnotation: string
  readonly privateAnnotation: string
  readonly visibility: string
  /** `YYYY-MM-DD`. */
  readonly deadline: string | undefined
}

const element = (name: string, value: string): string => `<ns:${name}>${xmlText(value)}</ns:${name}>`

/** An element that the schema wants even when there is nothing to say. */
const nillable = (name: string, value: string | undefined): string =>
  value === undefined ? `<ns:${name} xsi:nil="true"/>` : element(name, value)

const binary = (name: string, content: SoapBinary['binary'], type: string): readonly SoapPart[] => [
  `<ns:${name} xmime:contentType="${xmlText(type)}">`,
  { binary: content, type },
  `</ns:${name}>`,
]

/** The parapheur knows two kinds of detached signatures (steps.md): XML, and PKCS#7 for anything else but several in a zip. */
const signatureType = ({ type }: FileRef): string =>
  type === 'application/xml' || type === 'application/zip' ? type : 'application/pkcs7-signature'

const docAnnexe = ({ name, file }: NamedFile): readonly SoapPart[] => [
  `<ns:DocAnnexe>${element('nom', name)}`,
  ...binary('fichier', file, file.type),
  `${element('mimetype', file.type)}${element('encoding', 'UTF-8')}</ns:DocAnnexe>`,
]

const list = (name: string, files: readonly NamedFile[]): readonly SoapPart[] =>
  files.length === 0 ? [] : [`<ns:${name}>`, ...files.flatMap(docAnnexe), `</ns:${name}>`]

/** `CreerDossierRequest`: the whole folder, in the order of the reference (§3). */
export const creation = (folder: Creation): readonly SoapPart[] => [
  `<ns:CreerDossierRequest xmlns:ns="${NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xmime="http://www.w3.org/2005/05/xmlmime">`,
  element('TypeTechnique', folder.type),
  element('SousType', folder.subtype),
  element('DossierID', folder.id),
  element('DossierTitre', folder.title),
  ...binary('DocumentPrincipal', folder.document.file, folder.document.file.type),
  element('NomDocPrincipal', folder.document.name),
  ...(folder.signature ? binary('SignatureDocPrincipal', folder.signature, signatureType(folder.signature)) : []),
  ...(folder.visual ? binary('VisuelPDF', folder.visual, 'application/pdf') : [nillable('VisuelPDF', undefined)]),
  ...list('DocumentsSupplementaires', folder.others),
  ...list('DocumentsAnnexes', folder.annexes),
  '<ns:MetaData>',
  ...Object.entries(folder.metadata).map(
    ([name, value]) => `<ns:MetaDonnee>${element('nom', name)}${element('valeur', value)}</ns:MetaDonnee>`,
  ),
  '</ns:MetaData>',
  nillable('XPathPourSignatureXML', folder.xpath),
  nillable('MetaDataTdtACTES', undefined),
  element('AnnotationPublique', folder.publicAnnotation),
  element('AnnotationPrivee', folder.privateAnnotation),
  element('Visibilite', folder.visibility),
  nillable('DateLimite', folder.deadline),
  '</ns:CreerDossierRequest>',
]
