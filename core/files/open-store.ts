import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import type { Config } from '../../config/index.ts'
import { StartupError } from '../../config/startup-error.ts'
import { diskStore } from './disk-store.ts'
import type { FileStore } from './file-store.ts'
import { s3Store } from './s3-store.ts'

type Where = Pick<Config, 's3'> & { readonly folders: Pick<Config['folders'], 'files'> }

/** The store that the configuration says: a bucket that several machines share, or a folder of this one. Asks nothing of it. */
export const storeOf = ({ s3, folders }: Where): FileStore => (s3 ? s3Store(s3) : diskStore(folders.files))

async function* trial(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content)
}

const tryOut = async (store: FileStore): Promise<void> => {
  const name = `essai-${randomUUID()}`
  await store.parts.put(name, trial(name))
  try {
    if ((await text(store.parts.open(name))) !== name) throw new Error('Ce qui y est écrit ne se relit pas tel quel.')
    await store.removeAbandoned(new Date(0))
  } finally {
    await store.parts.remove(name)
  }
}

const remedyOf = ({ s3, folders }: Where): string =>
  s3
    ? 'Vérifier que ce compartiment existe, que PASSEUR_S3_URL dit son adresse, sa région et sa clé, et que cette clé a le droit de lister, lire, écrire et supprimer sous ce préfixe.'
    : `Vérifier que le disque n'est pas plein et que le compte qui lance Passeur peut lire et écrire dans « ${folders.files} ».`

/**
 * Writes, reads, lists and removes some bytes: what the hub will ask of its store is allowed there, before anybody confides a file to it.
 * @throws StartupError, which holds no secret
 */
export const checkStore = async (where: Where): Promise<void> => {
  try {
    await tryOut(storeOf(where))
  } catch (error) {
    // Nobody tries again here: the process stops.
    const why = (error instanceof Error ? error.message : String(error)).replace(' Un nouvel essai aura lieu.', '')
    throw new StartupError(`Les fichiers des documents ne pourraient pas être gardés. ${why} ${remedyOf(where)}`, {
      cause: error,
    })
  }
}
