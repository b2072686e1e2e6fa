import { ConfigurationError } from '../../authoring/errors.ts'
import type { Choice } from '../../authoring/values.ts'
import { refusedFor, saysNothingFound } from './failures.ts'
import type { ChorusWire } from './wire.ts'

export interface Structure {
  readonly id: number
  readonly name: string
}

interface Found {
  readonly listeStructures?:
    readonly { readonly idStructureCPP?: number | string; readonly designationStructure?: string }[] | null
}
interface Services {
  readonly listeServices?:
    | readonly {
        readonly idService?: number | string
        readonly codeService?: string | null
        readonly libelleService?: string | null
        readonly nomService?: string | null
        readonly estActif?: boolean
      }[]
    | null
}

/** The structure of a SIRET, `undefined` when Chorus Pro has none. */
export const findStructure = async (wire: ChorusWire, siret: string): Promise<Structure | undefined> => {
  const asked = await wire.ask<Found>('structures/v1/rechercher', {
    structure: { identifiantStructure: siret, typeIdentifiantStructure: 'SIRET' },
    restreindreStructuresPrivees: false,
  })
  if (asked.is === 'refused') {
    if (saysNothingFound(asked)) return undefined
    throw refusedFor(`la recherche de la structure ${siret}`, asked)
  }
  const first = asked.answer.listeStructures?.[0]
  const id = Number(first?.idStructureCPP)
  return first && Number.isInteger(id) ? { id, name: first.designationStructure ?? siret } : undefined
}

/** @throws ConfigurationError when Chorus Pro has no structure of this SIRET */
export const structureOf = async (wire: ChorusWire, siret: string): Promise<Structure> => {
  const found = await findStructure(wire, siret)
  if (found) return found
  throw new ConfigurationError(
    `Chorus Pro ne connaît aucune structure de SIRET ${siret}. Corrigez ce numéro dans les réglages du connecteur.`,
  )
}

/** Active services of a structure: `value` is the code that invoices bear. */
export const servicesOf = async (
  wire: ChorusWire,
  structure: Structure,
): Promise<readonly (Choice & { readonly id: number })[]> => {
  const asked = await wire.ask<Services>('structures/v1/rechercher/services', { idStructure: structure.id })
  if (asked.is === 'refused') {
    if (saysNothingFound(asked)) return []
    throw refusedFor(`la liste des services de « ${structure.name} »`, asked)
  }
  return (asked.answer.listeServices ?? []).flatMap(
    ({ idService, codeService, libelleService, nomService, estActif }) =>
      estActif === false || idService === undefined
        ? []
        : [
            {
              id: Number(idService),
              value: codeService ?? String(idService),
              label: libelleService ?? nomService ?? codeService ?? String(idService),
            },
          ],
  )
}

/** The service that a setting names, by its code, its number or its label. @throws ConfigurationError naming those that exist */
export const serviceNamed = async (wire: ChorusWire, structure: Structure, wanted: string): Promise<number> => {
  const services = await servicesOf(wire, structure)
  const found = services.find(({ id, value, label }) => [String(id), value, label].includes(wanted.trim()))
  if (found) return found.id
  const known = services.map(({ value, label }) => `« ${value} » (${label})`).join(', ')
  throw new ConfigurationError(
    `« ${structure.name} » n'a pas de service « ${wanted} » dans Chorus Pro. Services connus : ${known || 'aucun'}. Corrigez « Service destinataire » dans les réglages du connecteur.`,
  )
}
