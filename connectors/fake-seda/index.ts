import {
  chosenFile,
  defineConnector,
  filesIn,
  givenBack,
  PermanentError,
  simulateTrouble,
  simulationCheck,
  simulationFields,
  tarGz,
  text,
  xmlText,
} from '#core'

/** A generator whose slip follows no schema: enough for the archive service of simulation, for no other. */
export default defineConnector({
  id: 'fake-seda',
  version: 1,
  label: 'Simulation — Bordereau SEDA',
  provides: ['seda'],
  simulation: true,
  pastell: ['FakeSEDA'],
  config: {
    service: text('Service versant', { default: 'SIMULATION', help: 'Identifiant écrit dans le bordereau simulé.' }),
    bordereau: chosenFile('Bordereau rendu', 'un bordereau marqué « simulation », qui nomme les fichiers'),
    refus: text('Motif de refus', { help: 'Vide : tout est accepté. Rempli : la génération échoue, avec ce motif.' }),
    ...simulationFields,
  },

  connect(context) {
    const { config, files, clock } = context
    return {
      check: () => simulationCheck(context),
      seda: {
        async generate(contents, { journal }, transferId) {
          await simulateTrouble(context)
          if (config.refus !== undefined)
            throw new PermanentError(`Le générateur simulé refuse ce dossier : ${config.refus}`)
          const held = [journal, ...Object.keys(contents.values).flatMap(name => filesIn(contents, name))]
          // Two files may bear one name: their rank tells them apart.
          const entries = held.map((file, rank) => ({
            name: `${rank}-${file.name}`,
            size: file.size,
            modified: clock.now(),
            open: () => files.open(file),
          }))
          const names = entries.map(({ name }) => `  <fichier>${xmlText(name)}</fichier>\n`).join('')
          const slip = `<?xml version="1.0" encoding="UTF-8"?>\n<simulation>\n  <versement>${xmlText(transferId)}</versement>\n  <service>${xmlText(config.service)}</service>\n  <titre>${xmlText(contents.title)}</titre>\n${names}</simulation>\n`
          return {
            transferId,
            agency: config.service,
            bordereau:
              (await givenBack(context, config.bordereau, 'bordereau.xml')) ??
              (await files.save(slip, 'bordereau-simulation.xml')),
            archive: await files.save(tarGz(entries), 'archive-simulation.tar.gz'),
          }
        },
      },
    }
  },
})
