import { createSecretKey, randomBytes } from 'node:crypto'
import type { Config } from '../../../config/index.ts'
import { file, files, remoteChoice, text } from '../../authoring/fields.ts'
import { defineFlow } from '../../authoring/flows.ts'
import { defineStep, wait, type AnyStep } from '../../authoring/steps.ts'
import { parapheur } from '../../connectors/connectors.fixture.ts'
import { wire } from '../../container.ts'
import type { Db } from '../../db/knex.ts'
import { createListener } from '../../db/notifications.ts'
import { createFlowRegistry } from '../../flows/registry.ts'
import type { Loaded } from '../../loader.ts'
import { temporaryFiles } from '../../testing/disk-files.ts'
import { startTestServer, type TestServer } from '../http.fixture.ts'
import { apiRoutes } from './index.ts'

const visa = defineStep({
  id: 'visa',
  label: 'Visa',
  needs: 'signature',
  inputs: { titre: text('Titre', { required: true }), document: file('Document', { required: true }) },
  fields: { circuit: remoteChoice('Circuit', 'circuits', { required: true }) },
  initial: 'aEnvoyer',
  states: { aEnvoyer: { label: "Préparation de l'envoi" }, signe: { label: 'Signé', ends: 'next' } },
  links: {
    ouvrir: { label: 'Ouvrir dans le parapheur', from: 'aEnvoyer', open: async () => 'https://parapheur.exemple.fr/1' },
  },
  tasks: {
    envoyer: { label: 'Envoyer', from: 'aEnvoyer', to: 'signe', run: async () => wait('En attente.') },
  },
})

const note = defineFlow({
  id: 'note',
  version: 1,
  label: 'Note',
  family: 'essais',
  fields: {
    objet: text('Objet', { required: true, title: true, max: 50 }),
    reference: text('Référence', { index: true }),
    acte: file('Acte', { required: true, maxBytes: 5_000_000 }),
    annexes: files('Annexes', { max: 3 }),
  },
  steps: ({ objet, acte }) => [visa({ titre: objet, document: acte })],
})

const steps = new Map<string, AnyStep>([['visa', visa.definition]])
const remote = { connected: [], circuits: async () => [{ value: 'maire', label: 'Le maire' }], closed: 0 }
const connector = { definition: parapheur(remote), help: '# Parapheur d’essai' }

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** The whole API over the hub as it is wired in production: real documents, files, connectors and notifications. */
export const startApi = async (
  db: Db,
  connectionString: string,
  {
    uploadLimit = 20_000_000,
    routes = [],
    viewers = [],
    files,
  }: { readonly files?: string } & Partial<Pick<Config, 'uploadLimit'> & Pick<Loaded, 'routes' | 'viewers'>> = {},
): Promise<TestServer> => {
  const store = await temporaryFiles()
  const kept = files ?? store.folder
  const listener = await createListener({ connectionString, log: silent })
  const config: Config = {
    host: '127.0.0.1',
    port: 3000,
    publicUrl: 'http://localhost:3000',
    behindProxy: false,
    folders: {
      root: store.folder,
      data: store.folder,
      files: kept,
      ui: store.folder,
      schemas: undefined,
      local: [],
    },
    databaseUrl: connectionString,
    secretKeys: { current: createSecretKey(randomBytes(32)), old: [] },
    allowedNetworks: [],
    sessionLifetime: 3_600_000,
    uploadLimit,
    batchesKept: 90 * 86_400_000,
    stampEvery: 3_600_000,
    logLevel: 'silent',
    plugins: [],
    metrics: false,
    simulations: true,
  }
  const loaded = {
    steps,
    flows: [note],
    flowHelp: new Map([['note', '# Note d’essai']]),
    connectors: new Map([['parapheur-essai', connector]]),
    routes,
    mounts: [],
    publicPages: [],
    checks: [],
    importers: [],
    viewers,
    migrations: [],
    report: [],
  }
  const hub = wire({
    config,
    connectionString,
    loaded,
    flows: createFlowRegistry([note], steps),
    listener,
    kind: 'serve',
  })
  const server = await startTestServer({
    db,
    routes: apiRoutes(routes, viewers),
    pingEvery: 100,
    services: hub.cradle.services,
  })
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await hub.dispose()
      await listener.close()
      await store[Symbol.asyncDispose]()
    },
  }
}
