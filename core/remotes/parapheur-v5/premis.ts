import { create } from 'xmlbuilder2'
import { at, childrenOf, parseXml, type XmlElement } from '../../connectors/xml-element.ts'

const NAMESPACE = 'http://www.loc.gov/premis/v3'
const XSI = 'http://www.w3.org/2001/XMLSchema-instance'

/** Words of the i-Parapheur in the PREMIS that it reads and writes. */
export const PREMIS_PROPERTY = {
  type: 'i_Parapheur_reserved_type',
  subtype: 'i_Parapheur_reserved_subtype',
  dueDate: 'i_Parapheur_reserved_dueDate',
  mainDocument: 'i_Parapheur_reserved_mainDocument',
} as const

export interface PremisFile {
  readonly name: string
  readonly main: boolean
  /** The file carries its signature beside it. */
  readonly signed?: boolean
}

/** A task of the circuit. Done when `at` is filled, awaited when only `task` is, to come when neither is. */
export interface PremisEvent {
  readonly type: string
  readonly task: string
  /** ISO 8601, or empty. */
  readonly at: string
  readonly user: string
  readonly desk: string
  readonly note: string
}

/** A folder as PREMIS 3 tells it. */
export interface Premis {
  readonly id: string
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly files: readonly PremisFile[]
  readonly events: readonly PremisEvent[]
}

const propertiesXml = (properties: Premis['properties']) =>
  Object.entries(properties).map(([type, value]) => ({
    significantPropertiesType: type,
    significantPropertiesValue: value,
  }))

/** Writes the description of a folder to create, or (simulator) of one that exists. Control characters are dropped: XML has no word for them. */
export const writePremis = ({
  id,
  name,
  properties,
  files,
  events = [],
}: Partial<Premis> & Pick<Premis, 'name' | 'properties' | 'files'>): string => {
  const clean = (text: string) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu, '')
  const identifier = (type: string, kind: string, value: string) => ({
    [`${kind}Identifier`]: { [`${kind}IdentifierType`]: type, [`${kind}IdentifierValue`]: value },
  })
  const document = {
    premis: {
      '@xmlns': NAMESPACE,
      '@xmlns:xsi': XSI,
      '@version': '3.0',
      '@xsi:schemaLocation': `${NAMESPACE} http://www.loc.gov/standards/premis/v3/premis.xsd`,
      object: [
        {
          '@xsi:type': 'intellectualEntity',
          ...(id === undefined ? {} : identifier('folderId', 'object', id)),
          significantProperties: propertiesXml(properties),
          originalName: name,
        },
        ...files.map(file => ({
          '@xsi:type': 'file',
          significantProperties: propertiesXml({ [PREMIS_PROPERTY.mainDocument]: String(file.main) }),
          originalName: file.name,
          ...(file.signed
            ? {
                signatureInformation: {
                  signature: { signatureEncoding: 'UTF-8', signatureMethod: 'CAdES_BASELINE_B' },
                },
              }
            : {}),
        })),
      ],
      event: events.map(event => ({
        ...identifier('taskId', 'event', event.task),
        eventType: event.type,
        eventDateTime: event.at,
        eventOutcomeInformation: { eventOutcomeDetail: { eventOutcomeDetailNote: event.note } },
        linkingAgentIdentifier: {
          linkingAgentIdentifierType: 'userId',
          linkingAgentIdentifierValue: event.user,
          linkingAgentRole: event.desk,
        },
      })),
    },
  }
  const cleaned: unknown = JSON.parse(JSON.stringify(document), (_key, value: unknown) =>
    typeof value === 'string' ? clean(value) : value,
  )
  return create({ version: '1.0', encoding: 'UTF-8' }, cleaned as object).end({ prettyPrint: true })
}

const typeOf = (object: XmlElement): string => (object.attributes['type'] ?? '').replace(/^.*:/u, '')

const readProperties = (object: XmlElement | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    childrenOf(object, 'significantProperties').map(property => [
      at(property, 'significantPropertiesType')?.text ?? '',
      at(property, 'significantPropertiesValue')?.text ?? '',
    ]),
  )

const readEvent = (event: XmlElement): PremisEvent => {
  const value = (...path: string[]) => at(event, ...path)?.text ?? ''
  return {
    type: value('eventType').toUpperCase(),
    task: value('eventIdentifier', 'eventIdentifierValue'),
    at: value('eventDateTime'),
    user: value('linkingAgentIdentifier', 'linkingAgentIdentifierValue'),
    desk: value('linkingAgentIdentifier', 'linkingAgentRole'),
    note: value('eventOutcomeInformation', 'eventOutcomeDetail', 'eventOutcomeDetailNote'),
  }
}

/**
 * Reads the PREMIS of a folder. What it does not know is left aside: the i-Parapheur adds words from one version to the next.
 * @throws Error when it is not a PREMIS document
 */
export const readPremis = (xml: string): Premis => {
  const root = parseXml(xml)
  const objects = childrenOf(root, 'object')
  const folder =
    objects.find(each => typeOf(each) === 'intellectualEntity') ??
    objects.find(each => typeOf(each) === 'representation')
  if (root.name !== 'premis' || !folder) throw new Error('not a PREMIS description of a folder')
  return {
    id: at(folder, 'objectIdentifier', 'objectIdentifierValue')?.text ?? '',
    name: at(folder, 'originalName')?.text ?? '',
    properties: readProperties(folder),
    files: objects
      .filter(each => typeOf(each) === 'file')
      .map(each => ({
        name: at(each, 'originalName')?.text.normalize('NFC') ?? '',
        main:
          readProperties(each)[PREMIS_PROPERTY.mainDocument]?.toLowerCase() === 'true' ||
          at(each, 'preservationLevel', 'preservationLevelValue')?.text === 'mainDocument',
        signed: at(each, 'signatureInformation') !== undefined,
      })),
    events: childrenOf(root, 'event').map(readEvent),
  }
}
