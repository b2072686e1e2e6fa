import { fakeTown, type FlowExample } from '#core/testing'

/** A letter as the connector of the TdT delivers it. */
const letter = (type: string) => () => ({ numero: 'DEL_1', nature: '1', type, courrier: '7', acteTransaction: '42' })

/** Each kind of letter, from a TdT that carries answers, and a document that an agent began without any. */
export const exemple: FlowExample = {
  departures: {
    'courrier simple': letter('2'),
    'demande de pièces': letter('3'),
    "lettre d'observations": letter('4'),
    déféré: letter('5'),
    'sans courrier': () => ({}),
  },
  remotes: () => {
    const { tdtActes } = fakeTown().capabilities
    return {
      tdtActes: {
        ...tdtActes,
        answers: {
          send: async () => ({ is: 'sent', id: 'reponse-1' }),
          status: async () => ({ is: 'pending', message: "En attente de l'accusé" }),
        },
      },
    }
  },
}
