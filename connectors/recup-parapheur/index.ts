import { ConfigurationError, defineConnector, type ParapheurNamed } from '#core'
import { recupApi } from './client.ts'
import { collect, shelvesOf, waitingNames } from './collect.ts'
import { recupFields } from './fields.ts'
import { fieldsFrom } from './folder.ts'

const listed = (things: readonly ParapheurNamed[]): string =>
  things.map(({ id, name }) => `« ${name} » (${id})`).join(', ') || 'aucun'

export default defineConnector({
  id: 'recup-parapheur',
  version: 1,
  label: 'Récupération i-Parapheur 5',
  provides: ['glaneur'],
  pastell: ['recup-fin-parapheur', 'recup-parapheur-corbeille'],
  pace: { concurrency: 1 },
  config: recupFields,
  schedules: {
    relever: {
      label: 'Récupérer les dossiers',
      every: '10 min',
      run: async context =>
        context.config.actif
          ? collect(context)
          : 'La relève n’est pas active : cochez « Relève active » dans les réglages.',
    },
  },

  connect({ config, http, clock }) {
    const api = recupApi(http, clock, config)
    return {
      glaneur: { waiting: () => waitingNames(api, config) },
      async check() {
        fieldsFrom(config.correspondances)
        const tenants = await api.tenants()
        const tenant = tenants.find(({ id }) => id === config.tenant)
        if (!tenant)
          throw new ConfigurationError(
            `L'entité « ${config.tenant} » n'est pas accessible à ce compte. Entités accessibles : ${listed(tenants)}.`,
          )
        const shelves = shelvesOf(config)
        const desks = shelves.includes('desk') ? await api.desks() : []
        const desk = desks.find(({ id }) => id === config.desk)
        if (shelves.includes('desk') && !desk)
          throw new ConfigurationError(
            `Le bureau « ${config.desk ?? ''} » n'est pas accessible à ce compte. Bureaux accessibles : ${listed(desks)}.`,
          )
        const count = (await waitingNames(api, config)).length
        const where = [desk ? `bureau « ${desk.name} »` : '', shelves.includes('bin') ? 'corbeille' : '']
          .filter(Boolean)
          .join(' et ')
        return `Connecté au i-Parapheur : entité « ${tenant.name} », ${where}, ${count} dossier(s) à récupérer.`
      },
    }
  },
})
