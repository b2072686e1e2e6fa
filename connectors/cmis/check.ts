import { ConfigurationError } from '#core'
import type { CmisSettings } from './fields.ts'
import { propertyLines, type PropertyLine } from './properties.ts'
import { encodedPath, type CmisSession } from './session.ts'

interface PropertyDefinition {
  readonly propertyType?: string
  readonly updatability?: string
  readonly required?: boolean
  readonly cardinality?: string
  readonly defaultValue?: unknown
}

interface TypeDefinition {
  readonly baseId?: string
  readonly creatable?: boolean
  readonly propertyDefinitions?: Readonly<Record<string, PropertyDefinition>>
}

const setting = (sentence: string): ConfigurationError =>
  new ConfigurationError(`${sentence} Corrigez-le dans les réglages du connecteur, ou faites corriger la GED.`)

/** What one line says against what the repository expects. */
const checkLine = ({ id, datetime, many }: PropertyLine, definition: PropertyDefinition | undefined): void => {
  if (!definition) throw setting(`La propriété « ${id} » n'existe pas pour le type des documents.`)
  if (definition.updatability === 'readonly') throw setting(`La propriété « ${id} » ne peut pas être écrite.`)
  if (definition.propertyType && datetime !== (definition.propertyType === 'datetime'))
    throw setting(
      datetime
        ? `La propriété « ${id} » n'est pas une date : écrivez « text » dans sa ligne.`
        : `La propriété « ${id} » est une date : écrivez « datetime » dans sa ligne.`,
    )
  if (many && definition.cardinality === 'single')
    throw setting(`La propriété « ${id} » ne prend qu'une valeur : retirez « [] » de sa ligne.`)
}

const typeOf = async (session: CmisSession, id: string): Promise<TypeDefinition> => {
  const definition = await session.typeDefinition(id, `lire le type « ${id} »`)
  if (definition === undefined) throw setting(`La GED ne connaît pas le type « ${id} ».`)
  return Object(definition) as TypeDefinition
}

/** The type and the properties of the settings, compared with what the repository says of them. */
const checkType = async (session: CmisSession, { typeObjet, proprietes }: CmisSettings): Promise<void> => {
  const lines = propertyLines(proprietes)
  const type = await typeOf(session, typeObjet)
  if (type.baseId !== undefined && type.baseId !== 'cmis:document')
    throw setting(`Le type « ${typeObjet} » n'est pas un type de document.`)
  if (type.creatable === false) throw setting(`La GED ne permet pas de créer des documents du type « ${typeObjet} ».`)
  // Aspects: their properties are defined by their own type.
  const secondary = lines.find(({ id }) => id === 'cmis:secondaryObjectTypeIds')?.expression.split(',') ?? []
  const definitions = new Map(Object.entries(type.propertyDefinitions ?? {}))
  for (const id of secondary)
    for (const entry of Object.entries((await typeOf(session, id.trim())).propertyDefinitions ?? {}))
      definitions.set(...entry)
  for (const line of lines) checkLine(line, definitions.get(line.id))
  for (const [id, { required, updatability, defaultValue }] of definitions) {
    const given = id === 'cmis:name' || id === 'cmis:objectTypeId' || lines.some(line => line.id === id)
    if (required === true && updatability !== 'readonly' && defaultValue === undefined && !given)
      throw setting(
        `Le type « ${typeObjet} » exige la propriété « ${id} », qu'aucune ligne de « Propriétés des documents » ne donne.`,
      )
  }
}

/** Proves that documents can be created in the folder, without creating any. */
export const checkDeposit = async (
  session: CmisSession,
  folder: string,
  settings: CmisSettings & { readonly typeDepot: string },
): Promise<string> => {
  const target = await session.at(encodedPath(folder), `ouvrir « ${folder} »`, { allowed: true })
  if (target?.kind !== 'folder')
    throw new ConfigurationError(
      `« ${folder} » ${target ? "n'est pas un dossier" : "n'existe pas"} dans la GED, ou le compte ne peut pas le lire. Corrigez « Dossier de destination » dans les réglages du connecteur.`,
    )
  const wanted = settings.typeDepot === 'dossier' ? 'canCreateFolder' : 'canCreateDocument'
  if (target.allowed[wanted] === false)
    throw new ConfigurationError(
      `Le compte « ${settings.identifiant} » ne peut rien créer dans « ${folder} ». Demandez ce droit à l'exploitant de la GED.`,
    )
  await checkType(session, settings)
  const { productName, productVersion, cmisVersionSupported, repositoryId } = session.repository
  const product = [productName ?? 'la GED', productVersion ?? ''].join(' ').trim()
  return `Connecté à ${product} (CMIS ${cmisVersionSupported ?? '1.1'}, dépôt « ${repositoryId} ») comme « ${settings.identifiant} » ; le dossier « ${folder} » est accessible, et le type « ${settings.typeObjet} » convient.`
}
