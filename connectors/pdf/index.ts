import { buffer } from 'node:stream/consumers'
import {
  choice,
  ConfigurationError,
  defineConnector,
  flag,
  number,
  PermanentError,
  readableSize,
  secretFile,
  text,
  type FileRef,
  type Files,
} from '#core'
import { createCloudooo } from './cloudooo.ts'
import { ACCEPTED, extensionOf, unconvertible } from './formats.ts'
import { createOffice } from './libreoffice.ts'

const MEGABYTE = 1024 * 1024
/** A PDF ends with its mark, give or take what some tools add after it. */
const TAIL = 1024

/** @throws PermanentError when what the converter made is no whole PDF */
const assertPdf = async (source: FileRef, made: FileRef, files: Files): Promise<void> => {
  const tail = await buffer(files.open(made, { start: Math.max(0, made.size - TAIL), end: Math.max(0, made.size - 1) }))
  if (made.type !== 'application/pdf' || !tail.includes('%%EOF'))
    throw unconvertible(source, "le convertisseur n'a pas rendu un PDF complet")
}

/** PDF made from office documents, by LibreOffice on the machine of the hub or by a cloudooo server. */
export default defineConnector({
  id: 'pdf',
  version: 1,
  label: 'Conversion en PDF (LibreOffice, cloudooo)',
  provides: ['conversion'],
  pastell: ['cloudooo'],
  pace: { concurrency: 2 },
  config: {
    moteur: choice(
      'Moteur',
      { libreoffice: 'LibreOffice, sur la machine du hub', cloudooo: 'Un serveur cloudooo' },
      { default: 'libreoffice' },
    ),
    hote: text('Nom du serveur cloudooo', {
      help: 'Par exemple cloudooo.exemple.fr. Sans objet pour LibreOffice.',
      pastell: 'cloudooo_hostname',
    }),
    port: number('Port du serveur cloudooo', { default: 8011, min: 1, max: 65_535, pastell: 'cloudooo_port' }),
    chiffre: flag('Connexion chiffrée (https)', {
      help: 'cloudooo écoute en clair : ne décocher que sur un réseau interne de confiance.',
    }),
    autorite: secretFile('Autorité supplémentaire', {
      help: "Au format PEM, si le certificat du serveur n'est pas délivré par une autorité publique.",
    }),
    tailleMax: number('Taille maximale, en mégaoctets', {
      default: 50,
      min: 1,
      max: 500,
      help: "Un document plus grand est refusé avant d'être converti.",
    }),
  },

  connect({ config, http, files }) {
    const converter = () => {
      const { hote, port, chiffre, autorite } = config
      if (config.moteur === 'libreoffice') return createOffice()
      if (hote === undefined || hote === '')
        throw new ConfigurationError('Indiquez le nom du serveur cloudooo dans les réglages du connecteur.')
      return createCloudooo(http, { hote, port, chiffre, autorite })
    }

    const toPdf = async (file: FileRef): Promise<FileRef> => {
      extensionOf(file)
      if (file.size > config.tailleMax * MEGABYTE)
        throw new PermanentError(
          `Le fichier « ${file.name} » fait ${readableSize(file.size)} : la conversion en PDF est limitée à ${config.tailleMax} Mo par les réglages du connecteur.`,
        )
      const made = await converter().toPdf(file, files)
      await assertPdf(file, made, files)
      return made
    }

    return {
      conversion: { accepts: ACCEPTED, toPdf },
      async check() {
        const engine = await converter().version()
        const trial = await toPdf(await files.save('Essai de conversion du hub.\n', 'essai.txt'))
        return `Un document d'essai a été converti en PDF par ${engine} (${readableSize(trial.size)}).`
      },
    }
  },
})
