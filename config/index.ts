import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { milliseconds } from '../core/authoring/durations.ts'
import { s3SettingsOf } from '../core/files/s3-address.ts'
import type { S3Settings } from '../core/volumes/s3/settings.ts'
import type { MailSettings } from '../core/notifications/mail-address.ts'
import { loadSecretKeys, type SecretKeys } from './secret-key.ts'
import { bytes, readEnvironment, type Environment } from './settings.ts'
import { StartupError } from './startup-error.ts'

export { StartupError } from './startup-error.ts'
export type { SecretKeys } from './secret-key.ts'

/** The whole configuration of a process: read once, checked, frozen. */
export interface Config {
  readonly host: string
  readonly port: number
  /** Without a final slash: `https://passeur.ville.fr`. */
  readonly publicUrl: string
  /** Address, without a final slash, of the pages that open without a session; none: `publicUrl`. */
  readonly publicPagesUrl?: string | undefined
  readonly folders: {
    /** The checkout. */
    readonly root: string
    readonly data: string
    /** Contents of the documents. */
    readonly files: string
    /** The built UI. */
    readonly ui: string
    /** Published XML schemas, when they are installed. */
    readonly schemas: string | undefined
    /** Below which connectors may read and write on this very machine. */
    readonly local: readonly string[]
  }
  /** Where the contents of the documents are when several machines share them; none: `folders.files`. Holds a secret: never shown. */
  readonly s3?: S3Settings | undefined
  /** External PostgreSQL; the embedded one is used when it is absent. Holds a password: never shown. */
  readonly databaseUrl: string | undefined
  readonly secretKeys: SecretKeys
  /** CIDR ranges of the inner network that connectors may reach. */
  readonly allowedNetworks: readonly string[]
  /** Milliseconds without activity after which a session ends. */
  readonly sessionLifetime: number
  /** Bytes of the largest file accepted. */
  readonly uploadLimit: number
  /** Milliseconds during which batches and their results are kept. */
  readonly batchesKept: number
  /** Milliseconds between two stampings of the journal. */
  readonly stampEvery: number
  /** Mail server of the platform; none: nobody is notified. */
  readonly mail?: MailSettings | undefined
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** npm packages of third-party plugins and connectors, in the order of loading. */
  readonly plugins: readonly string[]
  /** Flows of the code that this platform does not offer; none: it offers them all. */
  readonly closedFlows?: readonly string[] | undefined
  readonly metrics: boolean
  /** Connectors that stand in for a remote may be used. */
  readonly simulations: boolean
  /** A proxy in front gives the address of the client: believed only when this says so. */
  readonly behindProxy: boolean
  /** Header where that proxy puts the client certificate, in lower case; never without a proxy. */
  readonly certificateHeader?: string | undefined
  /** Requests per minute to the native API, 0 for no limit; none: nothing is counted. */
  readonly requestLimits?: { readonly perAccount: number; readonly perAddress: number } | undefined
}

/** The checkout, whether this file runs from its source or compiled under `dist/`. */
const rootFolder = (): string => {
  const above = dirname(dirname(fileURLToPath(import.meta.url)))
  return basename(above) === 'dist' ? dirname(above) : above
}

const schemasFolder = (given: string | undefined, root: string): string | undefined => {
  if (given) return resolve(root, given)
  const beside = resolve(root, '../shared/data/xsd')
  return existsSync(beside) ? beside : undefined
}

const mailOf = ({ PASSEUR_MAIL_URL: url, PASSEUR_MAIL_FROM: from, PASSEUR_MAIL_DIGEST: digestAt }: Environment) => {
  if (url === undefined) return undefined
  if (from === undefined)
    throw new StartupError(
      "PASSEUR_MAIL_URL ne va pas sans PASSEUR_MAIL_FROM : donner l'adresse de l'expéditeur des notifications.",
    )
  return Object.freeze({ url, from, digestAt })
}

/**
 * Reads the configuration: defaults, then environment variables. Relative folders start from the checkout.
 * Creates the secret key at the first start.
 *
 * @throws StartupError, a French sentence naming the variable and what is expected
 */
export const loadConfig = async (
  env: Readonly<Record<string, string | undefined>> = process.env,
  root: string = rootFolder(),
): Promise<Config> => {
  const given = readEnvironment(env)
  const data = resolve(root, given.PASSEUR_DATA)
  const secretKeys = await loadSecretKeys({
    given: given.PASSEUR_SECRET_KEY,
    old: given.PASSEUR_OLD_SECRET_KEYS,
    file: join(data, 'secret.key'),
  })
  const built = join(root, 'dist/ui')
  const compiled = import.meta.url.endsWith('.js')
  return Object.freeze({
    host: given.PASSEUR_HOST,
    port: given.PASSEUR_PORT,
    publicUrl: (given.PASSEUR_URL ?? `http://localhost:${given.PASSEUR_PORT}`).replace(/\/+$/u, ''),
    publicPagesUrl: given.PASSEUR_PUBLIC_URL?.replace(/\/+$/u, ''),
    folders: Object.freeze({
      root,
      data,
      files: join(data, 'files'),
      ui: compiled ? built : join(root, 'var/ui'),
      schemas: schemasFolder(given.PASSEUR_SCHEMAS, root),
      local: Object.freeze(given.PASSEUR_DOSSIERS_LOCAUX),
    }),
    s3: given.PASSEUR_S3_URL === undefined ? undefined : s3SettingsOf(given.PASSEUR_S3_URL),
    databaseUrl: given.DATABASE_URL,
    secretKeys: Object.freeze(secretKeys),
    allowedNetworks: Object.freeze(given.PASSEUR_ALLOWED_NETWORKS),
    sessionLifetime: milliseconds(given.PASSEUR_SESSION),
    uploadLimit: bytes(given.PASSEUR_UPLOAD_LIMIT) ?? 0,
    batchesKept: milliseconds(given.PASSEUR_LOTS),
    stampEvery: milliseconds(given.PASSEUR_HORODATAGE),
    mail: mailOf(given),
    logLevel: given.PASSEUR_LOG_LEVEL,
    plugins: Object.freeze(given.PASSEUR_PLUGINS),
    closedFlows: Object.freeze(given.PASSEUR_FLUX_FERMES),
    metrics: given.PASSEUR_METRICS,
    simulations: given.PASSEUR_SIMULATIONS === 'oui',
    requestLimits: Object.freeze({
      perAccount: given.PASSEUR_REQUESTS_PER_ACCOUNT,
      perAddress: given.PASSEUR_REQUESTS_PER_ADDRESS,
    }),
    behindProxy: given.PASSEUR_BEHIND_PROXY,
    certificateHeader: given.PASSEUR_BEHIND_PROXY ? given.PASSEUR_CERTIFICATE_HEADER?.toLowerCase() : undefined,
  })
}
