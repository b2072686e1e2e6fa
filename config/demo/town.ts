import { saveRole, grantRole } from '../../core/access/roles.ts'
import { createUser, findUserByLogin } from '../../core/access/users.ts'
import type { Cradle } from '../../core/container.ts'
import { inTransaction } from '../../core/db/unit-of-work.ts'
import { createEntity } from '../../core/entities/entities.ts'
import { EntityModel, ROOT } from '../../core/entities/model.ts'

/** Accounts of the demonstration, printed at start. They exist nowhere else. */
export const ACCOUNTS = [
  { login: 'admin', password: 'traverser-la-loire-2026', firstName: 'Ariane', lastName: 'Dupré', role: 'admin' },
  { login: 'camille', password: 'la-barque-passe-le-gué-7', firstName: 'Camille', lastName: 'Martin', role: 'agent' },
  {
    login: 'dominique',
    password: 'le-quai-sous-la-pluie-3',
    firstName: 'Dominique',
    lastName: 'Œuvrard',
    role: 'agent',
  },
] as const

export const TOWN = 'Ville de Démonstration'
const SERVICES = ['Secrétariat général', 'Finances', 'Urbanisme'] as const

/** What an agent of the demonstration may do, for every flow installed. */
const agentRights = (flows: Cradle['flows']): readonly string[] => [
  'entite:lecture',
  'journal:lecture',
  'connecteur:lecture',
  'annuaire:lecture',
  ...flows.list().flatMap(flow => [`${flow.id}:lecture`, `${flow.id}:edition`, `${flow.id}:teletransmettre`]),
]

export interface Town {
  readonly entityId: string
  /** The agent who sends the first acte. */
  readonly agentId: string
  readonly adminId: string
}

const findTown = (cradle: Cradle) => EntityModel.query(cradle.db).findOne({ name: TOWN })

/** Creates the town, its three services and its people, once; gives the roles the rights of the flows of the day each time. */
export const settleTown = async (cradle: Cradle): Promise<Town> => {
  const { db, flows } = cradle
  await inTransaction(db, async trx => {
    await saveRole(trx, { id: 'admin', label: 'Administrateur', rights: ['*'] })
    await saveRole(trx, { id: 'agent', label: 'Agent', rights: agentRights(flows) })
  })
  const known = await findTown(cradle)
  const town = known ?? (await createEntity(db, { name: TOWN, siren: '213400005' }))
  if (!known) for (const name of SERVICES) await createEntity(db, { name, kind: 'service', parentId: town.id })
  const ids = new Map<string, string>()
  for (const { role, ...account } of ACCOUNTS) {
    const user =
      (await findUserByLogin(db, account.login)) ??
      (await createUser(db, { ...account, email: `${account.login}@ville-demonstration.example`, entityId: town.id }))
    await grantRole(db, { userId: user.id, roleId: role, entityId: role === 'admin' ? ROOT : town.id })
    ids.set(account.login, user.id)
  }
  return { entityId: town.id, agentId: ids.get('camille') ?? '', adminId: ids.get('admin') ?? '' }
}
