import { ConfigurationError, defineConnector, sedaSchema } from '#core'
import { settingFaults } from './check.ts'
import { sedaFields } from './fields.ts'
import { generate } from './generate.ts'
import { upgrade } from './upgrade.ts'

export default defineConnector({
  id: 'seda',
  version: 2,
  label: 'Bordereau SEDA',
  provides: ['seda'],
  pastell: [
    'generateur-seda',
    'generateur-seda-asalae-1.0',
    'generateur-seda-asalae-2.1',
    'generateur-seda-asalae-2.2',
    'generateur-seda-vitam-2.1',
  ],
  config: sedaFields,
  upgrade,
  connect({ config, files, clock, log, schemas }) {
    return {
      async check() {
        const faults = settingFaults(config)
        if (faults.length > 0) throw new ConfigurationError(faults.join('\n'))
        const version = config.version === 'vitam-2.1' ? '2.1' : config.version
        const profile = config.version === 'vitam-2.1' ? ', profil Vitam' : ''
        const schema = await sedaSchema(schemas, version)
        return schema === undefined
          ? `Le schéma du SEDA ${version} n'est pas installé sur cette plateforme : seules les pièces des bordereaux sont vérifiées. Demandez à l'exploitant de déposer les schémas publiés dans le dossier PASSEUR_SCHEMAS.`
          : `Les bordereaux sont produits en SEDA ${version}${profile} et vérifiés avec le schéma « ${schema} ».`
      },
      seda: {
        generate: (contents, evidence, transferId) =>
          generate({ settings: config, contents, evidence, transferId, files, clock, log, schemas }),
      },
    }
  },
})
