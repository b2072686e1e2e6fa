import { create } from 'xmlbuilder2'
import type { Slip } from './simulator-slip.ts'

/** What the archive service decided. */
export type Decision =
  | { readonly is: 'accepted'; readonly archiveId: string; readonly comment: string }
  | { readonly is: 'refused'; readonly code: string; readonly comment: string }

interface Written {
  readonly slip: Slip
  readonly at: Date
  /** Identifier of the message itself. */
  readonly id: string
}

type Content = Readonly<Record<string, unknown>>

const write = (root: string, namespace: string, content: Content): string =>
  create({ version: '1.0', encoding: 'UTF-8' })
    .ele(namespace, root)
    .ele(content as Record<string, unknown>)
    .up()
    .end({ prettyPrint: true })

/** The message that says that the transfer was received. */
export const acknowledgement = ({ slip, at, id }: Written): string => {
  const { namespace, transferId, agency, archivalAgency } = slip
  const common = { Comment: `Le transfert ${transferId} a été reçu par le service d'archives`, Date: at.toISOString() }
  return write(
    'Acknowledgement',
    namespace,
    slip.version === '1.0'
      ? {
          ...common,
          AcknowledgementIdentifier: id,
          MessageReceivedIdentifier: transferId,
          Receiver: { Identification: archivalAgency },
          Sender: { Identification: agency },
        }
      : {
          ...common,
          MessageIdentifier: id,
          MessageReceivedIdentifier: transferId,
          Sender: { Identifier: agency },
          Receiver: { Identifier: archivalAgency },
        },
  )
}

const described1 = ({ archiveId }: { readonly archiveId: string }): Content => ({
  Archive: {
    ArchivalAgencyArchiveIdentifier: archiveId,
    DescriptionLanguage: 'fra',
    Name: 'Archive',
    ContentDescription: { DescriptionLevel: 'file', Language: 'fra' },
    AccessRestrictionRule: { Code: 'AR038', StartDate: '2026-01-01' },
  },
})

const described2 = ({ archiveId }: { readonly archiveId: string }): Content => ({
  DataObjectPackage: {
    DescriptiveMetadata: {
      ArchiveUnit: {
        '@id': 'ua-1',
        Content: { DescriptionLevel: 'RecordGrp', Title: 'Archive', ArchivalAgencyArchiveUnitIdentifier: archiveId },
      },
    },
    ManagementMetadata: {},
  },
})

/** The decision. In 2.x as@lae puts the identifier of the transfer where the standard puts that of the reply, and conversely. */
export const reply = ({ slip, at, id, decision }: Written & { readonly decision: Decision }): string => {
  const { namespace, transferId, agency, archivalAgency } = slip
  const [date, code] = [at.toISOString(), decision.is === 'accepted' ? '000' : decision.code]
  const accepted = decision.is === 'accepted' ? decision : undefined
  return write(
    'ArchiveTransferReply',
    namespace,
    slip.version === '1.0'
      ? {
          Comment: decision.comment,
          Date: date,
          ...(accepted ? { GrantDate: date } : {}),
          ReplyCode: code,
          TransferIdentifier: transferId,
          TransferReplyIdentifier: id,
          ArchivalAgency: { Identification: archivalAgency },
          TransferringAgency: { Identification: agency },
          ...(accepted ? described1(accepted) : {}),
        }
      : {
          Comment: decision.comment,
          Date: date,
          MessageIdentifier: transferId,
          CodeListVersions: {},
          ...(accepted ? described2(accepted) : {}),
          ReplyCode: code,
          MessageRequestIdentifier: id,
          ...(accepted ? { GrantDate: date } : {}),
          ArchivalAgency: { Identifier: archivalAgency },
          TransferringAgency: { Identifier: agency },
        },
  )
}
