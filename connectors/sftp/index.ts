import { ConfigurationError, depositConnector, number, secret, secretFile, text } from '#core'
import { sftpVolume } from './client.ts'

export default depositConnector({
  id: 'sftp',
  version: 1,
  label: 'Dépôt SFTP',
  pastell: ['depot-sftp'],
  pace: { concurrency: 2 },
  config: {
    hote: text('Serveur', { required: true, help: 'Nom ou adresse du serveur SFTP.', pastell: 'depot_sftp_host' }),
    port: number('Port', { default: 22, min: 1, max: 65_535, pastell: 'depot_sftp_port' }),
    identifiant: text('Identifiant', { required: true, pastell: 'depot_sftp_login' }),
    motDePasse: secret('Mot de passe', { help: 'Ou une clé privée, ci-dessous.', pastell: 'depot_sftp_password' }),
    clePrivee: secretFile('Clé privée', { help: 'Au format OpenSSH ou PEM.' }),
    phraseSecrete: secret('Phrase secrète de la clé'),
    empreinte: text('Empreinte du serveur', {
      help: "Laissez vide et cliquez sur « Tester » pour la connaître, vérifiez-la auprès de l'exploitant, puis recopiez-la : « SHA256:… », ou MD5 ou SHA-1 en hexadécimal.",
      pastell: 'depot_sftp_fingerprint',
    }),
    repertoire: text('Répertoire', {
      default: '.',
      help: 'Chemin sur le serveur, depuis le répertoire du compte ou depuis la racine. Il doit exister.',
      pastell: 'depot_sftp_directory',
    }),
  },
  async volume({ config, network, log }) {
    if (config.motDePasse === undefined && config.clePrivee === undefined)
      throw new ConfigurationError(
        'Ni mot de passe ni clé privée : renseignez l’un des deux dans les réglages du connecteur.',
      )
    return sftpVolume(config, network, log)
  },
})
