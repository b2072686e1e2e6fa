import type { DigestAlgorithm } from '#core'
import { ALGORITHMS } from './algorithms.ts'
import { onlyFile, type Agency, type Description, type Held, type Pieces, type Transfer, type Unit } from './model.ts'
import { text, writable, written, type Node } from './xml.ts'

/** SEDA 1.0 wants three letters (ISO 639-2) where 2.x takes two. */
const LANGUAGES: Readonly<Record<string, string>> = {
  fr: 'fra',
  en: 'eng',
  de: 'deu',
  es: 'spa',
  it: 'ita',
  pt: 'por',
  nl: 'nld',
  br: 'bre',
  ca: 'cat',
  co: 'cos',
  eu: 'eus',
  oc: 'oci',
}

const languageOf = (language: string): string => LANGUAGES[language.toLowerCase()] ?? language

interface Writing {
  readonly transfer: Transfer
  readonly pieces: Pieces
  readonly algorithm: DigestAlgorithm
}

const organization = (element: string, { identifier, name }: Agency): Node =>
  identifier === '' ? {} : { [element]: { Identification: writable(identifier), ...text('Name', name) } }

const rules = ({ accessRule, appraisalRule }: Description): Node => ({
  ...(accessRule && { AccessRestrictionRule: { Code: accessRule.rule, ...text('StartDate', accessRule.startDate) } }),
  ...(appraisalRule && {
    AppraisalRule: {
      Code: appraisalRule.finalAction === 'Keep' ? 'conserver' : 'detruire',
      Duration: appraisalRule.rule,
      ...text('StartDate', appraisalRule.startDate),
    },
  }),
})

/** `dates` and `agency` are those of the whole transfer, for its own description. */
const contentOf = (unit: Unit, { transfer }: Writing): Node => {
  const isRoot = unit === transfer
  const level = unit.level ?? (onlyFile(unit) ? 'Item' : 'RecordGrp')
  return {
    ...text('Description', unit.description),
    DescriptionLevel: level.toLowerCase(),
    Language: languageOf(unit.language || transfer.language),
    ...(isRoot ? { ...text('LatestDate', transfer.endDate), ...text('OldestDate', transfer.startDate) } : {}),
    ...(unit.history === '' ? {} : { CustodialHistory: text('CustodialHistoryItem', unit.history) }),
    Keyword: unit.keywords.map(({ content, reference, type }) => ({
      KeywordContent: writable(content),
      ...text('KeywordReference', reference),
      ...text('KeywordType', type),
    })),
    ...(isRoot ? organization('OriginatingAgency', transfer.originatingAgency) : {}),
  }
}

const documentOf = (held: Held, { pieces, algorithm }: Writing): Node => {
  const piece = pieces.get(held)
  if (!piece) throw new Error(`No piece for ${held.path}.`)
  return {
    Attachment: { '@filename': piece.uri, ...(piece.typed ? { '@mimeCode': piece.file.type } : {}) },
    ...text('Description', held.title || held.file.name),
    Integrity: { '@algorithme': ALGORITHMS[algorithm], '#': piece.digest },
    Size: { '@unitCode': 'AD', '#': String(piece.file.size) },
    Type: 'CDO',
  }
}

const objectOf = (unit: Unit, writing: Writing): Node => ({
  Name: writable(unit.title),
  ContentDescription: contentOf(unit, writing),
  ...rules(unit),
  ArchiveObject: unit.units.map(each => objectOf(each, writing)),
  Document: unit.files.map(each => documentOf(each, writing)),
})

/** Writes a slip of SEDA 1.0, its elements in the order of the schema (seda.md §2). */
export const writeSlip1 = (writing: Writing): string => {
  const { transfer } = writing
  return written('1.0', {
    ...text('Comment', transfer.comment),
    Date: transfer.date,
    TransferIdentifier: transfer.transferId,
    ...organization('ArchivalAgency', transfer.archivalAgency),
    ...organization('TransferringAgency', transfer.transferringAgency),
    Archive: {
      ...text('ArchivalAgreement', transfer.agreement),
      ...text('ArchivalProfile', transfer.profile),
      DescriptionLanguage: languageOf(transfer.descriptionLanguage || transfer.language),
      Name: writable(transfer.title),
      ...text('OriginatingAgencyArchiveIdentifier', transfer.originatingAgencyId),
      ...text('ServiceLevel', transfer.serviceLevel),
      ...text('TransferringAgencyArchiveIdentifier', transfer.transferringAgencyId),
      ContentDescription: contentOf(transfer, writing),
      ...rules(transfer),
      ArchiveObject: transfer.units.map(each => objectOf(each, writing)),
      Document: transfer.files.map(each => documentOf(each, writing)),
    },
  })
}
