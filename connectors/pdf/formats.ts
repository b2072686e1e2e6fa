import { PermanentError, splitName, type FileRef } from '#core'

/** What LibreOffice and cloudooo both read, by media type, and the extension under which they recognise it. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/vnd.oasis.opendocument.presentation': 'odp',
  'application/msword': 'doc',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.ms-powerpoint': 'ppt',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/rtf': 'rtf',
  'text/plain': 'txt',
}

export const ACCEPTED: readonly string[] = Object.keys(EXTENSIONS)

/** @throws PermanentError when this kind of file is not converted */
export const extensionOf = ({ name, type }: FileRef): string => {
  const extension = Object.hasOwn(EXTENSIONS, type) ? EXTENSIONS[type] : undefined
  if (extension === undefined)
    throw new PermanentError(
      `Le fichier « ${name} » est de type ${type} : seuls les documents bureautiques (ODF, Word, Excel, PowerPoint, RTF, texte) se convertissent en PDF. Déposez le fichier dans un de ces formats.`,
    )
  return extension
}

export const pdfName = ({ name }: FileRef): string => `${splitName(name).base}.pdf`

/** The file cannot be converted, whoever tries: what an agent does about it. */
export const unconvertible = ({ name }: FileRef, why: string): PermanentError =>
  new PermanentError(
    `Le fichier « ${name} » n'a pas pu être converti en PDF : ${why}. Ouvrez-le dans une suite bureautique, enregistrez-le à nouveau sans mot de passe, puis redéposez-le.`,
  )

export const encrypted = (file: FileRef): PermanentError => unconvertible(file, 'il est protégé par un mot de passe')
