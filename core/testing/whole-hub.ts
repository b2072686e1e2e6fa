import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../config/index.ts'
import { grantRole, saveRole } from '../access/roles.ts'
import { createUser } from '../access/users.ts'
import { createEntity } from '../entities/entities.ts'
import { openHub, type Hub } from '../hub.ts'
import { testDatabase } from './database.ts'

export const HUB_PASSWORD = 'Traverser-la-Loire-à-gué'

/** A hub as in production, with every plugin and connector of the checkout, on a real port. */
export interface WholeHub extends AsyncDisposable {
  /** `http://127.0.0.1:port`. */
  readonly origin: string
  readonly port: number
  readonly hub: Hub
  /** A town, a service below it, a neighbour; « agent » has every right in the town, « voisin » in the neighbour, « admin » everywhere. */
  readonly town: string
  readonly service: string
  readonly neighbour: string
  readonly users: Readonly<Record<'admin' | 'agent' | 'voisin', string>>
}

/**
 * @param options.worker `here` runs the jobs too; `none` leaves documents where the API put them
 * @param options.environment variables of the configuration, beside those of every test
 */
export const startWholeHub = async ({
  worker = 'none',
  environment = {},
}: {
  readonly worker?: 'here' | 'none'
  readonly environment?: Readonly<Record<string, string>>
} = {}): Promise<WholeHub> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-hub-'))
  const database = await testDatabase()
  const config = await loadConfig({
    PASSEUR_DATA: folder,
    DATABASE_URL: database.connectionString,
    PASSEUR_ALLOWED_NETWORKS: '127.0.0.0/8',
    PASSEUR_LOG_LEVEL: 'silent',
    ...environment,
  })
  const hub = await openHub({ ...config, port: 0 }, 'serve')
  const { db } = hub.cradle
  await saveRole(db, { id: 'admin', label: 'Administrateur', rights: ['*'] })
  const town = await createEntity(db, { name: 'Ville', siren: '213400005' })
  const service = await createEntity(db, { name: 'Service des assemblées', kind: 'service', parentId: town.id })
  const neighbour = await createEntity(db, { name: 'Voisine' })
  const person = async (login: string, entityId: string) => {
    const names = { login, firstName: 'Camille', lastName: 'Durand', email: `${login}@ville.example` }
    const { id } = await createUser(db, { ...names, password: HUB_PASSWORD, entityId })
    await grantRole(db, { userId: id, entityId, roleId: 'admin' })
    return id
  }
  const users = {
    admin: await person('admin', '0'),
    agent: await person('agent', town.id),
    voisin: await person('voisin', neighbour.id),
  }
  const { port } = await hub.serve()
  if (worker === 'here') await hub.work({ pollInterval: 100, roundEvery: 500 })
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    hub,
    town: town.id,
    service: service.id,
    neighbour: neighbour.id,
    users,
    async [Symbol.asyncDispose]() {
      await hub.close()
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
