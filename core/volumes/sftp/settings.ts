import type { ConnectContext } from '../../authoring/connectors.ts'
import { ConfigurationError } from '../../authoring/errors.ts'
import { number, secret, secretFile, text, type Values } from '../../authoring/fields.ts'
import type { Volume } from '../volume.ts'

/**
 * The settings of a connection to an SFTP server; each connector adds its folders.
 * @param prefix of the same settings in Pastell: `depot_sftp` or `glaneur_sftp`; none where Pastell has no such connector
 */
export const sftpFields = (prefix?: string) => {
  const known = (name: string) => (prefix === undefined ? {} : { pastell: `${prefix}_${name}` })
  return {
    hote: text('Serveur', { required: true, help: 'Nom ou adresse du serveur SFTP.', ...known('host') }),
    port: number('Port', { default: 22, min: 1, max: 65_535, ...known('port') }),
    identifiant: text('Identifiant', { required: true, ...known('login') }),
    motDePasse: secret('Mot de passe', { help: 'Ou une clé privée, ci-dessous.', ...known('password') }),
    clePrivee: secretFile('Clé privée', { help: 'Au format OpenSSH ou PEM.' }),
    phraseSecrete: secret('Phrase secrète de la clé'),
    empreinte: text('Empreinte du serveur', {
      help: "Laissez vide et cliquez sur « Tester » pour la connaître, vérifiez-la auprès de l'exploitant, puis recopiez-la : « SHA256:… », ou MD5 ou SHA-1 en hexadécimal.",
      ...known('fingerprint'),
    }),
  }
}

export type SftpSettings = Values<ReturnType<typeof sftpFields>>

/**
 * Opens a session on a folder of an SFTP server. With the folder `''`, paths that begin with `/` start at the root of the server and the
 * others at the folder of the account.
 * @throws ConfigurationError when the settings are not enough to connect, the server is not the expected one or refuses the account
 */
export const sftpVolume = async (
  { config, network, log }: Pick<ConnectContext<ReturnType<typeof sftpFields>>, 'config' | 'network' | 'log'>,
  folder: string,
): Promise<Volume> => {
  if (config.motDePasse === undefined && config.clePrivee === undefined)
    throw new ConfigurationError(
      'Ni mot de passe ni clé privée : renseignez l’un des deux dans les réglages du connecteur.',
    )
  // Loaded when first needed: `#core` is imported by everybody.
  const { openSftp } = await import('./client.ts')
  return openSftp(config, folder, network, log)
}
