import { samplePesRetour, type FlowExample } from '#core/testing'

/** A PES retour that can be read, and a file that is none. */
export const exemple: FlowExample = {
  departures: {
    complet: async ({ save }) => ({ fichierPes: await save(samplePesRetour({ nomFic: 'RET_1' }), 'RET_1.xml') }),
    illisible: async ({ save }) => ({ fichierPes: await save('<Facture/>', 'RET_1.xml') }),
  },
}
