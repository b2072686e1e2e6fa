import type { Resource } from './call.ts'
import { badRequest, notFound } from './http/errors.ts'
import { connecteur } from './resources/connecteur.ts'
import { document } from './resources/document.ts'
import { entite } from './resources/entite.ts'
import { entiteFlux } from './resources/entite-flux.ts'
import { extension } from './resources/extension.ts'
import { familleConnecteur } from './resources/famille-connecteur.ts'
import { flux } from './resources/flux.ts'
import { frequenceConnecteur } from './resources/frequence-connecteur.ts'
import { journal } from './resources/journal.ts'
import { role } from './resources/role.ts'
import { utilisateur } from './resources/utilisateur.ts'
import { utilisateurRole } from './resources/utilisateur-role.ts'
import { version } from './resources/version.ts'

/** Every resource of the API by its name, lower case first. */
const RESOURCES: Readonly<Record<string, Resource>> = {
  version,
  document,
  flux,
  entite,
  utilisateur,
  utilisateurRole,
  role,
  journal,
  extension,
  connecteur,
  entiteFlux,
  familleConnecteur,
  frequenceConnecteur,
}

/** These keep their own name below an entity: `/entite/7/document/aB3xY9z`. */
const BELOW_ENTITY: Readonly<Record<string, string>> = {
  connecteur: 'connecteur',
  document: 'document',
  flux: 'entiteFlux',
}

const firstLower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)
const firstUpper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)

/**
 * The resource that a path names, and what follows. Below an entity the second keyword decides, and the rest is the same as by the
 * direct name: `/entite/7/document/x` is `/document/7/<anything>/x` (pastell-api.md §1).
 */
export const resourceNamed = (
  segments: readonly string[],
): { readonly resource: Resource; readonly rest: readonly (string | undefined)[] } => {
  const [given, ...rest] = segments
  if (given === undefined) throw badRequest('Ressource absente')
  const first = firstLower(given)
  const keyword = firstLower(rest[1] ?? '')
  const name =
    first === 'entite'
      ? (BELOW_ENTITY[keyword] ?? first)
      : first === 'utilisateur' && keyword === 'role'
        ? 'utilisateurRole'
        : first
  const resource = Object.hasOwn(RESOURCES, name) ? RESOURCES[name] : undefined
  if (!resource) throw notFound(`La ressource ${firstUpper(given)} n'a pas été trouvée`)
  // Zero in a path is nothing at all, for PHP.
  return { resource, rest: rest.map(segment => (segment === '0' ? undefined : segment)) }
}
