import { samplePes, type FlowExample } from '#core/testing'

/** A PES that the treasury would read. */
export const exemple: FlowExample = {
  departures: {
    complet: async ({ save }) => ({ fichierPes: await save(samplePes(), 'mandats.xml') }),
  },
}
