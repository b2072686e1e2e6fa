import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { readTarGz, type ArchivedFile } from './archive.ts'
import { linkFaults } from './links.ts'
import { schemaFaults } from './schema.ts'
import { readSlip, type Slip } from './slip.ts'

export interface SipCheck {
  /** French sentences; none when the transfer may leave. */
  readonly faults: readonly string[]
  /** False when the schema of this version is not installed: only the links were checked. */
  readonly schemaChecked: boolean
  /** `undefined` when the slip could not be read at all. */
  readonly slip: Slip | undefined
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The slip must be in the archive once, and be the very one that is checked. */
const manifestFaults = (slip: Uint8Array, name: string, archived: readonly ArchivedFile[]): readonly string[] => {
  const found = archived.filter(file => file.name === name)
  if (found.length !== 1) return [`L'archive contient ${found.length} fois « ${name} », qui doit y être une fois.`]
  return found[0]?.sha256 === createHash('sha256').update(slip).digest('hex')
    ? []
    : [`« ${name} », dans l'archive, n'est pas le bordereau.`]
}

/**
 * The strict check of a transfer before it leaves, or when a simulator receives it: schema of its version, then every file
 * announced against every file archived, digests recomputed from the archive itself.
 * @param schemas folder of the published schemas, if installed
 * @param manifest where the slip is in the archive itself, for the services that want it there (Vitam: `manifest.xml`)
 */
export const checkSip = async (
  slip: Uint8Array,
  archive: Readable,
  schemas: string | undefined,
  manifest?: string,
): Promise<SipCheck> => {
  let read: Slip
  try {
    read = readSlip(new TextDecoder('utf-8', { fatal: true }).decode(slip))
  } catch (error) {
    archive.destroy()
    return { faults: [messageOf(error)], schemaChecked: false, slip: undefined }
  }
  const ofSchema = await schemaFaults(schemas, read.version, slip)
  let archived: readonly ArchivedFile[]
  try {
    archived = await readTarGz(archive)
  } catch (error) {
    return {
      faults: [...(ofSchema ?? []), `L'archive est illisible : ${messageOf(error)}.`],
      schemaChecked: ofSchema !== undefined,
      slip: read,
    }
  }
  return {
    faults: [
      ...(ofSchema ?? []),
      ...(manifest === undefined ? [] : manifestFaults(slip, manifest, archived)),
      ...linkFaults(
        read,
        archived.filter(file => file.name !== manifest),
      ),
    ],
    schemaChecked: ofSchema !== undefined,
    slip: read,
  }
}
