import { defineConnector, type Choice, type Convocation } from '#core'
import { idelibreApi } from './client.ts'
import { idelibreFields } from './fields.ts'
import { legacyReporter, nameOf, reportersIn } from './followed.ts'
import { formerSeances } from './former.ts'
import { legacyApi } from './legacy.ts'
import { seancesOf } from './seances.ts'
import { readMapping } from './types.ts'

const ROLES: Readonly<Record<string, string>> = { ROLE_API_STRUCTURE_ADMIN: 'administrateur de la structure' }

export default defineConnector({
  id: 'idelibre',
  version: 1,
  label: 'i-delibRE (convocations)',
  provides: ['convocation'],
  pace: { concurrency: 1 },
  config: idelibreFields,

  connect({ config, http, files }) {
    const api = idelibreApi(http, files, config)
    const legacy = legacyApi(http, config)
    const isFormer = config.api === 'ancienne'
    const isListed = !isFormer || config.jeton !== undefined
    const seances = seancesOf(api, config)

    const lists: Pick<Convocation, 'types' | 'themes' | 'reporters'> = {
      async types() {
        if (!isListed) return [...readMapping(config.correspondances).values()].map(value => ({ value, label: value }))
        const types = await api.types()
        return types.map(({ id, name }): Choice => ({ value: isFormer ? name : id, label: name }))
      },
      async themes() {
        const themes = isListed ? await api.themes() : []
        return themes.map(({ id, name, fullName }): Choice => {
          const label = fullName || name
          return { value: isFormer ? label : id, label }
        })
      },
      async reporters() {
        const users = isListed ? reportersIn(await api.users()) : []
        return users.map((user): Choice => ({ value: isFormer ? legacyReporter(user) : user.id, label: nameOf(user) }))
      },
    }

    const tokenSentence = async (): Promise<string> => {
      await api.ping()
      const { name = 'sans nom', structure, role = [] } = await api.me()
      const roles = role.map(each => ROLES[each] ?? each).join(', ') || 'aucun rôle'
      const mine = `« ${structure?.name ?? 'inconnue'} » (${structure?.id ?? '?'})`
      // Asked of the structure in the settings: a token that has no right on it is refused here.
      const { length } = await api.types()
      return `Connecté à i-delibRE avec le jeton « ${name} » de la structure ${mine}, ${roles} : ${length} type(s) de séance.`
    }

    const formerSentence = async (): Promise<string> => {
      await legacy.ping()
      const version = await legacy.version()
      await legacy.checkAccount()
      const account = `Connecté à i-delibRE ${version} par l'ancienne API avec le compte « ${config.identifiant ?? ''} ».`
      return config.jeton === undefined
        ? `${account} Sans jeton, les séances créées ne seront ni retrouvées ni suivies.`
        : `${account} ${await tokenSentence()}`
    }

    return {
      check: () => (isFormer ? formerSentence() : tokenSentence()),
      convocation: {
        ...lists,
        ...(isFormer ? formerSeances(legacy, config, config.jeton === undefined ? undefined : seances) : seances),
      },
    }
  },
})
