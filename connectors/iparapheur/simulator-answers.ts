import { xmlText, type FileRef, type SoapPart } from '#core'
import type { SimDossier, SimPiece } from './simulator-dossier.ts'
import { NAMESPACE } from './wire.ts'

export const element = (name: string, value: string): string => `<${name}>${xmlText(value)}</${name}>`

export const response = (operation: string, ...parts: readonly SoapPart[]): readonly SoapPart[] => [
  `<${operation}Response xmlns="${NAMESPACE}" xmlns:xmime="http://www.w3.org/2005/05/xmlmime">`,
  ...parts,
  `</${operation}Response>`,
]

/** `MessageRetour`, which nearly every answer holds. */
export const returned = (code: 'OK' | 'KO', message: string): string =>
  `<MessageRetour>${element('codeRetour', code)}${element('message', message)}${element('severite', code === 'OK' ? 'INFO' : 'ERROR')}</MessageRetour>`

export const fault = (code: 'Client' | 'Server', reason: string): string =>
  `<SOAP-ENV:Fault xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><faultcode>SOAP-ENV:${code}</faultcode>${element('faultstring', reason)}</SOAP-ENV:Fault>`

const binary = (name: string, file: FileRef | undefined): readonly SoapPart[] =>
  file ? [`<${name} xmime:contentType="${xmlText(file.type)}">`, { binary: file, type: file.type }, `</${name}>`] : []

const docAnnexe = ({ name, file, signed, detached }: SimPiece): readonly SoapPart[] => [
  `<DocAnnexe>${element('nom', name)}`,
  ...binary('fichier', signed ?? file),
  element('mimetype', file.type),
  ...binary('signature', detached),
  '</DocAnnexe>',
]

export const logsOf = (dossier: SimDossier): string =>
  dossier.logs
    .map(
      ({ timestamp, nom, status, annotation }) =>
        `<LogDossier>${element('timestamp', timestamp)}${element('nom', nom)}${element('status', status)}${element('annotation', annotation)}${element('accessible', status === 'Archive' ? 'Recuperable' : 'OK')}</LogDossier>`,
    )
    .join('')

/** `GetDossierResponse`: a signed XML comes as `FichierPES`; the slip is the last annexe. */
export const dossierResponse = (dossier: SimDossier, slip: FileRef): readonly SoapPart[] => {
  const { document } = dossier
  const isPes = document.signed?.type === 'application/xml'
  return response(
    'GetDossier',
    returned('OK', ''),
    element('TypeTechnique', dossier.type),
    element('SousType', dossier.subtype),
    element('DossierID', dossier.id),
    ...binary('FichierPES', isPes ? document.signed : undefined),
    ...binary('VisuelPDF', dossier.visual),
    element('AnnotationPublique', dossier.publicAnnotation),
    element('Visibilite', dossier.visibility),
    ...binary('DocPrincipal', isPes ? document.file : (document.signed ?? document.file)),
    element('NomDocPrincipal', document.name),
    ...binary('SignatureDocPrincipal', document.detached),
    '<DocumentsSupplementaires>',
    ...dossier.others.flatMap(docAnnexe),
    '</DocumentsSupplementaires><DocumentsAnnexes>',
    ...[...dossier.annexes, { name: `${dossier.title}_bordereau.pdf`, file: slip }].flatMap(docAnnexe),
    '</DocumentsAnnexes><MetaDonnees>',
    ...Object.entries(dossier.metadata).map(
      ([nom, valeur]) => `<MetaDonnee>${element('nom', nom)}${element('valeur', valeur)}</MetaDonnee>`,
    ),
    '</MetaDonnees>',
  )
}
