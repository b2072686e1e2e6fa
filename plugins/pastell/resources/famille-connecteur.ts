import { ROOT, type AnyConnector } from '#core'
import { requireOn } from '../access.ts'
import { json, type Call, type Resource } from '../call.ts'
import { actionsOf, connectorName, connectorNamed, familyOf, isGlobal } from '../connectors-names.ts'
import { settingsOf } from '../connectors-values.ts'
import type { Json } from '../http/json.ts'

const TYPES: Readonly<Record<string, string>> = {
  longText: 'textarea',
  flag: 'checkbox',
  choice: 'select',
  secret: 'password',
  secretFile: 'file',
}

const byName = (names: Iterable<string>): readonly string[] =>
  [...new Set(names)].toSorted((a, b) => a.localeCompare(b, 'fr', { sensitivity: 'base' }))

/** What a connector is for: the first paragraph of its page. */
const descriptionIn = (help: string): string =>
  help
    .split(/\n\s*\n/u)
    .find(paragraph => paragraph.trim() !== '' && !paragraph.startsWith('#'))
    ?.replaceAll(/[*`]/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim() ?? ''

const definitionOf = (definition: AnyConnector, help: string): Json => ({
  nom: definition.label,
  type: familyOf(definition),
  description: descriptionIn(help),
  formulaire: {
    Réglages: new Map(
      settingsOf(definition).map(({ key, field: { kind, label, options, choices } }): [string, Json] => [
        key,
        {
          name: label,
          type: TYPES[kind] ?? kind,
          requis: options.required === true ? true : undefined,
          commentaire: options.help,
          value: choices && new Map(Object.entries(choices)),
          default: options.default === undefined ? undefined : String(options.default),
        },
      ]),
    ),
  },
  action: new Map(
    [...actionsOf(definition)].map(([name, action]): [string, Json] => [
      name,
      {
        'name-action':
          action.is === 'check' ? 'Tester la connexion' : (definition.schedules?.[action.task]?.label ?? name),
      },
    ]),
  ),
})

/** Those of the root alone, or the others: Pastell keeps them apart. */
const installed = ({ services, given }: Call): readonly AnyConnector[] => {
  const global = Boolean(given.text('global'))
  return services.connectors.definitions().filter(each => isGlobal(familyOf(each)) === global)
}

/** What may be configured (pastell-api.md §8.3). */
export const familleConnecteur: Resource = {
  async GET(call) {
    await requireOn(call, ROOT, 'system:lecture')
    const [family, name] = call.rest
    const all = installed(call)
    if (family === undefined) return json(byName(all.map(familyOf)))
    if (name === undefined) return json(byName(all.filter(each => familyOf(each) === family).map(connectorName)))
    const definition = connectorNamed(call.services.connectors.definitions(), name)
    if (!definition) return json([])
    const help = call.services.connectors.types().find(each => each.id === definition.id)?.help
    return json(definitionOf(definition, help ?? ''))
  },
}
