import {
  defineConnector,
  filesIn,
  PermanentError,
  simulateTrouble,
  simulationCheck,
  simulationFields,
  text,
} from '#core'

/** A deposit that goes nowhere: it only says what it would have deposited. */
export default defineConnector({
  id: 'fake-ged',
  version: 1,
  label: 'Simulation — Dépôt (GED)',
  provides: ['ged'],
  simulation: true,
  pastell: ['FakeGED'],
  config: {
    refus: text('Motif de refus', { help: 'Vide : tout est accepté. Rempli : tout dépôt est refusé, avec ce motif.' }),
    ...simulationFields,
  },
  connect: context => ({
    check: () => simulationCheck(context),
    ged: {
      async deposit(contents, key) {
        await simulateTrouble(context)
        const { refus } = context.config
        if (refus !== undefined) throw new PermanentError(`Le dépôt simulé refuse ce dossier : ${refus}`)
        const names = Object.keys(contents.values).flatMap(name => filesIn(contents, name).map(file => file.name))
        const ids = Object.fromEntries(names.map((name, rank) => [name, `simulation-${key}-${rank + 1}`]))
        return { ids, location: `Simulation : aucun fichier n'a été déposé (${key}).` }
      },
    },
  }),
})
