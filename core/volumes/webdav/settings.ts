import type { ConnectContext } from '../../authoring/connectors.ts'
import { secret, secretFile, text, url, type Values } from '../../authoring/fields.ts'
import type { HttpClient } from '../../connectors/http.ts'
import type { Volume } from '../volume.ts'
import { webdavVolumeOn } from './client.ts'

/**
 * The settings of a connection to a WebDAV server.
 * @param pastell prefix of the same settings in Pastell: `depot_webdav` or `glaneur_webdav`
 */
export const webdavFields = (pastell: string) => ({
  adresse: url('Adresse du dossier', {
    required: true,
    help: 'Adresse web du dossier, qui doit exister, par exemple « https://ged.exemple.fr/dav/actes ».',
    pastell: `${pastell}_url`,
  }),
  identifiant: text('Identifiant', {
    help: "Vide si le serveur n'en demande pas, ou s'il reconnaît le certificat.",
    pastell: `${pastell}_login`,
  }),
  motDePasse: secret('Mot de passe', { pastell: `${pastell}_password` }),
  certificat: secretFile('Certificat client (P12)', {
    help: 'Seulement si le serveur demande un certificat.',
  }),
  certificatMotDePasse: secret('Mot de passe du certificat'),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat du serveur vient d'une autorité qui n'est pas publique.",
  }),
})

export type WebdavSettings = Values<ReturnType<typeof webdavFields>>

type WebdavContext = Pick<ConnectContext<ReturnType<typeof webdavFields>>, 'config' | 'http'>

/** One pool of connections by instance, however many volumes are opened on it: a pool lasts as long as the context it came from. */
const clients = new WeakMap<WebdavSettings, HttpClient>()

const clientOf = ({ config, http }: WebdavContext): HttpClient => {
  const known = clients.get(config)
  if (known) return known
  const { certificat, certificatMotDePasse, autorite, identifiant, motDePasse } = config
  const client = http.client({
    baseUrl: config.adresse,
    ...(identifiant === undefined ? {} : { basic: { user: identifiant, password: motDePasse ?? '' } }),
    ...(certificat || autorite ? { tls: { pfx: certificat, passphrase: certificatMotDePasse, ca: autorite } } : {}),
  })
  clients.set(config, client)
  return client
}

/** A folder of a WebDAV server, below the address of the settings. Makes no call by itself. */
export const webdavVolume = async (context: WebdavContext, folder = ''): Promise<Volume> =>
  webdavVolumeOn(clientOf(context), context.config, folder)
