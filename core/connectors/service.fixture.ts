import { createSecretKey, randomBytes } from 'node:crypto'
import type { AnyConnector } from '../authoring/connectors.ts'
import type { Db } from '../db/knex.ts'
import { testFlows } from '../documents/documents.fixture.ts'
import { createDesk } from '../documents/desk.ts'
import { createFinder } from '../documents/finder.ts'
import { createInbox } from '../documents/inbox.ts'
import { createDocuments } from '../documents/service.ts'
import { createUploads } from '../documents/uploads.ts'
import { createStore } from '../documents/store.ts'
import { temporaryFiles } from '../testing/disk-files.ts'
import { keptLog } from '../testing/connect.ts'
import { virtualClock } from '../testing/test-hub.ts'
import { createChoices } from './choices.ts'
import { createConnections } from './connections.ts'
import { parapheur, type Remote } from './connectors.fixture.ts'
import { createEngineInstances } from './engine-instances.ts'
import { createLaneOf } from './lane-of.ts'
import { createRegistry } from './registry.ts'
import { createReports } from './reports.ts'
import { createSchedules } from './schedules.ts'
import { createSecrets } from './secrets.ts'
import { createConnectors } from './service.ts'

/** Everything around connectors, on a real database, with one connector whose remote belongs to the test. */
export const connectorsHub = async (
  db: Db,
  { definition, simulations = true }: { readonly definition?: AnyConnector; readonly simulations?: boolean } = {},
) => {
  const files = await temporaryFiles()
  const remote: Remote = { connected: [], circuits: async () => [{ value: '1', label: 'Maire' }], closed: 0 }
  const clock = virtualClock('2026-07-14T09:30:00Z')
  const log = keptLog()
  const registry = createRegistry([{ definition: definition ?? parapheur(remote), help: '# Aide' }], { simulations })
  const secrets = createSecrets({ current: createSecretKey(randomBytes(32)), old: [] })
  const flows = testFlows
  const finder = createFinder({ db, flows, clock })
  const connections = createConnections({ db, registry, secrets, files, finder, clock, log, allowedRanges: [] })
  const instances = createEngineInstances({ db, flows, connections, clock })
  const laneOf = createLaneOf({ db, flows, registry, clock })
  const store = createStore({ db, flows, laneOf })
  const inbox = createInbox({ db, store, flows, files, clock })
  const choices = createChoices({ db, connections, clock, log })
  const documents = createDocuments({
    db,
    store,
    flows,
    files,
    uploads: createUploads({ db, files, clock }),
    choices,
    clock,
  })
  const desk = createDesk({ db, documents, finder })
  const reports = createReports({ db, clock })
  const schedules = createSchedules({ db, registry, connections, instances, inbox, desk, reports, clock, log })
  const connectors = createConnectors({ db, registry, secrets, connections, schedules, flows, clock })
  const close = async () => {
    await connections.close()
    await files[Symbol.asyncDispose]()
  }
  return {
    remote,
    clock,
    log,
    registry,
    secrets,
    connections,
    instances,
    laneOf,
    store,
    inbox,
    documents,
    finder,
    desk,
    reports,
    schedules,
    connectors,
    choices,
    close,
  }
}

export type ConnectorsHub = Awaited<ReturnType<typeof connectorsHub>>

/** What an administrator types. */
export const filledIn = { url: 'https://parapheur.exemple.fr', login: 'mairie', motDePasse: 'S3CRET-parapheur' }
export const SLOT = 'visa:signature'
