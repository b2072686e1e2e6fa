import { depositConnector, sftpFields, sftpVolume, text } from '#core'

export default depositConnector({
  id: 'sftp',
  version: 1,
  label: 'Dépôt SFTP',
  pastell: ['depot-sftp'],
  pace: { concurrency: 2 },
  config: {
    ...sftpFields('depot_sftp'),
    repertoire: text('Répertoire', {
      default: '.',
      help: 'Chemin sur le serveur, depuis le répertoire du compte ou depuis la racine. Il doit exister.',
      pastell: 'depot_sftp_directory',
    }),
  },
  volume: context => sftpVolume(context, context.config.repertoire),
})
