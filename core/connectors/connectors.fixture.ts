import { choice, secret, secretFile, text, url } from '../authoring/fields.ts'
import { defineConnector } from '../authoring/connectors.ts'
import type { Db } from '../db/knex.ts'

/** What a connector saw of its settings, and what its remote will answer. */
export interface Remote {
  connected: unknown[]
  circuits: () => Promise<readonly { value: string; label: string }[]>
  closed: number
}

/** A connector without network, whose remote is a variable of the test. */
export const parapheur = (remote: Remote) =>
  defineConnector({
    id: 'parapheur-essai',
    version: 2,
    label: "Parapheur d'essai",
    provides: ['signature'],
    config: {
      url: url('Adresse', { required: true }),
      mode: choice('Mode', { test: 'Essai', prod: 'Production' }, { default: 'test' }),
      login: text('Identifiant'),
      motDePasse: secret('Mot de passe', { required: true }),
      certificat: secretFile('Certificat'),
    },
    pace: { concurrency: 2, every: '5 min' },
    upgrade: (config, from) => (from < 2 ? { ...config, url: config['adresse'] } : config),
    schedules: {
      relever: {
        label: 'Relever',
        every: '1 h',
        run: async ({ memory }) => {
          const done = ((await memory.get<number>('releves')) ?? 0) + 1
          await memory.set('releves', done)
          return `Relevé numéro ${done}.`
        },
      },
      aLaMain: { label: 'À la main', run: async () => 'Fait.' },
    },
    connect: ({ config }) => {
      remote.connected.push(config)
      return {
        check: async () => `Connecté comme ${config.login ?? 'personne'}.`,
        close: async () => void remote.closed++,
        signature: {
          circuits: () => remote.circuits(),
          send: async () => ({ is: 'sent', id: '1' }),
          find: async () => undefined,
          status: async () => ({ is: 'pending', message: 'En attente.' }),
          close: async () => undefined,
        },
      }
    },
  })

/** An instance, straight into the table. */
export const instanceRow = async (
  db: Db,
  entityId: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> => {
  const at = new Date('2026-07-14T08:00:00Z')
  const row = {
    entityId,
    connector: 'parapheur-essai',
    connectorVersion: 2,
    label: 'Parapheur',
    createdAt: at,
    updatedAt: at,
  }
  const [inserted] = await db('connector_instances')
    .insert({ ...row, ...more })
    .returning<{ id: string }[]>('id')
  if (!inserted) throw new Error('Nothing was inserted.')
  return inserted.id
}
