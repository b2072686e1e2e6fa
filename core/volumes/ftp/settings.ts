import type { ConnectContext } from '../../authoring/connectors.ts'
import { choice, number, secret, secretFile, text, type Values } from '../../authoring/fields.ts'
import type { Volume } from '../volume.ts'

/**
 * The settings of a connection to an FTP server; each connector adds its folders.
 * @param pastell prefix of the same settings in Pastell: `depot_ftp` or `glaneur_ftp`
 */
export const ftpFields = (pastell: string) => ({
  hote: text('Serveur', { required: true, help: 'Nom ou adresse du serveur FTP.', pastell: `${pastell}_host` }),
  port: number('Port', {
    default: 21,
    min: 1,
    max: 65_535,
    help: '990 d’ordinaire en TLS implicite.',
    pastell: `${pastell}_port`,
  }),
  chiffrement: choice(
    'Chiffrement',
    {
      explicite: 'FTPS : TLS demandé à la connexion (AUTH TLS)',
      implicite: 'FTPS ancien : TLS dès le premier octet',
      aucun: 'Aucun : mot de passe et fichiers passent en clair',
    },
    { default: 'explicite', help: 'Le certificat du serveur est toujours vérifié.', pastell: `${pastell}_ssl` },
  ),
  identifiant: text('Identifiant', { required: true, pastell: `${pastell}_login` }),
  motDePasse: secret('Mot de passe', { required: true, pastell: `${pastell}_password` }),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat du serveur vient d'une autorité qui n'est pas publique.",
  }),
})

export type FtpSettings = Values<ReturnType<typeof ftpFields>>

/**
 * A folder of an FTP server. With the folder `''`, paths that begin with `/` start at the root of the server and the others at the folder
 * of the account. The session is opened by the first operation.
 */
export const ftpVolume = async (
  { config, network, clock }: Pick<ConnectContext<ReturnType<typeof ftpFields>>, 'config' | 'network' | 'clock'>,
  folder: string,
): Promise<Volume> => {
  // Loaded when first needed: `#core` is imported by everybody.
  const { openFtp } = await import('./client.ts')
  return openFtp(config, folder, network, clock)
}
