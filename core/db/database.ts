import { startEmbedded } from './embedded.ts'
import { checkExternal } from './external.ts'

/** A PostgreSQL the hub may use until `stop`. */
export interface Database {
  readonly connectionString: string
  readonly kind: 'embedded' | 'external'
  /** What an administrator reads at start-up: where the data is. Never a password. */
  readonly description: string
  /** Stops the embedded server unless another process of the hub uses it; nothing to do for an external one. */
  stop(): Promise<void>
}

export interface DatabaseOptions {
  /** `DATABASE_URL`; the embedded server is used when it is absent. */
  readonly url?: string | undefined
  /** Data folder of the hub (`var/`). */
  readonly folder: string
  /** The embedded server disappeared under us. */
  readonly onLost: (error: Error) => void
}

/**
 * Gives the hub its PostgreSQL: the external server when it is named, else the embedded one, started or shared.
 * @throws StartupError, a French sentence with the remedy
 */
export const startDatabase = async ({ url, folder, onLost }: DatabaseOptions): Promise<Database> => {
  if (url) {
    await checkExternal(url)
    const stop = async (): Promise<void> => undefined
    return { connectionString: url, kind: 'external', description: 'PostgreSQL externe (DATABASE_URL)', stop }
  }
  const { connectionString, place, stop } = await startEmbedded({ folder, onLost })
  return { connectionString, kind: 'embedded', description: `PostgreSQL embarqué (${place.base})`, stop }
}
