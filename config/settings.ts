import { isIP } from 'node:net'
import { isAbsolute, normalize } from 'node:path'
import { Ajv } from 'ajv'
import Type, { type Static } from 'typebox'
import { milliseconds } from '../core/authoring/durations.ts'
import { s3SettingsOf } from '../core/files/s3-address.ts'
import { isMailAddress } from '../core/notifications/mail-address.ts'
import { StartupError } from './startup-error.ts'

const isDuration = (text: string): boolean => {
  try {
    return milliseconds(text) > 0
  } catch {
    return false // that is the answer
  }
}

const isNetwork = (text: string): boolean => {
  const [address = '', bits = '0', ...rest] = text.split('/')
  const family = isIP(address)
  return family > 0 && rest.length === 0 && /^\d{1,3}$/u.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
}

const SIZES = { ko: 1_000, mo: 1_000_000, go: 1_000_000_000 } as const

/** Bytes of `200 Mo`; `undefined` when it is not a size. */
export const bytes = (text: string): number | undefined => {
  const [, amount, unit] = /^(\d+) ?(ko|mo|go)$/iu.exec(text.trim()) ?? []
  return amount && unit ? Number(amount) * SIZES[unit.toLowerCase() as keyof typeof SIZES] : undefined
}

const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/u.test(new URL(text).protocol)

/** What an environment variable must look like, in words an administrator reads (« … doit être … »). */
interface Words {
  readonly expected: string
  readonly help: string
}

const list = (format: string, words: Words) => Type.Array(Type.String({ format }), { ...words, default: [] })
const words = (expected: string, help: string): Words => ({ expected, help })

