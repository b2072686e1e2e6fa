import { asFunction, asValue, createContainer, InjectionMode, type AwilixContainer } from 'awilix'
import type { Config } from '../config/index.ts'
import { rightsCatalogue } from './access/rights.ts'
import { createSignIn, type SignIn } from './access/sign-in.ts'
import { createThrottle, type Throttle } from './access/throttle.ts'
import type { Clock, Log } from './authoring/context.ts'
import { createChoices, type Choices } from './connectors/choices.ts'
import { createConnections, type Connections } from './connectors/connections.ts'
import { createEngineInstances } from './connectors/engine-instances.ts'
import { createLaneOf } from './connectors/lane-of.ts'
import { createLanes } from './connectors/lanes.ts'
import { createRecordings } from './connectors/recordings.ts'
import { createReports, type ReportsService } from './connectors/reports.ts'
import { createRegistry, type ConnectorRegistry } from './connectors/registry.ts'
import { createSchedules, type Schedules } from './connectors/schedules.ts'
import { createSecrets, type Secrets } from './connectors/secrets.ts'
import { createConnectors, type Connectors } from './connectors/service.ts'
import { createContacts, type Contacts } from './contacts/recipients.ts'
import { createKnex, type Db } from './db/knex.ts'
import type { Listener } from './db/notifications.ts'
import { createBatches, type Batches } from './documents/batches/service.ts'
import { createDesk, type CreateDesk } from './documents/desk.ts'
import { createDuplicate, type Duplicate } from './documents/duplicate.ts'
import { createFinder, type CreateFinder } from './documents/finder.ts'
import { createInbox, type CreateInbox } from './documents/inbox.ts'
import { createKin } from './documents/kin.ts'
import { createLinks, type Links } from './documents/links.ts'
import { createDocuments, type Documents } from './documents/service.ts'
import { createUploads, type Uploads } from './documents/uploads.ts'
import { createSignals, type Signals } from './documents/signals.ts'
import { createStore, type LaneOf, type StoredDocuments } from './documents/store.ts'
import type { EnginePorts, Instances, Kin, Lanes, PublicLinks } from './engine/ports.ts'
import { createFiles, type StoredFiles } from './files/files.ts'
import { storeOf } from './files/open-store.ts'
import { announcer } from './files/sweep.ts'
import type { FlowRegistry } from './flows/registry.ts'
import { createStudio, type Studio } from './flows/studio/service.ts'
import { createDocumentEvents, type DocumentEvents } from './http/events.ts'
import { createPublicLinks } from './http/public/links.ts'
import type { RecordingsApi } from './http/ports.ts'
import type { Services } from './http/services.ts'
import { createHeartbeat, type Heartbeat, type HeartbeatOptions } from './jobs/processes.ts'
import type { Loaded } from './loader.ts'
import { createLog } from './log.ts'
import { createMailer } from './notifications/mailer.ts'
import { createRecordNotices, type RecordNotices } from './notifications/record.ts'
import { stampers } from './journal/stampers.ts'
import { createStamping, type Stamping } from './journal/stamping.ts'
import { createNotifications, digestAfter, type Notifications } from './notifications/service.ts'

/** What exists before anything is wired: the configuration, what was loaded, an address of database. */
export interface Given {
  readonly config: Config
  readonly connectionString: string
  readonly loaded: Loaded
  readonly flows: FlowRegistry
  readonly listener: Listener
  /** What this process is for, seen by the others. */
  readonly kind: 'serve' | 'worker'
  /** How soon a silent process is taken for dead; tests are less patient. */
  readonly beat?: Pick<HeartbeatOptions, 'every' | 'deadAfter'> | undefined
}

/** The parts of the hub, by name. Factories take theirs by destructuring and do not know that a container exists. */
export interface Cradle extends Given {
  readonly clock: Clock
  readonly log: Log
  readonly db: Db
  readonly files: StoredFiles
  readonly registry: ConnectorRegistry
  readonly secrets: Secrets
  readonly connections: Connections
  readonly choices: Choices
  readonly lanes: Lanes
  readonly heartbeat: Heartbeat
  readonly instances: Instances
  readonly laneOf: LaneOf
  readonly recordNotices: RecordNotices | undefined
  readonly notifications: Notifications
  readonly stamping: Stamping
  readonly store: StoredDocuments
  readonly uploads: Uploads
  readonly documents: Documents
  readonly studio: Studio
  readonly links: Links
  readonly duplicate: Duplicate
  readonly batches: Batches
  readonly inbox: CreateInbox
  readonly kin: Kin
  readonly publicLinks: PublicLinks
  readonly contacts: Contacts
  readonly signals: Signals
  readonly finder: CreateFinder
  readonly desk: CreateDesk
  readonly reports: ReportsService
  readonly connectors: Connectors
  readonly recordings: RecordingsApi
  readonly schedules: Schedules
  readonly engine: EnginePorts
  readonly events: DocumentEvents
  readonly throttle: Throttle
  readonly signIn: SignIn
  readonly services: Services
}

/** One of each: a part is made when it is first asked for. */
const part = <T>(make: (cradle: Cradle) => T) => asFunction(make).singleton()

