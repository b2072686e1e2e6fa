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

/**
 * The strict check of a transfer before it leaves, or when a simulator receives it: schema of its version, then every file
 * announced against every file archived, digests recomputed from the archive itself.
 * @param schemas folder of the published schemas, if installed
 */
export const checkSip = async (slip: Uint8Array, archive: Readable, schemas: string | undefined): Promise<SipCheck> => {
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
    faults: [...(ofSchema ?? []), ...linkFaults(read, archived)],
    schemaChecked: ofSchema !== undefined,
    slip: read,
  }
}