/** Every environment variable the hub reads. Nothing else in the code reads the environment. */
export const Environment = Type.Object({
  PASSEUR_PORT: Type.Integer({
    ...words(
      'un numéro de port entre 1 et 32767',
      "Port du serveur web ; au-delà de 32767, le système s'en sert lui-même",
    ),
    minimum: 1,
    maximum: 32_767,
    default: 3000,
  }),
  PASSEUR_HOST: Type.String({
    ...words('une adresse de la machine', "Adresse d'écoute ; « 0.0.0.0 » pour toutes, derrière un serveur mandataire"),
    minLength: 1,
    default: '127.0.0.1',
  }),
  PASSEUR_URL: Type.Optional(
    Type.String({
      ...words(
        'une adresse web complète, comme « https://passeur.ville.fr »',
        'Adresse publique, celle des liens envoyés',
      ),
      format: 'web',
    }),
  ),
  PASSEUR_PUBLIC_URL: Type.Optional(
    Type.String({
      ...words(
        'une adresse web complète, comme « https://courrier.ville.fr »',
        "Adresse des pages ouvertes sans compte (mails sécurisés) : elle ne sert qu'elles, et le reste n'y répond pas ; sinon PASSEUR_URL",
      ),
      format: 'web',
    }),
  ),
  PASSEUR_DATA: Type.String({
    ...words('un dossier', 'Dossier des données : fichiers, clé secrète, base embarquée'),
    minLength: 1,
    default: 'var',
  }),
  PASSEUR_S3_URL: Type.Optional(
    Type.String({
      ...words(
        'l’adresse d’un compartiment S3 : « https://CLE:SECRET@s3.fr-par.scw.cloud/compartiment/prefixe?region=fr-par », les signes particuliers de la clé et du secret codés en %',
        'Entrepôt S3 des fichiers, quand plusieurs machines servent la même plateforme ; sinon le dossier des données',
      ),
      format: 's3',
    }),
  ),
  DATABASE_URL: Type.Optional(
    Type.String({
      ...words(
        'une adresse « postgresql://utilisateur:motdepasse@hote:5432/base »',
        'Serveur PostgreSQL ≥ 15 ; sinon base embarquée',
      ),
      pattern: '^postgres(ql)?://',
    }),
  ),
  PASSEUR_SECRET_KEY: Type.Optional(
    Type.String({
      ...words(
        'une clé de 32 octets en base64 (« openssl rand -base64 32 »)',
        'Clé des secrets ; sinon le fichier secret.key du dossier des données',
      ),
      format: 'key',
    }),
  ),
  PASSEUR_OLD_SECRET_KEYS: list(
    'key',
    words('une liste de clés de 32 octets en base64', 'Anciennes clés, encore acceptées en lecture'),
  ),
  PASSEUR_SCHEMAS: Type.Optional(
    Type.String({ ...words('un dossier', 'Dossier des schémas XML publiés (seda-2.1, seda-2.2, w3c…)'), minLength: 1 }),
  ),
  PASSEUR_ALLOWED_NETWORKS: list(
    'network',
    words(
      'une liste de réseaux, comme « 10.1.0.0/16, 192.168.4.12 »',
      'Réseaux internes que les connecteurs peuvent joindre',
    ),
  ),
  PASSEUR_DOSSIERS_LOCAUX: list(
    'folder',
    words(
      'une liste de chemins complets, comme « /srv/depots, /srv/scans »',
      'Dossiers de cette machine que les connecteurs peuvent lire et écrire ; aucun par défaut',
    ),
  ),
  PASSEUR_SESSION: Type.String({
    ...words('une durée, comme « 12 h » ou « 30 min »', "Durée d'une session sans activité"),
    format: 'duration',
    default: '12 h',
  }),
  PASSEUR_UPLOAD_LIMIT: Type.String({
    ...words('une taille, comme « 200 Mo » ou « 1 Go »', "Taille maximale d'un fichier déposé"),
    format: 'size',
    default: '200 Mo',
  }),
  PASSEUR_LOTS: Type.String({
    ...words('une durée, comme « 90 d »', 'Durée pendant laquelle les lots et leurs résultats sont gardés'),
    format: 'duration',
    default: '90 d',
  }),
  PASSEUR_HORODATAGE: Type.String({
    ...words(
      'une durée, comme « 1 h » ou « 10 min »',
      'Intervalle entre deux horodatages du journal, quand un horodateur lui est associé',
    ),
    format: 'duration',
    default: '1 h',
  }),
  PASSEUR_MAIL_URL: Type.Optional(
    Type.String({
      ...words(
        'l’adresse d’un serveur de messagerie : « smtps://compte:motdepasse@relais:465 », « smtp://relais:587 » (STARTTLS exigé) ou « smtp+clair://relais:25 »',
        'Serveur de messagerie de la plateforme, pour les notifications ; aucune ne part sans lui',
      ),
      format: 'mailServer',
    }),
  ),
  PASSEUR_MAIL_FROM: Type.Optional(
    Type.String({
      ...words('une adresse de courriel, comme « passeur@ville.fr »', 'Expéditeur des notifications'),
      format: 'sender',
    }),
  ),
  PASSEUR_MAIL_DIGEST: Type.String({
    ...words('une heure, comme « 07:00 »', 'Heure, en France, du courriel récapitulatif quotidien'),
    pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
    default: '07:00',
  }),
  PASSEUR_LOG_LEVEL: Type.Union(
    [Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error'), Type.Literal('silent')],
    {
      ...words('« debug », « info », « warn », « error » ou « silent »', 'Détail du journal technique'),
      default: 'info',
    },
  ),
  PASSEUR_PLUGINS: list(
    'package',
    words('une liste de paquets npm, comme « @editeur/passeur-flux »', 'Extensions installées par npm'),
  ),
  PASSEUR_FLUX_FERMES: list(
    'flow',
    words(
      "une liste d'identifiants de flux, comme « actes-generique, test »",
      'Flux que la plateforme n’offre pas : leurs documents en cours continuent, aucun nouveau ne commence',
    ),
  ),
  PASSEUR_BEHIND_PROXY: Type.Boolean({
    ...words(
      '« true » ou « false »',
      "Un serveur mandataire donne l'adresse du client (X-Forwarded-For) ; à ne dire que s'il y en a un",
    ),
    default: false,
  }),
  PASSEUR_CERTIFICATE_HEADER: Type.Optional(
    Type.String({
      ...words(
        'un nom d’en-tête HTTP, comme « X-Client-Certificate »',
        'En-tête où le serveur mandataire écrit le certificat du client, après avoir effacé celui que le client aurait écrit ; sans effet sans PASSEUR_BEHIND_PROXY',
      ),
      pattern: '^[A-Za-z0-9-]{1,64}$',
    }),
  ),
  PASSEUR_REQUESTS_PER_ACCOUNT: Type.Integer({
    ...words(
      'un nombre de demandes par minute, ou 0 pour ne pas limiter',
      'Demandes à l’API native permises à un compte en une minute',
    ),
    minimum: 0,
    default: 3000,
  }),
  PASSEUR_REQUESTS_PER_ADDRESS: Type.Integer({
    ...words(
      'un nombre de demandes par minute, ou 0 pour ne pas limiter',
      'Demandes à l’API native permises à une adresse en une minute, tous comptes confondus',
    ),
    minimum: 0,
    default: 12_000,
  }),
  PASSEUR_SIMULATIONS: Type.Union([Type.Literal('oui'), Type.Literal('non')], {
    ...words(
      '« oui » ou « non »',
      'Permet les connecteurs de simulation ; « non » sur une plateforme de production : ils ne se créent plus, et ceux qui existent sont suspendus',
    ),
    default: 'oui',
  }),
  PASSEUR_METRICS: Type.Boolean({
    ...words('« true » ou « false »', 'Publie les mesures Prometheus sur /metrics'),
    default: false,
  }),
})

export type Environment = Static<typeof Environment>

const SECRET: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'PASSEUR_SECRET_KEY',
  'PASSEUR_OLD_SECRET_KEYS',
  'PASSEUR_MAIL_URL',
  'PASSEUR_S3_URL',
])

