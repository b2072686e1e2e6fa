import type { AnyConnector } from '../authoring/connectors.ts'
import { errors } from '../errors.ts'

/** A connector found by the loader. */
export interface InstalledConnector {
  readonly definition: AnyConnector
  /** Its README in French, shown as its help page. */
  readonly help: string
}

/** The connectors installed on this platform. */
export interface ConnectorRegistry {
  readonly all: readonly InstalledConnector[]
  /** `undefined` when it was uninstalled since an instance was made. */
  find(id: string): InstalledConnector | undefined
  /** @throws errors.badInput when there is no such connector. */
  get(id: string): InstalledConnector
  /** Why this connector may not be used on this platform, in a sentence; nothing when it may. */
  forbids(definition: AnyConnector): string | undefined
}

/** @throws Error when two connectors have the same name: the start must stop. */
export const createRegistry = (
  installed: readonly InstalledConnector[],
  { simulations = true }: { readonly simulations?: boolean } = {},
): ConnectorRegistry => {
  const byId = new Map(installed.map(each => [each.definition.id, each]))
  if (byId.size !== installed.length) {
    const ids = installed.map(each => each.definition.id)
    const twice = ids.find((id, n) => ids.indexOf(id) !== n)
    throw new Error(`Deux connecteurs portent le même identifiant « ${twice} » : renommez ou retirez l'un des deux.`)
  }
  const find = (id: string) => byId.get(id)
  return {
    all: installed.toSorted((a, b) => a.definition.label.localeCompare(b.definition.label, 'fr')),
    find,
    forbids: ({ label, simulation }) =>
      simulation && !simulations
        ? `Les simulations sont interdites sur cette plateforme, et « ${label} » en est une : associez un vrai connecteur.`
        : undefined,
    get(id) {
      const found = find(id)
      if (found) return found
      const message = `Le connecteur « ${id} » n'est pas installé sur cette plateforme : choisissez-en un autre.`
      throw errors.badInput({ fields: [{ field: 'connector', message, code: 'inconnu' }] })
    },
  }
}
