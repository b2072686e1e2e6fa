import {
  chosenFile,
  defineConnector,
  givenBack,
  laterFields,
  pollsLeft,
  simulateTrouble,
  simulationCheck,
  simulationFields,
  xmlText,
} from '#core'

const place = (transferId: string) => `versement:${transferId}`

/** An archive service that keeps nothing: transfers are acknowledged, then accepted or refused, as the settings say. */
export default defineConnector({
  id: 'fake-sae',
  version: 1,
  label: 'Simulation — Archivage (SAE)',
  provides: ['sae'],
  simulation: true,
  pastell: ['FakeSAE', 'fakeSAE'],
  config: {
    accuse: chosenFile('Accusé de réception rendu', 'un accusé marqué « simulation »'),
    reponse: chosenFile('Réponse finale rendue', 'une réponse marquée « simulation »'),
    ...laterFields,
    ...simulationFields,
  },

  connect(context) {
    const { config, memory, files } = context
    const known = async (transferId: string) => (await memory.get<true>(place(transferId))) !== undefined
    const message = (name: string, transferId: string, comment: string) =>
      files.save(
        `<?xml version="1.0" encoding="UTF-8"?>\n<simulation><message>${name}</message><versement>${xmlText(transferId)}</versement><commentaire>${xmlText(comment)}</commentaire></simulation>\n`,
        `${name}-simulation.xml`,
      )

    return {
      check: () => simulationCheck(context),
      sae: {
        async send({ transferId }) {
          await simulateTrouble(context)
          await memory.set(place(transferId), true)
          return { is: 'sent' }
        },
        async acknowledgement({ transferId }) {
          await simulateTrouble(context)
          if (!(await known(transferId))) return { is: 'unknown' }
          const comment = 'Accusé de réception simulé'
          const chosen = await givenBack(context, config.accuse, 'accuse.xml')
          return { is: 'acknowledged', ack: chosen ?? (await message('accuse', transferId, comment)), comment }
        },
        async reply({ transferId }) {
          await simulateTrouble(context)
          const left = await pollsLeft(context, transferId)
          if (left !== undefined)
            return { is: 'pending', message: `Archivage simulé en cours : encore ${left} interrogation(s).` }
          const comment = config.refus ?? "Archive simulée : rien n'est conservé"
          const reply =
            (await givenBack(context, config.reponse, 'reponse.xml')) ?? (await message('reponse', transferId, comment))
          if (config.refus !== undefined) return { is: 'refused', reply, code: 'SIMULATION', comment }
          return { is: 'accepted', reply, archiveId: `simulation-${transferId}`, comment }
        },
      },
    }
  },
})
