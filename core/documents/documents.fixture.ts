import { flag, file, files, remoteChoice, text } from '../authoring/fields.ts'
import { defineFlow } from '../authoring/flows.ts'
import { defineStep, wait } from '../authoring/steps.ts'
import type { AnyStep } from '../authoring/steps.ts'
import type { Db } from '../db/knex.ts'
import type { CompiledFlow, Document } from '../engine/model.ts'
import { blank, settle } from '../engine/settle.ts'
import { createFlowRegistry, type FlowRegistry } from '../flows/registry.ts'
import { createEntity } from '../entities/entities.ts'
import { createStore, type StoredDocuments } from './store.ts'

/** A step that sends something and asks for news: what most steps are. */
export const visa = defineStep({
  id: 'visa',
  label: 'Visa',
  needs: 'signature',
  inputs: { titre: text('Titre', { required: true }), document: file('Document', { required: true }) },
  fields: {
    circuit: remoteChoice('Circuit', 'circuits', { required: true }),
    dossierId: text('Numéro du dossier', { computed: true, index: true }),
    retours: files('Retours', { computed: true }),
  },
  initial: 'aEnvoyer',
  states: {
    aEnvoyer: { label: "Préparation de l'envoi" },
    envoye: { label: 'Transmis au parapheur' },
    signe: { label: 'Signé', ends: 'next' },
    erreur: { label: 'Visa impossible', trouble: true, deletable: true },
  },
  tasks: {
    envoyer: {
      label: 'Envoyer',
      from: 'aEnvoyer',
      to: 'envoye',
      async run({ inputs, data, connector, key }, goto) {
        const { titre, document } = inputs
        const folder = { key, title: titre, circuit: data.circuit.value, document, annexes: [] }
        const sent = await connector.send(folder)
        return goto('envoye', { dossierId: sent.is === 'sent' ? sent.id : sent.reason })
      },
    },
    verifier: {
      label: 'Vérifier',
      from: 'envoye',
      to: 'signe',
      every: '15 min',
      run: async () => wait('En attente de signature.'),
    },
  },
  correspondence: { by: 'dossierId', into: 'retours' },
})

const deliberation = defineFlow({
  id: 'deliberation',
  version: 1,
  label: 'Délibération',
  family: 'actes',
  fields: {
    objet: text('Objet', { required: true, title: true, max: 200, pastell: 'titre_pastell' }),
    numero: text('Numéro', {
      index: true,
      pattern: { regex: '^[A-Z0-9_]+$', message: 'Le numéro ne comporte pas d’espace.' },
    }),
    acte: file('Acte', { required: true, accept: ['application/pdf', 'text/plain'], maxBytes: 1_000_000 }),
    annexes: files('Annexes', { max: 2 }),
    publier: flag('Publier'),
  },
  steps: ({ objet, acte }) => [visa({ titre: objet, document: acte })],
})

/** A registry of one flow. */
export const testFlows: FlowRegistry = createFlowRegistry(
  [deliberation],
  new Map<string, AnyStep>([['visa', visa.definition]]),
)
export const deliberationFlow: CompiledFlow = testFlows.get('deliberation', 1)

export const NOW = new Date('2026-07-14T09:30:00.000Z')
export const acte = { sha256: 'a'.repeat(64), name: 'délibération.pdf', size: 1234, type: 'application/pdf' }

let last = 0

/** A document just created, not stored yet. */
export const newDocument = (entityId: string, data: Document['data'] = {}, now = NOW) => {
  const identity = { id: `doc${String(++last).padStart(4, '0')}`, entityId, createdBy: undefined }
  const values = { objet: 'Subvention à l’école', numero: '2026-14', acte, ...data }
  return settle(deliberationFlow, blank(deliberationFlow, identity, values, now), { is: 'created' }, now)
}

export const testStore = (db: Db): StoredDocuments =>
  createStore({ db, flows: testFlows, laneOf: async () => ({ instanceId: '1', concurrency: 1 }) })

export const town = async (db: Db, name = 'Ville de Démonstration', parentId?: string): Promise<string> =>
  (await createEntity(db, { name, ...(parentId === undefined ? {} : { parentId }) })).id

export interface QueuedJob {
  readonly key: string | null
  readonly queueName: string | null
  readonly runAt: Date
  readonly priority: number
}

/** The wake-up calls in the queue. */
export const queuedJobs = (db: Db): Promise<QueuedJob[]> =>
  db('graphile_worker.jobs').orderBy('id').select<QueuedJob[]>('key', 'queueName', 'runAt', 'priority')
