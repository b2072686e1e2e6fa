import type { ConnectContext } from '../../authoring/connectors.ts'
import { choice, flag, secret, secretFile, text, url, type Values } from '../../authoring/fields.ts'
import type { Volume } from '../volume.ts'

/**
 * The settings of a connection to an S3 store.
 * @param pastell prefix of the same settings in Pastell: `depot_s3` or `glaneur_s3`
 */
export const s3Fields = (pastell: string) => ({
  adresse: url('Adresse du service', {
    required: true,
    help: 'Par exemple « https://s3.fr-par.scw.cloud » ou « https://s3.eu-west-3.amazonaws.com », sans le nom du compartiment.',
    pastell: `${pastell}_endpoint`,
  }),
  region: text('Région', {
    default: 'us-east-1',
    help: "Celle que donne l'hébergeur ; « us-east-1 » quand il n'en donne pas.",
    pastell: `${pastell}_region`,
  }),
  compartiment: text('Compartiment', {
    required: true,
    help: 'Le « bucket », qui doit exister.',
    pastell: `${pastell}_bucket`,
  }),
  prefixe: text('Préfixe', {
    help: 'Le « dossier » du compartiment, par exemple « actes/2026 ». Vide : la racine du compartiment.',
    pattern: { regex: '^[^/].*$', message: 'Le préfixe ne commence pas par une barre oblique.' },
    pastell: `${pastell}_prefix`,
  }),
  cleAcces: text("Identifiant de clé d'accès", { required: true, pastell: `${pastell}_access_key` }),
  cleSecrete: secret('Clé secrète', { required: true, pastell: `${pastell}_secret_key` }),
  adressageParChemin: flag("Nom du compartiment dans le chemin de l'adresse", {
    default: true,
    help: "Convient presque partout. À décocher pour Amazon, et si l'hébergeur veut le compartiment dans le nom du serveur.",
    pastell: `${pastell}_path_style`,
  }),
  chiffrement: choice(
    'Chiffrement par le service',
    { aucun: 'Celui du compartiment', AES256: 'Clé du service (SSE-S3)', 'aws:kms': 'Clé du coffre (SSE-KMS)' },
    { default: 'aucun', pastell: `${pastell}_sse` },
  ),
  cleChiffrement: text('Clé du coffre', {
    help: "Seulement pour SSE-KMS : l'identifiant de la clé. Vide : la clé par défaut du compte.",
  }),
  autorite: secretFile('Autorité de certification supplémentaire', {
    help: "Fichier PEM, seulement si le certificat du service vient d'une autorité qui n'est pas publique.",
  }),
})

export type S3Settings = Values<ReturnType<typeof s3Fields>>

/** A prefix of a bucket, below the prefix of the settings. Makes no call by itself. */
export const s3Volume = async (
  { config, network }: Pick<ConnectContext<ReturnType<typeof s3Fields>>, 'config' | 'network'>,
  folder = '',
): Promise<Volume> => {
  // Loaded when first needed: the SDK is large, and `#core` is imported by everybody.
  const { openS3 } = await import('./client.ts')
  return openS3(config, folder, network)
}
