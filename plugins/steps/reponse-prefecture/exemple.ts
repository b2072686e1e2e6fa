import { fileNamed, type StepExample } from '#core/testing'

const reponse = fileNamed('reponse.pdf')
const types = [{ sha256: reponse.sha256, name: reponse.name, value: '99_DE', label: 'Délibération' }]

/** What playing an answer to the préfecture needs: the answer itself, and a TdT that carries answers. */
export const exemple: StepExample = {
  corrections: {
    attente: [{ reponse, typologieCourrier: types, typologiePieces: types, typologieLettre: types }],
  },
}
