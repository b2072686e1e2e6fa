import { create } from 'xmlbuilder2'
import type { ReceivedSip } from './simulator-sip.ts'

export interface Outcome {
  readonly code: 'OK' | 'WARNING' | 'KO' | 'FATAL'
  readonly message: string
  /** The step of the workflow that decided. */
  readonly step: string
}

/** The ArchiveTransferReply of an operation (`vitam.md` §4): every unit with its `SystemId` when it was taken. */
export const replyOf = (guid: string, { slip, units }: ReceivedSip, { code, message, step }: Outcome): string => {
  const taken = code === 'OK' || code === 'WARNING'
  return create({ version: '1.0', encoding: 'UTF-8' })
    .ele(`fr:gouv:culture:archivesdefrance:seda:v${slip?.version ?? '2.1'}`, 'ArchiveTransferReply')
    .ele({
      Date: new Date().toISOString(),
      MessageIdentifier: guid,
      CodeListVersions: {},
      DataObjectPackage: {
        DescriptiveMetadata: {
          ArchiveUnit: units.map((id, rank) => ({
            '@id': id,
            ...(taken ? { Content: { SystemId: systemIdOf(guid, rank) } } : {}),
          })),
        },
      },
      ReplyCode: code,
      Operation: {
        Event: [
          { EventTypeCode: 'SANITY_CHECK_SIP', Outcome: 'OK', OutcomeDetailMessage: 'Succès du contrôle sanitaire' },
          { EventTypeCode: step, Outcome: code, OutcomeDetailMessage: message },
        ],
      },
      MessageRequestIdentifier: slip?.transferId ?? '',
    })
    .up()
    .end()
}

export const systemIdOf = (guid: string, rank: number): string =>
  `${guid.slice(0, 30)}u${String(rank).padStart(5, '0')}`
