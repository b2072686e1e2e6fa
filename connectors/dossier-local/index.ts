import { depositConnector, localVolume, text } from '#core'

export default depositConnector({
  id: 'dossier-local',
  version: 1,
  label: 'Dépôt dans un dossier du serveur',
  pastell: ['depot-local'],
  pace: { concurrency: 2 },
  config: {
    repertoire: text('Répertoire', {
      required: true,
      help: 'Chemin complet sur le serveur de Passeur, dans un des dossiers que la plateforme autorise. Il doit exister.',
      pastell: 'depot_local_directory',
    }),
  },
  volume: async context => localVolume(context, context.config.repertoire),
})
