import { file, files, remoteChoice, text } from '../../authoring/fields.ts'
import { defineFlow } from '../../authoring/flows.ts'
import { defineStep, wait, type AnyStep } from '../../authoring/steps.ts'
import type { Choices } from '../../connectors/choices.ts'
import type { Db } from '../../db/knex.ts'
import { createListener } from '../../db/notifications.ts'
import { createDocuments } from '../../documents/service.ts'
import { createStore } from '../../documents/store.ts'
import { createFlowRegistry } from '../../flows/registry.ts'
import { rightsCatalogue } from '../../access/rights.ts'
import { temporaryFiles } from '../../testing/disk-files.ts'
import { createDocumentEvents } from '../events.ts'
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
    acte: file('Acte', { required: true, maxBytes: 5_000_000 }),
    annexes: files('Annexes', { max: 3 }),
  },
  steps: ({ objet, acte }) => [visa({ titre: objet, document: acte })],
})

const circuits = [{ value: 'maire', label: 'Le maire' }]

/** The whole API over real documents, files and notifications; the remote list is a constant. */
export const startApi = async (db: Db, connectionString: string): Promise<TestServer> => {
  const clock = { now: () => new Date() }
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
  const flows = createFlowRegistry([note], new Map<string, AnyStep>([['visa', visa.definition]]))
  const store = createStore({ db, flows, laneOf: async () => undefined })
  const stored = await temporaryFiles()
  const choices: Choices = { list: async () => ({ choices: circuits, fetchedAt: clock.now() }) }
  const listener = await createListener({ connectionString, log: silent })
  const server = await startTestServer({
    db,
    routes: apiRoutes(),
    settings: { uploadLimit: 20_000_000 },
    pingEvery: 100,
    services: {
      flows,
      files: stored,
      documents: createDocuments({ db, store, flows, files: stored, choices, clock }),
      events: createDocumentEvents({ listener, log: silent }),
      rightsCatalogue: () => rightsCatalogue(flows.list()),
    },
  })
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await listener.close()
      await stored[Symbol.asyncDispose]()
    },
  }
}
