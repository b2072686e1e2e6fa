import type { DigestAlgorithm } from '#core'
import { ALGORITHMS, VITAM_ALGORITHMS } from './algorithms.ts'
import {
  onlyFile,
  type Description,
  type Held,
  type Piece,
  type Pieces,
  type Profile,
  type Transfer,
  type Unit,
} from './model.ts'
import { distinctPieces } from './pieces.ts'
import { text, writable, written, type Node } from './xml.ts'

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

interface Writing {
  readonly transfer: Transfer
  readonly pieces: Pieces
  readonly algorithm: DigestAlgorithm
  readonly profile: Exclude<Profile, '1.0'>
}

const objectOf = ({ id, uri, digest, file, typed }: Piece, { algorithm, profile }: Writing): Node => ({
  '@id': id,
  ...(profile === 'vitam-2.1' ? { DataObjectVersion: 'BinaryMaster_1' } : {}),
  Uri: uri,
  MessageDigest: {
    '@algorithm': (profile === 'vitam-2.1' ? VITAM_ALGORITHMS : ALGORITHMS)[algorithm],
    '#': digest,
  },
  Size: String(file.size),
  ...(typed ? { FormatIdentification: { MimeType: file.type } } : {}),
  FileInfo: { Filename: writable(file.name) },
})

const rules = ({ accessRule, appraisalRule }: Description): Node => ({
  ...(appraisalRule && {
    AppraisalRule: {
      Rule: appraisalRule.rule,
      ...text('StartDate', appraisalRule.startDate),
      FinalAction: appraisalRule.finalAction,
    },
  }),
  ...(accessRule && { AccessRule: { Rule: accessRule.rule, ...text('StartDate', accessRule.startDate) } }),
})

const ids = ({ originatingAgencyId, transferringAgencyId }: Transfer): Node => ({
  ...text('OriginatingAgencyArchiveUnitIdentifier', originatingAgencyId),
  ...text('TransferringAgencyArchiveUnitIdentifier', transferringAgencyId),
})

const endOf = ({ originatingAgency, startDate, endDate, attachTo }: Transfer, profile: Profile): Node => ({
  ...(originatingAgency.identifier === ''
    ? {}
    : { OriginatingAgency: text('Identifier', originatingAgency.identifier) }),
  ...(attachTo.value === '' || profile === 'vitam-2.1'
    ? {}
    : { RelatedObjectReference: { IsPartOf: text('RepositoryArchiveUnitPID', attachTo.value) } }),
  ...text('StartDate', startDate),
  ...text('EndDate', endDate),
})

const contentOf = (unit: Unit, { transfer, profile }: Writing): Node => {
  const isRoot = unit === transfer
  return {
    DescriptionLevel: unit.level ?? (onlyFile(unit) ? 'Item' : 'RecordGrp'),
    Title: writable(unit.title),
    ...(isRoot ? ids(transfer) : {}),
    ...text('Description', unit.description),
    ...(unit.history === '' ? {} : { CustodialHistory: text('CustodialHistoryItem', unit.history) }),
    ...text('Language', unit.language),
    ...(isRoot ? text('DescriptionLanguage', transfer.descriptionLanguage) : {}),
    Keyword: unit.keywords.map(({ content, reference, type }) => ({
      KeywordContent: writable(content),
      ...text('KeywordReference', reference),
      ...text('KeywordType', type),
    })),
    ...(isRoot ? endOf(transfer, profile) : {}),
  }
}

const referenceTo = (held: Held, { pieces }: Writing): Node => ({
  DataObjectReference: { DataObjectReferenceId: pieces.get(held)?.id ?? '' },
})

/** A file that is a unit of its own, below the unit that holds several. */
const itemOf = (held: Held, id: string, writing: Writing): Node => ({
  '@id': id,
  Content: { DescriptionLevel: 'Item', Title: writable(held.title || held.file.name) },
  ...referenceTo(held, writing),
})

const inside = (unit: Unit, id: string, writing: Writing): Node => {
  const only = unit === writing.transfer ? undefined : onlyFile(unit)
  if (only) return referenceTo(only, writing)
  return {
    ArchiveUnit: [
      ...unit.files.map((held, rank) => itemOf(held, `${id}-f${rank + 1}`, writing)),
      ...unit.units.map((each, rank) => unitOf(each, `${id}-${rank + 1}`, writing)),
    ],
  }
}

/** The rules of the whole transfer are said once, in its management data. */
const unitOf = (unit: Unit, id: string, writing: Writing): Node => {
  const own = unit === writing.transfer ? {} : rules(unit)
  return {
    '@id': id,
    ...(Object.keys(own).length === 0 ? {} : { Management: own }),
    Content: contentOf(unit, writing),
    ...inside(unit, id, writing),
  }
}

/** Vitam attaches what is below a unit that names an existing one. */
const attached = (root: Node, { key, value }: Transfer['attachTo'], { transfer }: Writing): Node => ({
  '@id': 'rattachement',
  Management: {
    UpdateOperation:
      key === ''
        ? text('SystemId', value)
        : { ArchiveUnitIdentifierKey: { ...text('MetadataName', key), ...text('MetadataValue', value) } },
  },
  Content: { DescriptionLevel: transfer.level ?? 'RecordGrp', Title: writable(transfer.title) },
  ArchiveUnit: root,
})

/**
 * Writes a slip of SEDA 2.1 or 2.2, its elements in the order of the schema (seda.md §3; the two differ here by their namespace only), or
 * the manifest of a Vitam archive (vitam.md §3).
 */
export const writeSlip2 = (writing: Writing): string => {
  const { transfer, pieces, profile } = writing
  const isVitam = profile === 'vitam-2.1'
  const root = unitOf(transfer, 'unite', writing)
  return written(isVitam ? '2.1' : profile, {
    ...text('Comment', transfer.comment),
    Date: transfer.date,
    MessageIdentifier: transfer.transferId,
    ...text('ArchivalAgreement', transfer.agreement),
    CodeListVersions: Object.fromEntries(CODE_LISTS.map(list => [list, `${list}0`])),
    DataObjectPackage: {
      BinaryDataObject: distinctPieces(pieces).map(piece => objectOf(piece, writing)),
      DescriptiveMetadata: {
        ArchiveUnit: isVitam && transfer.attachTo.value !== '' ? attached(root, transfer.attachTo, writing) : root,
      },
      ManagementMetadata: {
        ...text('ArchivalProfile', transfer.profile),
        ...text('ServiceLevel', transfer.serviceLevel),
        ...(isVitam
          ? {
              ...text('OriginatingAgencyIdentifier', transfer.management.originatingAgency),
              ...text('SubmissionAgencyIdentifier', transfer.management.submissionAgency),
            }
          : {}),
        ...rules(transfer),
      },
    },
    ArchivalAgency: text('Identifier', transfer.archivalAgency.identifier),
    TransferringAgency: text('Identifier', transfer.transferringAgency.identifier),
  })
}
