import type { SignIn } from '../access/sign-in.ts'
import type { Clock, Log } from '../authoring/context.ts'
import type { Db } from '../db/knex.ts'
import type { StoredFiles } from '../files/files.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import type { DocumentEvents } from './events.ts'
import type { Documents } from '../documents/service.ts'
import type { ConnectorsApi, RecordingsApi } from './ports.ts'

/** What routes act with. The container builds it once; tests build theirs. */
export interface Services {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  readonly signIn: SignIn
  /** Every right that exists today, spelled out: the fixed ones and those of the flows loaded. */
  readonly rightsCatalogue: () => readonly string[]
  readonly flows: FlowRegistry
  readonly documents: Documents
  readonly connectors: ConnectorsApi
  readonly recordings: RecordingsApi
  readonly files: StoredFiles
  readonly events: DocumentEvents
  readonly settings: HttpSettings
}

export interface HttpSettings {
  /** `https://passeur.ville.fr`: decides whether cookies are for HTTPS alone. */
  readonly publicUrl: string
  /** A proxy in front gives the address of the client in `X-Forwarded-For`; believed only then. */
  readonly behindProxy: boolean
  /** Milliseconds without activity after which a session ends. */
  readonly sessionLifetime: number
  /** Bytes of the largest file accepted. */
  readonly uploadLimit: number
  /** Serve `/metrics`. */
  readonly metrics: boolean
}
