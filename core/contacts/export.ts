import { csv } from '../contracts/upkeep/csv.ts'
import type { Db } from '../db/knex.ts'
import { listContacts } from './contacts.ts'
import { BETWEEN_GROUPS, HEADER } from './csv-lines.ts'

const PAGE = 500

/** The contacts of an entity as CSV, page by page: what `readContacts` reads again. */
export async function* exportContacts(db: Db, entityId: string): AsyncGenerator<string> {
  yield csv([HEADER])
  for (let after: string | undefined; ;) {
    const { items, next } = await listContacts(db, { entityId, after, limit: PAGE })
    const rows = items.map(({ email, name, groups }) => [
      email,
      name,
      groups.map(group => group.name).join(BETWEEN_GROUPS),
    ])
    // The byte order mark stands at the head of the file alone.
    if (rows.length > 0) yield csv(rows).replace(/^\uFEFF/u, '')
    if (next === null) return
    after = next
  }
}
