import { defineConnector, sedaSchema } from '#core'
import { sedaFields } from './fields.ts'
import { generate } from './generate.ts'
import { unitLines } from './units.ts'

export default defineConnector({
  id: 'seda',
  version: 1,
  label: 'Bordereau SEDA',
  provides: ['seda'],
  pastell: ['generateur-seda', 'generateur-seda-asalae-2.1'],
  config: sedaFields,
  connect({ config, files, clock, log, schemas }) {
    return {
      async check() {
        unitLines(config.unites)
        const schema = await sedaSchema(schemas, config.version)
        return schema === undefined
          ? `Le schéma du SEDA ${config.version} n'est pas installé sur cette plateforme : seules les pièces des bordereaux sont vérifiées. Demandez à l'exploitant de déposer les schémas publiés dans le dossier PASSEUR_SCHEMAS.`
          : `Les bordereaux sont produits en SEDA ${config.version} et vérifiés avec le schéma « ${schema} ».`
      },
      seda: {
        generate: (contents, evidence, transferId) =>
          generate({ settings: config, contents, evidence, transferId, files, clock, log, schemas }),
      },
    }
  },
})
