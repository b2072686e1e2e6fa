import { ConfigurationError, defineConnector, fastCertificateSentence, signersOf, type Memory } from '#core'
import { fastActes } from './actes.ts'
import { currentClassification } from './classification.ts'
import { actesDepot, type FastTdtContext } from './depot.ts'
import { actesSettings, fastTdtFields } from './fields.ts'
import { fastHelios, heliosCircuit, heliosDocuments } from './helios.ts'
import { tidy } from './tidying.ts'

const NO_ACTES = 'Ce connecteur ne sert pas aux actes : rien à faire.'

/** An authority that begins has no classification yet: the connection is good all the same. */
const classificationSentence = async (
  depot: ReturnType<typeof actesDepot>,
  memory: Memory,
  names: readonly string[],
): Promise<string> => {
  try {
    return `classification du ${(await currentClassification(depot, memory, names)).date}`
  } catch (error) {
    if (error instanceof ConfigurationError) return `pas de classification (${error.message.replace(/\.$/u, '')})`
    throw error
  }
}

const actesSentence = async (context: FastTdtContext): Promise<string> => {
  const depot = actesDepot(context)
  await depot.service.describe()
  const names = await depot.names()
  return `actes : dépôt ouvert (${names.length} fichier(s)), ${await classificationSentence(depot, context.memory, names)}`
}

const heliosSentence = async (context: FastTdtContext): Promise<string> => {
  const { service, documents } = heliosDocuments(context)
  await service.describe()
  return `flux comptables : circuit « ${heliosCircuit(context.config.circuit, await documents.circuits()).name} »`
}

export default defineConnector({
  id: 'fast-tdt',
  version: 1,
  label: 'FAST (actes et flux comptables)',
  provides: ['tdtActes', 'tdtHelios'],
  pastell: ['fast-tdt'],
  pace: { concurrency: 2 },
  config: fastTdtFields,

  schedules: {
    classification: {
      label: 'Actualiser la classification',
      every: '1 d',
      async run(context) {
        if (!actesSettings(context.config)) return NO_ACTES
        const depot = actesDepot(context)
        const { date } = await currentClassification(depot, context.memory, await depot.names())
        return `Classification du ${date}.`
      },
    },
    rangement: {
      label: 'Retirer du dépôt ce qui a été lu',
      every: '1 d',
      run: context => (actesSettings(context.config) ? tidy(context) : Promise.resolve(NO_ACTES)),
    },
  },

  connect(context) {
    const { config, clock } = context
    return {
      tdtActes: fastActes(context),
      tdtHelios: { ...fastHelios(context), signers: signersOf(config) },
      async check() {
        const certificate = fastCertificateSentence(config, clock.now())
        const hasActes = actesSettings(config) !== undefined
        // Without the settings of actes, the circuit is what is missing, and the list of circuits is what helps.
        const served = [
          ...(hasActes ? [await actesSentence(context)] : []),
          ...(config.circuit || !hasActes ? [await heliosSentence(context)] : []),
        ]
        return `Connecté à FAST pour l'abonnement ${config.abonnement}, ${certificate} ; ${served.join(' ; ')}.`
      },
    }
  },
})