const ajv = new Ajv({
  coerceTypes: true,
  useDefaults: true,
  allErrors: true,
  keywords: ['expected', 'help'],
})
ajv.addFormat('duration', isDuration)
ajv.addFormat('network', isNetwork)
ajv.addFormat('size', text => (bytes(text) ?? 0) > 0)
ajv.addFormat('web', isWebAddress)
ajv.addFormat('key', text => Buffer.from(text, 'base64').length === 32)
ajv.addFormat('folder', text => isAbsolute(text) && normalize(text) !== '/')
ajv.addFormat('mailServer', isMailAddress)
ajv.addFormat('s3', text => s3SettingsOf(text) !== undefined)
ajv.addFormat('sender', /^[^\s<>@",;:]+@[^\s<>@",;:]+$/u)
ajv.addFormat('flow', /^[a-z0-9-]+$/u)
ajv.addFormat('package', /^(@[a-z0-9._-]+\/)?[a-z0-9._-]+$/u)
const validate = ajv.compile<Environment>(Environment)

const names = Object.keys(Environment.properties) as (keyof Environment)[]

const split = (text: string): string[] => text.split(',').flatMap(each => each.trim() || [])

/**
 * Reads the environment: defaults, types, one sentence for each variable that is wrong. An empty variable is an absent one.
 * @throws StartupError naming every faulty variable; the value of a secret one is not repeated
 */
export const readEnvironment = (env: Readonly<Record<string, string | undefined>>): Environment => {
  const raw: Record<string, unknown> = {}
  for (const name of names) {
    const text = env[name]?.trim()
    if (text) raw[name] = 'items' in Environment.properties[name] ? split(text) : text
  }
  if (validate(raw)) return raw
  const faulty = new Set((validate.errors ?? []).map(error => error.instancePath.split('/')[1] as keyof Environment))
  const sentences = [...faulty].map(name => {
    const given = SECRET.has(name) ? '' : ` ; valeur reçue : « ${env[name] ?? ''} »`
    return `${name} doit être ${(Environment.properties[name] as unknown as Words).expected}${given}.`
  })
  throw new StartupError(`La configuration est à corriger. ${sentences.join(' ')}`)
}

/** Every variable with its meaning and default, for `passeur --help`. */
export const describeEnvironment = (): readonly { name: string; help: string; default: string }[] =>
  names.map(name => {
    const spec = Environment.properties[name] as unknown as Words & { default?: string | number | boolean | [] }
    return { name, help: spec.help, default: Array.isArray(spec.default) ? '' : String(spec.default ?? '') }
  })
