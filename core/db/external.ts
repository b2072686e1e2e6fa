import pg from 'pg'
import { StartupError } from '../../config/startup-error.ts'

const OLDEST = 15

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "aucun serveur n'y répond : vérifiez l'adresse, le port et que PostgreSQL est démarré",
  ENOTFOUND: "cette machine est inconnue : vérifiez le nom d'hôte",
  ENOENT: "la socket n'existe pas : vérifiez le chemin et que PostgreSQL est démarré",
  ETIMEDOUT: "le serveur n'a pas répondu à temps : vérifiez l'adresse et le pare-feu",
  '28P01': "le mot de passe est refusé : vérifiez l'utilisateur et le mot de passe",
  '28000': "la connexion est refusée : vérifiez l'utilisateur et pg_hba.conf",
  '3D000': "cette base n'existe pas : créez-la avec « createdb »",
}

/** What may be shown of an address: never the password. */
const describe = ({ host, port, database }: pg.Client): string =>
  `${database ?? '(base par défaut)'} sur ${host}:${port}`

export interface ServerFacts {
  readonly version: string
  /** `180004` for 18.4. */
  readonly number: number
  readonly encoding: string
}

/** @throws StartupError when the hub cannot work on such a server */
export const refuseUnfit = ({ version, number, encoding }: ServerFacts): void => {
  if (number < OLDEST * 10_000)
    throw new StartupError(
      `Le serveur de DATABASE_URL est un PostgreSQL ${version} : Passeur demande la version ${OLDEST} ou une plus récente.`,
    )
  if (encoding !== 'UTF8')
    throw new StartupError(
      `La base de DATABASE_URL est encodée en ${encoding} : créez-en une en UTF-8 (« createdb -E UTF8 -T template0 »).`,
    )
}

const parse = (url: string): pg.Client => {
  try {
    return new pg.Client({ connectionString: url, connectionTimeoutMillis: 15_000 })
  } catch (cause) {
    // The faulty text is not repeated: it holds a password.
    throw new StartupError(
      "DATABASE_URL n'est pas une adresse PostgreSQL : écrire « postgresql://utilisateur:motdepasse@hote:5432/base ».",
      { cause: cause instanceof Error ? cause.name : undefined },
    )
  }
}

/**
 * Checks that `DATABASE_URL` names a server the hub can use: reachable, PostgreSQL 15 or later, UTF-8, and no switch that
 * turns the verification of certificates off.
 * @throws StartupError, a French sentence with the remedy and without the password
 */
export const checkExternal = async (url: string): Promise<void> => {
  if (/sslmode=no-verify|uselibpqcompat=true/iu.test(url))
    throw new StartupError(
      'DATABASE_URL demande de ne pas vérifier le certificat du serveur, ce que Passeur refuse : retirez « sslmode=no-verify » ou « uselibpqcompat », et indiquez « sslrootcert » si votre autorité est privée.',
    )
  const client = parse(url)
  try {
    await client.connect()
    const { rows } = await client.query<ServerFacts>(
      `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
              current_setting('server_encoding') as encoding`,
    )
    refuseUnfit(rows[0] ?? { version: 'inconnue', number: 0, encoding: 'inconnu' })
  } catch (error) {
    if (error instanceof StartupError) throw error
    const { code, message } = error as { code?: string; message?: string }
    const reason = REASONS[code ?? ''] ?? message ?? String(error)
    throw new StartupError(`La base de DATABASE_URL (${describe(client)}) n'est pas joignable : ${reason}.`, {
      cause: error,
    })
  } finally {
    await client.end()
  }
}
