import { buffer } from 'node:stream/consumers'
import {
  ConfigurationError,
  fastClient,
  fastService,
  messageFileName,
  TemporaryError,
  webdavVolumeOn,
  type ConnectContext,
  type FileRef,
} from '#core'
import { actesAddress, actesSettings, type fastTdtFields } from './fields.ts'

export type FastTdtContext = Pick<
  ConnectContext<typeof fastTdtFields>,
  'config' | 'http' | 'files' | 'memory' | 'clock'
>

/** Messages of the préfecture about an acte (formats/actes.md §3). */
export type AnswerKind = '1-2' | '1-3' | '6-2'

/** Answers are a few kilobytes; a classification, some hundreds. */
const LARGEST_MESSAGE = 8 * 1024 * 1024

/** Files that are answers of these kinds to the acte. */
export const answersIn = (names: readonly string[], acteId: string, kinds: readonly AnswerKind[]): readonly string[] =>
  names.filter(name => kinds.some(kind => name.startsWith(`${acteId}-${kind}_`) && name.endsWith('.xml')))

/** Nothing that is laid in the folder is sent: only `traiterACTES` sends. */
const withoutDoubt = (error: unknown): unknown =>
  error instanceof TemporaryError && error.maybeSent ? new TemporaryError(error.message, { cause: error }) : error

/** The WebDAV folder of a subscriber, and the service that treats what is laid in it (reference §A.2). */
export const actesDepot = (context: FastTdtContext) => {
  const { config, http, files, memory, clock } = context
  const settings = actesSettings(config)
  if (!settings)
    throw new ConfigurationError(
      "Ce connecteur n'est pas réglé pour les actes : remplissez le département, le préfixe de l'éditeur et le DN de l'utilisateur.",
    )
  const base = actesAddress(config)
  const adresse = `${base}/webdav/${config.abonnement}/${settings.prefix}`
  const none = { identifiant: undefined, motDePasse: undefined, certificatMotDePasse: undefined, autorite: undefined }
  const volume = webdavVolumeOn(
    fastClient(http, adresse, config),
    { ...none, adresse, certificat: config.certificat },
    '',
  )
  const service = fastService(
    fastClient(http, base, config),
    { files, memory },
    { path: '/services/FASTConnecteur', namespace: config.espaceDeNoms },
  )

  return {
    authority: { department: settings.department, siren: config.abonnement },
    user: settings.user,
    service,

    names: async (): Promise<readonly string[]> =>
      (await volume.list('')).filter(({ kind }) => kind === 'file').map(({ name }) => name),

    /** Stores a file, and notes that it was read: it is removed long after, by `tidy`. */
    async fetch(name: string, as: string): Promise<FileRef> {
      const file = await files.save(await volume.read(name), as)
      await memory.set(`lu/${name}`, clock.now().toISOString())
      return file
    },

    /** The bytes of a stored message. @throws TemporaryError when it cannot be one */
    async message(file: FileRef): Promise<Uint8Array> {
      if (file.size <= LARGEST_MESSAGE) return buffer(files.open(file))
      throw new TemporaryError(`Le fichier « ${file.name} » déposé par FAST est trop gros pour être une réponse.`)
    },

    /** Lays a file, in place of the one that an earlier attempt may have left. */
    async lay(name: string, file: FileRef, present: ReadonlySet<string>): Promise<void> {
      try {
        if (present.has(name)) await volume.remove(name)
        await volume.write(name, files.open(file), file.size)
      } catch (error) {
        throw withoutDoubt(error)
      }
    },

    remove: (name: string): Promise<void> => volume.remove(name),

    /** Whether FAST has taken what it accepted: only when the settings say that it does. */
    wasTaken: (acteId: string, message: '1-1' | '6-1', names: readonly string[]): boolean | undefined =>
      config.retraitDuDepot ? !names.includes(messageFileName(acteId, message)) : undefined,
  }
}

export type ActesDepot = ReturnType<typeof actesDepot>
