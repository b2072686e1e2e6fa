import { ACTES_NAMESPACE, childrenOf, decodeActesMessage, parseXml, type NatureActe, type XmlElement } from '#core'

/** What message 1-1 says of an acte (formats/actes.md §4). */
export interface Transmission {
  readonly nature: NatureActe
  /** As the hub writes it: capitals, and `_` for what is not a letter or a digit. */
  readonly numero: string
  /** `YYYY-MM-DD`. */
  readonly date: string
  readonly objet: string
  /** Dotted code of the matter. */
  readonly classification: string
  /** Names of the main file, then of the annexes. */
  readonly files: readonly string[]
}

const NATURES: Readonly<Record<string, NatureActe>> = { '1': '1', '2': '2', '3': '3', '4': '4', '5': '5', '6': '6' }
const LEVELS = [1, 2, 3, 4, 5] as const

const child = (element: XmlElement | undefined, name: string): XmlElement | undefined => childrenOf(element, name)[0]

const fileNames = (elements: readonly XmlElement[]): readonly string[] =>
  elements.flatMap(element => child(element, 'NomFichier')?.text || [])

const rootOf = (bytes: Uint8Array): XmlElement | undefined => {
  try {
    return parseXml(decodeActesMessage(bytes).trim())
  } catch {
    // Whatever stopped the parser, this is no message: the caller says so with the name of the file.
    return undefined
  }
}

/** Reads the métier envelope (message 1-1). @returns a sentence that names what is missing, when something is */
export const readTransmission = (bytes: Uint8Array, fileName: string): Transmission | string => {
  const root = rootOf(bytes)
  if (root?.name !== 'Acte' || root.namespace !== ACTES_NAMESPACE)
    return `« ${fileName} » n'est pas une enveloppe métier d'acte (message 1-1) : déposez le fichier XML transmis à la préfecture.`
  const { CodeNatureActe = '', NumeroInterne = '', Date: date = '' } = root.attributes
  const nature = NATURES[CodeNatureActe]
  const objet = child(root, 'Objet')?.text ?? ''
  const classification = LEVELS.flatMap(level => child(root, `CodeMatiere${level}`)?.attributes['CodeMatiere'] || [])
  const [main, ...others] = fileNames(childrenOf(root, 'Document'))
  const annexes = fileNames(childrenOf(child(root, 'Annexes'), 'Annexe'))
  const missing = [
    ...(nature ? [] : ['la nature (CodeNatureActe)']),
    ...(NumeroInterne ? [] : ['le numéro (NumeroInterne)']),
    ...(/^\d{4}-\d\d-\d\d$/u.test(date) ? [] : ['la date (Date)']),
    ...(objet ? [] : ["l'objet (Objet)"]),
    ...(classification.length > 0 ? [] : ['la matière (CodeMatiere1)']),
    ...(main ? [] : ["le nom du fichier de l'acte (Document)"]),
  ]
  if (!nature || !main || missing.length > 0)
    return `Il manque dans « ${fileName} » : ${missing.join(', ')}. Déposez l'enveloppe complète.`
  return {
    nature,
    numero: NumeroInterne.toUpperCase().replaceAll('-', '_'),
    date,
    objet,
    classification: classification.join('.'),
    files: [main, ...others, ...annexes],
  }
}

/** The typology that an official name begins with (`99_DE-034-…-1-1_1.pdf`, formats/actes.md §5); `undefined` in older names. */
export const typologyInName = (name: string): string | undefined =>
  /^(\d{2}_[A-Z]{2})(?:-[^-]+){5,}-\d-\d_/u.exec(name)?.[1]
