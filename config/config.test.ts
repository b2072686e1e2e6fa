import { mkdtemp, readFile, rm, stat, chmod } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig, StartupError } from './index.ts'
import { describeEnvironment } from './settings.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'passeur-config-'))
})
afterAll(() => rm(root, { recursive: true }))

const refusal = async (env: Record<string, string>): Promise<string> => {
  const error: unknown = await loadConfig(env, root).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StartupError)
  return (error as StartupError).message
}

test('sans rien dire, on obtient une configuration complète et gelée', async () => {
  const config = await loadConfig({}, root)
  expect(config).toMatchObject({
    port: 3000,
    publicUrl: 'http://localhost:3000',
    logLevel: 'info',
    uploadLimit: 200_000_000,
  })
  expect(config.sessionLifetime).toBe(12 * 3_600_000)
  expect(config.folders.data).toBe(join(root, 'var'))
  expect(Object.isFrozen(config)).toBe(true)
})

test('les variables remplacent les valeurs par défaut, une variable vide ne compte pas', async () => {
  const config = await loadConfig(
    {
      PASSEUR_PORT: '8080',
      PASSEUR_URL: 'https://passeur.ville.fr/',
      PASSEUR_ALLOWED_NETWORKS: '10.0.0.0/8, fd00::/8,',
      PASSEUR_UPLOAD_LIMIT: '1 Go',
      PASSEUR_METRICS: 'true',
      PASSEUR_SIMULATIONS: 'non',
      PASSEUR_FLUX_FERMES: 'actes-generique, test',
      PASSEUR_HOST: '',
    },
    root,
  )
  expect(config).toMatchObject({
    port: 8080,
    host: '127.0.0.1',
    publicUrl: 'https://passeur.ville.fr',
    allowedNetworks: ['10.0.0.0/8', 'fd00::/8'],
    uploadLimit: 1_000_000_000,
    metrics: true,
    simulations: false,
    closedFlows: ['actes-generique', 'test'],
  })
})

test('chaque variable fautive est nommée, avec ce qui est attendu', async () => {
  const message = await refusal({
    PASSEUR_PORT: '70000',
    PASSEUR_SESSION: 'longtemps',
    PASSEUR_ALLOWED_NETWORKS: '10.0.0.0/64',
  })
  expect(message).toContain('PASSEUR_PORT doit être un numéro de port entre 1 et 32767 ; valeur reçue : « 70000 ».')
  expect(message).toContain('PASSEUR_SESSION doit être une durée')
  expect(message).toContain('PASSEUR_ALLOWED_NETWORKS doit être une liste de réseaux')
})

test('la valeur d’une variable secrète n’est jamais répétée', async () => {
  const message = await refusal({ DATABASE_URL: 'mysql://u:tres-secret@h/b', PASSEUR_SECRET_KEY: 'tres-secret' })
  expect(message).toContain('DATABASE_URL')
  expect(message).toContain('PASSEUR_SECRET_KEY')
  expect(message).not.toContain('tres-secret')
})

test('la clé secrète est créée une fois, lisible de son seul propriétaire, et ne se montre pas', async () => {
  const first = await loadConfig({}, root)
  const again = await loadConfig({}, root)
  const file = join(root, 'var/secret.key')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(first.secretKeys.current.equals(again.secretKeys.current)).toBe(true)
  const text = (await readFile(file, 'utf8')).trim()
  expect(inspect(first, { depth: 9 })).not.toContain(text)
  expect(inspect(first, { depth: 9 })).not.toContain(Buffer.from(text, 'base64').toString('hex'))
})

test('un fichier de clé lisible par tous est refusé avec le remède', async () => {
  const file = join(root, 'var/secret.key')
  await chmod(file, 0o644)
  expect(await refusal({})).toContain('chmod 600')
  await chmod(file, 0o600)
})

test('chaque variable a une explication', () => {
  for (const { name, help } of describeEnvironment()) expect(help, name).toMatch(/\S/u)
})

test('le serveur de messagerie se dit avec son expéditeur, et son mot de passe ne se répète pas', async () => {
  const PASSEUR_MAIL_URL = 'smtps://passeur:s3cret-du-relais@relais.ville.fr:465'
  const config = await loadConfig({ PASSEUR_MAIL_URL, PASSEUR_MAIL_FROM: 'passeur@ville.fr' }, root)
  expect(config.mail).toEqual({ url: PASSEUR_MAIL_URL, from: 'passeur@ville.fr', digestAt: '07:00' })
  expect((await loadConfig({}, root)).mail).toBeUndefined()
  expect(await refusal({ PASSEUR_MAIL_URL })).toContain('PASSEUR_MAIL_FROM')
  const wrong = await refusal({
    PASSEUR_MAIL_URL: 'https://passeur:s3cret-du-relais@relais',
    PASSEUR_MAIL_DIGEST: '7h',
  })
  expect(wrong).toContain('PASSEUR_MAIL_URL')
  expect(wrong).toContain('PASSEUR_MAIL_DIGEST')
  expect(wrong).not.toContain('s3cret')
})

test('l’entrepôt S3 se dit en une adresse, dont le secret ne se répète pas', async () => {
  const PASSEUR_S3_URL = 'https://ville%3Apasseur:s%2F3cret@s3.fr-par.scw.cloud/depots/passeur/prod?region=fr-par'
  expect((await loadConfig({ PASSEUR_S3_URL }, root)).s3).toMatchObject({
    adresse: 'https://s3.fr-par.scw.cloud',
    region: 'fr-par',
    compartiment: 'depots',
    prefixe: 'passeur/prod',
    cleAcces: 'ville:passeur',
    cleSecrete: 's/3cret',
    adressageParChemin: true,
  })
  expect((await loadConfig({}, root)).s3).toBeUndefined()
  for (const wrong of [
    's3://depots',
    'https://s3.fr/depots',
    'https://a:s3cret@s3.fr',
    'https://a:s3cret@s3.fr/b?zone=1',
  ]) {
    const message = await refusal({ PASSEUR_S3_URL: wrong })
    expect(message).toContain('PASSEUR_S3_URL doit être l’adresse d’un compartiment S3')
    expect(message).not.toContain('a:s3cret')
  }
})
