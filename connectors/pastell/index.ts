import { ConfigurationError, defineConnector } from '#core'
import { isTrue, pastellApi, textIn, type PastellApi } from './client.ts'
import { actionOf, pastellFields, type PastellSettings } from './fields.ts'
import { mappingLines } from './mapping.ts'
import { push } from './push.ts'

const wrong = (sentence: string): ConfigurationError =>
  new ConfigurationError(`${sentence} Corrigez les réglages du connecteur.`)

/** The settings, compared with what the remote says of its types. */
const checkType = async (api: PastellApi, settings: PastellSettings): Promise<void> => {
  const fields = await api.type()
  for (const { target, source } of mappingLines(settings.correspondances)) {
    const field = fields[target]
    if (field === undefined)
      throw wrong(`Le type de dossier « ${settings.typeDossier} » n'a pas de champ « ${target} ».`)
    if ((Object(field) as { type?: unknown }).type === 'file' && source === undefined)
      throw wrong(`Le champ « ${target} » attend un fichier : sa ligne doit être « ${target}: %champ% ».`)
  }
  const action = actionOf(settings)
  if (action !== undefined && (await api.actions())[action] === undefined)
    throw wrong(`Le type de dossier « ${settings.typeDossier} » n'a pas d'action « ${action} ».`)
}

export default defineConnector({
  id: 'pastell',
  version: 1,
  label: 'Dépôt dans un autre Pastell ou Passeur',
  provides: ['ged'],
  pastell: ['depot-pastell'],
  // One at a time: a document whose creation was lost is recognised among the newest ones.
  pace: { concurrency: 1 },
  config: pastellFields,
  connect({ config, http, memory, clock }) {
    const api = pastellApi(http, config)
    return {
      async check() {
        const version = await api.version()
        const entity = await api.entity()
        const name = textIn(entity['denomination']) || config.entite
        if (entity['is_active'] !== undefined && !isTrue(entity['is_active']))
          throw wrong(`L'entité « ${name} » est désactivée sur la plateforme de destination.`)
        await checkType(api, config)
        const action = actionOf(config)
        const then = action === undefined ? 'sans déclencher d’action' : `puis « ${action} » sera déclenché`
        return `Connecté à la version ${textIn(version['version']) || 'inconnue'} comme « ${config.identifiant} » ; les dossiers « ${config.typeDossier} » seront créés dans « ${name} », ${then}.`
      },
      ged: { deposit: (contents, key) => push(contents, key, { api, settings: config, memory, clock }) },
    }
  },
})
