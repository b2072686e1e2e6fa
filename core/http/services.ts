import type { RequestLimits } from '../access/request-limits.ts'
import type { SignIn } from '../access/sign-in.ts'
import type { Clock, Log } from '../authoring/context.ts'
import type { Contacts } from '../contacts/recipients.ts'
import type { Db } from '../db/knex.ts'
import type { StoredFiles } from '../files/files.ts'
import type { AnyStep } from '../authoring/steps.ts'
import type { FlowRegistry } from '../flows/registry.ts'
import type { Studio } from '../flows/studio/service.ts'
import type { LoadedSource } from '../loader.ts'
import type { DocumentEvents } from './events.ts'
import type { Batches } from '../documents/batches/service.ts'
import type { Duplicate } from '../documents/duplicate.ts'
import type { Links } from '../documents/links.ts'
import type { Documents } from '../documents/service.ts'
import type { Signals } from '../documents/signals.ts'
import type { Uploads } from '../documents/uploads.ts'
import type { ConnectorsApi, RecordingsApi, ReportsApi } from './ports.ts'

/** What routes act with. The container builds it once; tests build theirs. */
export interface Services {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  readonly signIn: SignIn
  /** Every right that exists today, spelled out: the fixed ones and those of the flows loaded. */
  readonly rightsCatalogue: () => readonly string[]
  readonly flows: FlowRegistry
  /** Flows drawn without code. */
  readonly studio: Studio
  /** Every step installed, by id. */
  readonly steps: ReadonlyMap<string, AnyStep>
  /** Page for the agents of each flow that came with the code, in Markdown. */
  readonly flowHelp: ReadonlyMap<string, string>
  readonly documents: Documents
  readonly uploads: Uploads
  readonly links: Links
  readonly duplicate: Duplicate
  readonly batches: Batches
  readonly signals: Signals
  readonly connectors: ConnectorsApi
  readonly recordings: RecordingsApi
  readonly reports: ReportsApi
  /** Whom a list of recipients names. */
  readonly contacts: Contacts
  readonly files: StoredFiles
  readonly events: DocumentEvents
  /** What was loaded at start-up, in order: the folders of the product, then the packages that the configuration names. */
  readonly sources: readonly LoadedSource[]
  readonly settings: HttpSettings
}

export interface HttpSettings {
  /** `https://passeur.ville.fr`: decides whether cookies are for HTTPS alone. */
  readonly publicUrl: string
  /** Where the pages that open without a session are, and nothing else; none: they are at the same address as the rest. */
  readonly publicPagesUrl?: string | undefined
  /** A proxy in front gives the address of the client in `X-Forwarded-For`; believed only then. */
  readonly behindProxy: boolean
  /** Header, in lower case, where that proxy puts the client certificate it checked; nothing: no such proof is accepted. */
  readonly certificateHeader?: string | undefined
  /** Milliseconds without activity after which a session ends. */
  readonly sessionLifetime: number
  /** Bytes of the largest file accepted. */
  readonly uploadLimit: number
  /** None: nothing is counted. */
  readonly requestLimits?: RequestLimits | undefined
  /** The platform has a mail server: notifications leave. */
  readonly mail?: boolean | undefined
  /** Serve `/metrics`. */
  readonly metrics: boolean
}
