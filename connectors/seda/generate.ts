import { Readable } from 'node:stream'
import { checkSip, ConfigurationError, PermanentError, tarGz, type ArchiveEntry, type Log, type Sip } from '#core'
import { faultsBefore } from './faults.ts'
import { distinctPieces, piecesOf } from './pieces.ts'
import { transferOf, type Source } from './transfer.ts'
import { writeSlip1 } from './write-1.ts'
import { writeSlip2 } from './write-2.ts'

export interface Generation extends Source {
  readonly log: Log
  /** Folder of the published schemas. */
  readonly schemas: string | undefined
}

/** Vitam finds its slip inside the archive, under this name. */
const MANIFEST = 'manifest.xml'

const refuse = (title: string, faults: readonly string[]): never => {
  throw new PermanentError(
    `Le bordereau SEDA de « ${title} » n'est pas valide : il n'a pas été envoyé.\n${faults.map(fault => `– ${fault}`).join('\n')}`,
  )
}

/** Builds the slip and its archive, and lets nothing out that the published schema or the archive itself contradicts. */
export const generate = async (generation: Generation): Promise<Sip> => {
  const { contents, evidence, transferId, files, settings, log, schemas } = generation
  const { version: profile, empreinte: algorithm } = settings
  const { transfer, faults: misunderstood } = await transferOf(generation)
  if (transfer.archivalAgency.identifier === '' || transfer.transferringAgency.identifier === '')
    throw new ConfigurationError(
      "Le service d'archives et le service versant doivent avoir un identifiant : complétez les réglages du connecteur SEDA.",
    )
  const before = [...misunderstood, ...faultsBefore(transfer, profile)]
  if (before.length > 0) refuse(contents.title, before)
  const pieces = await piecesOf(transfer, profile, algorithm, { files, journal: evidence.journal })
  const xml =
    profile === '1.0'
      ? writeSlip1({ transfer, pieces, algorithm })
      : writeSlip2({ transfer, pieces, algorithm, profile })
  const slip = Buffer.from(xml)
  const modified = contents.createdAt
  const entries: readonly ArchiveEntry[] = distinctPieces(pieces).map(({ uri, file }) => ({
    name: uri,
    size: file.size,
    modified,
    open: () => files.open(file),
  }))
  const isVitam = profile === 'vitam-2.1'
  const manifest: ArchiveEntry = { name: MANIFEST, size: slip.length, modified, open: () => Readable.from([slip]) }
  const archive = await files.save(tarGz(isVitam ? [manifest, ...entries] : entries), 'archive.tar.gz')
  const { faults, schemaChecked } = await checkSip(slip, files.open(archive), schemas, isVitam ? MANIFEST : undefined)
  if (faults.length > 0) refuse(contents.title, faults)
  if (!schemaChecked)
    log.warn(
      { transferId, version: profile },
      `SEDA ${profile} schema not installed: only the links of the slip were checked`,
    )
  return {
    transferId,
    agency: transfer.transferringAgency.identifier,
    bordereau: await files.save(xml, isVitam ? MANIFEST : 'bordereau.xml'),
    archive,
  }
}
