import { create } from 'xmlbuilder2'
import type { DigestAlgorithm } from '#core'
import type { Piece, Unit } from './units.ts'

/** Everything a slip says, ready to be written. Optional texts are left out when empty. */
export interface SlipContent {
  readonly version: '2.1' | '2.2'
  /** ISO 8601 with its offset. */
  readonly date: string
  readonly transferId: string
  readonly comment: string
  readonly agreement: string
  readonly profile: string
  readonly serviceLevel: string
  readonly archivalAgency: string
  readonly transferringAgency: string
  readonly originatingAgency: string
  readonly algorithm: DigestAlgorithm
  /** Hexadecimal digest of each piece, by identifier. */
  readonly digests: ReadonlyMap<string, string>
  readonly root: {
    readonly level: string
    readonly title: string
    readonly description: string
    readonly originatingAgencyId: string
    readonly transferringAgencyId: string
    readonly history: string
    readonly language: string
    readonly descriptionLanguage: string
    readonly keywords: readonly { readonly content: string; readonly reference: string; readonly type: string }[]
    readonly startDate: string
    readonly endDate: string
  }
  readonly accessRule: { readonly rule: string; readonly startDate: string } | undefined
  readonly appraisalRule:
    { readonly rule: string; readonly startDate: string; readonly finalAction: string } | undefined
  readonly units: readonly Unit[]
}

const ALGORITHMS: Readonly<Record<DigestAlgorithm, string>> = {
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
}

const CODE_LISTS = [
  'ReplyCodeListVersion',
  'MessageDigestAlgorithmCodeListVersion',
  'MimeTypeCodeListVersion',
  'FileFormatCodeListVersion',
  'StorageRuleCodeListVersion',
  'AppraisalRuleCodeListVersion',
  'AccessRuleCodeListVersion',
  'DisseminationRuleCodeListVersion',
  'ReuseRuleCodeListVersion',
  'ClassificationRuleCodeListVersion',
  'AuthorizationReasonCodeListVersion',
  'RelationshipCodeListVersion',
] as const

type Node = Readonly<Record<string, unknown>>

/** XML 1.0 has no way to write most control characters, not even escaped. */
const writable = (text: string): string => text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/gu, '')

/** An element left out when it has nothing to say. */
const text = (name: string, value: string): Node => (value.trim() === '' ? {} : { [name]: writable(value.trim()) })

const objectOf = ({ id, uri, file }: Piece, { algorithm, digests }: SlipContent): Node => ({
  '@id': id,
  Uri: uri,
  MessageDigest: { '@algorithm': ALGORITHMS[algorithm], '#': digests.get(id) ?? '' },
  Size: String(file.size),
  FormatIdentification: { MimeType: file.type },
  FileInfo: { Filename: writable(file.name) },
})

const referenceTo = ({ id }: Piece): Node => ({ DataObjectReference: { DataObjectReferenceId: id } })

/** A field with one file is a unit; with several, a unit of units. */
const unitOf = ({ id, title, pieces }: Unit): Node => {
  const [first, ...others] = pieces
  const content = (level: string, name: string): Node => ({
    Content: { DescriptionLevel: level, Title: writable(name) },
  })
  if (first && others.length === 0) return { '@id': id, ...content('Item', title), ...referenceTo(first) }
  return {
    '@id': id,
    ...content('RecordGrp', title),
    ArchiveUnit: pieces.map((piece, index) => ({
      '@id': `${id}-${index + 1}`,
      ...content('Item', piece.file.name),
      ...referenceTo(piece),
    })),
  }
}

const rootUnit = ({ root, originatingAgency, units }: SlipContent): Node => ({
  '@id': 'unite-0',
  Content: {
    DescriptionLevel: root.level,
    Title: writable(root.title),
    ...text('OriginatingAgencyArchiveUnitIdentifier', root.originatingAgencyId),
    ...text('TransferringAgencyArchiveUnitIdentifier', root.transferringAgencyId),
    ...text('Description', root.description),
    ...(root.history === '' ? {} : { CustodialHistory: text('CustodialHistoryItem', root.history) }),
    ...text('Language', root.language),
    ...text('DescriptionLanguage', root.descriptionLanguage),
    Keyword: root.keywords.map(({ content, reference, type }) => ({
      KeywordContent: writable(content),
      ...text('KeywordReference', reference),
      ...text('KeywordType', type),
    })),
    ...(originatingAgency === '' ? {} : { OriginatingAgency: { Identifier: originatingAgency } }),
    ...text('StartDate', root.startDate),
    ...text('EndDate', root.endDate),
  },
  ArchiveUnit: units.map(unitOf),
})

const management = ({ profile, serviceLevel, accessRule, appraisalRule }: SlipContent): Node => ({
  ...text('ArchivalProfile', profile),
  ...text('ServiceLevel', serviceLevel),
  ...(appraisalRule && {
    AppraisalRule: {
      Rule: appraisalRule.rule,
      ...text('StartDate', appraisalRule.startDate),
      FinalAction: appraisalRule.finalAction,
    },
  }),
  ...(accessRule && { AccessRule: { Rule: accessRule.rule, ...text('StartDate', accessRule.startDate) } }),
})

/** Writes the slip, its elements in the order of the schema (seda.md §3; 2.1 and 2.2 differ here by their namespace only). */
export const writeSlip = (content: SlipContent): string => {
  const pieces = content.units.flatMap(unit => unit.pieces)
  const transfer: Node = {
    '@xmlns': `fr:gouv:culture:archivesdefrance:seda:v${content.version}`,
    ...text('Comment', content.comment),
    Date: content.date,
    MessageIdentifier: content.transferId,
    ...text('ArchivalAgreement', content.agreement),
    CodeListVersions: Object.fromEntries(CODE_LISTS.map(list => [list, `${list}0`])),
    DataObjectPackage: {
      BinaryDataObject: pieces.map(piece => objectOf(piece, content)),
      DescriptiveMetadata: { ArchiveUnit: rootUnit(content) },
      ManagementMetadata: management(content),
    },
    ArchivalAgency: { Identifier: content.archivalAgency },
    TransferringAgency: { Identifier: content.transferringAgency },
  }
  return `${create({ version: '1.0', encoding: 'UTF-8' }, { ArchiveTransfer: transfer }).end({ prettyPrint: true })}\n`
}