const parts = {
  clock: part((): Clock => ({ now: () => new Date() })),
  log: part(({ config }: Cradle) => createLog(config.logLevel)),
  db: part(({ connectionString, kind }: Cradle) => createKnex({ connectionString, name: `passeur-${kind}` })).disposer(
    db => db.destroy(),
  ),
  files: part(({ config, db, clock }: Cradle) =>
    createFiles({ store: storeOf(config), announce: announcer({ db, clock }) }),
  ),
  registry: part(({ loaded, config }: Cradle) => createRegistry([...loaded.connectors.values()], config)),
  secrets: part(({ config }: Cradle) => createSecrets(config.secretKeys)),
  connections: part(({ db, registry, secrets, files, finder, clock, log, config }: Cradle) =>
    createConnections({
      db,
      registry,
      secrets,
      files,
      finder,
      clock,
      log,
      allowedRanges: config.allowedNetworks,
      schemas: config.folders.schemas,
      localFolders: config.folders.local,
    }),
  ).disposer(connections => connections.close()),
  choices: part(createChoices),
  lanes: part(({ db }: Cradle) => createLanes({ db })),
  heartbeat: part(({ db, kind, log, beat }: Cradle) => createHeartbeat({ db, kind, log, ...beat })),
  instances: part(createEngineInstances),
  laneOf: part(createLaneOf),
  // Without a mail server nothing is written down: it would pile up for ever.
  recordNotices: part(({ config }: Cradle) => config.mail && createRecordNotices(digestAfter(config.mail.digestAt))),
  notifications: part(({ db, flows, clock, log, config }: Cradle) =>
    createNotifications({
      db,
      flows,
      clock,
      log,
      publicUrl: config.publicUrl,
      mailer: config.mail && createMailer(config.mail),
    }),
  ),
  stamping: part(({ db, clock, log, connections, instances, config }: Cradle) =>
    createStamping({
      db,
      clock,
      log,
      using: stampers(connections),
      suspend: instances.suspend,
      every: config.stampEvery,
    }),
  ),
  store: part(({ db, flows, laneOf, recordNotices }: Cradle) => createStore({ db, flows, laneOf, recordNotices })),
  uploads: part(createUploads),
  documents: part(createDocuments),
  studio: part(({ db, flows, store, loaded, clock, log }: Cradle) =>
    createStudio({ db, flows, store, steps: loaded.steps, clock, log }),
  ),
  links: part(createLinks),
  duplicate: part(createDuplicate),
  batches: part(createBatches),
  inbox: part(createInbox),
  kin: part(createKin),
  finder: part(createFinder),
  desk: part(createDesk),
  reports: part(createReports),
  connectors: part(createConnectors),
  recordings: part(createRecordings),
  schedules: part(createSchedules),
  publicLinks: part(({ config }: Cradle) =>
    createPublicLinks({ key: config.secretKeys.current, origin: config.publicPagesUrl ?? config.publicUrl }),
  ),
  signals: part(createSignals),
  contacts: part(createContacts),
  engine: part(
    ({
      store,
      kin,
      contacts,
      flows,
      instances,
      lanes,
      heartbeat,
      publicLinks,
      files,
      clock,
      log,
    }: Cradle): EnginePorts => ({
      documents: store,
      kin,
      contacts,
      flows,
      instances,
      lanes,
      processes: heartbeat,
      publicLinks,
      files,
      clock,
      log,
    }),
  ),
  events: part(({ listener, log }: Cradle) => createDocumentEvents({ listener, log })),
  throttle: part(({ db }: Cradle) => createThrottle(db)),
  signIn: part(({ db, throttle, clock }: Cradle) => createSignIn({ db, throttle, clock })),
  services: part((cradle: Cradle): Services => ({
    db: cradle.db,
    clock: cradle.clock,
    log: cradle.log,
    signIn: cradle.signIn,
    flows: cradle.flows,
    files: cradle.files,
    events: cradle.events,
    sources: cradle.loaded.report,
    documents: cradle.documents,
    studio: cradle.studio,
    steps: cradle.loaded.steps,
    flowHelp: cradle.loaded.flowHelp,
    uploads: cradle.uploads,
    links: cradle.links,
    duplicate: cradle.duplicate,
    batches: cradle.batches,
    signals: cradle.signals,
    contacts: cradle.contacts,
    connectors: cradle.connectors,
    recordings: cradle.recordings,
    reports: cradle.reports,
    rightsCatalogue: () => rightsCatalogue(cradle.flows.list()),
    settings: {
      publicUrl: cradle.config.publicUrl,
      publicPagesUrl: cradle.config.publicPagesUrl,
      behindProxy: cradle.config.behindProxy,
      certificateHeader: cradle.config.certificateHeader,
      requestLimits: cradle.config.requestLimits,
      sessionLifetime: cradle.config.sessionLifetime,
      mail: cradle.config.mail !== undefined,
      uploadLimit: cradle.config.uploadLimit,
      metrics: cradle.config.metrics,
    },
  })),
}

/** Wires the hub. The one place that knows every part; reads like a parts list. */
export const wire = (given: Given): AwilixContainer<Cradle> =>
  createContainer<Cradle>({ injectionMode: InjectionMode.PROXY, strict: true })
    .register({
      config: asValue(given.config),
      connectionString: asValue(given.connectionString),
      loaded: asValue(given.loaded),
      flows: asValue(given.flows),
      listener: asValue(given.listener),
      kind: asValue(given.kind),
      beat: asValue(given.beat),
    })
    .register(parts)
