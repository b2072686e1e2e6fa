import { depositConnector, ftpFields, ftpVolume, text } from '#core'

export default depositConnector({
  id: 'ftp',
  version: 1,
  label: 'Dépôt FTP ou FTPS',
  pastell: ['depot-ftp'],
  pace: { concurrency: 2 },
  config: {
    ...ftpFields('depot_ftp'),
    repertoire: text('Répertoire', {
      default: '.',
      help: 'Chemin sur le serveur, depuis le répertoire du compte ou depuis la racine. Il doit exister.',
      pastell: 'depot_ftp_directory',
    }),
  },
  replaces: 'nothing',
  volume: context => ftpVolume(context, context.config.repertoire),
})
