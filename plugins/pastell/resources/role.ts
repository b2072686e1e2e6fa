import { listRoles, may } from '#core'
import { requireAnywhere } from '../access.ts'
import { json, type Resource } from '../call.ts'

/** The roles that the caller could give: all their rights are theirs somewhere (pastell-api.md §5). */
export const role: Resource = {
  async GET(call) {
    const held = await requireAnywhere(call, 'role:lecture')
    const roles = await listRoles(call.services.db)
    return json(
      roles
        .filter(({ rights }) => rights.every(right => may(held, right)))
        .map(({ id, label }) => ({ role: id, libelle: label })),
    )
  },
}
