import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eraseEmbedded, startEmbedded, stopEmbedded } from './embedded.ts'
import { commandOf } from './embedded/process.ts'
import { checkExternal, refuseUnfit } from './external.ts'

/** One folder for all: creating a cluster is the slow part. Each test leaves a sound cluster, stopped. */
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passeur-embedded-'))
  await chmod(folder, 0o711)
})
afterEach(() => stopEmbedded(folder))
afterAll(async () => {
  await eraseEmbedded(folder)
  await rm(folder, { recursive: true })
})

const fail = (error: Error): never => {
  throw error
}

const start = (at = folder) => startEmbedded({ folder: at, durable: 'forgettable', onLost: fail })

const query = async (connectionString: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(sql)
  await client.end()
  return rows
}

const serverPid = async (at = folder): Promise<number> =>
  Number((await readFile(join(at, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0])

const runs = async (pid: number): Promise<boolean> => (await commandOf(pid))?.includes('postgres') ?? false

/** Another process of the hub that uses the same database, until it is told to stop or killed. */
const otherProcess = async () => {
  const script = `
    import { startEmbedded } from ${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)}
    const { stop } = await startEmbedded({ folder: ${JSON.stringify(folder)}, durable: 'forgettable', onLost: () => process.exit(3) })
    process.stdin.once('data', async () => { await stop(); process.exit(0) })
    console.log('ready')`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(createInterface(child.stdout), 'line')
  return child
}

test('les données restent quand on arrête puis relance', async () => {
  const first = await start()
  await query(first.connectionString, 'create table souvenir as select 42 as valeur')
  await first.stop()
  const second = await start()
  expect(await query(second.connectionString, 'select valeur from souvenir')).toEqual([{ valeur: 42 }])
  await second.stop()
})

test('le serveur n’écoute que sur une socket fermée aux autres comptes', async () => {
  const { connectionString, stop } = await start()
  const [row] = await query(
    connectionString,
    `select current_setting('listen_addresses') as tcp, current_setting('unix_socket_permissions') as mode,
            current_setting('timezone') as zone`,
  )
  expect(row).toEqual({ tcp: '', mode: '0700', zone: 'UTC' })
  await stop()
})

test('après un kill -9 du hub, le serveur survit et le suivant l’adopte', async () => {
  const hub = await otherProcess()
  const pid = await serverPid()
  hub.kill('SIGKILL')
  await once(hub, 'exit')
  expect(await runs(pid)).toBe(true)
  const { stop } = await start()
  expect(await serverPid()).toBe(pid)
  await stop()
  expect(await runs(pid)).toBe(false)
})

test('après un kill -9 du serveur lui-même, la base repart', async () => {
  const hub = await otherProcess()
  const pid = await serverPid()
  process.kill(pid, 'SIGKILL')
  await once(hub, 'exit')
  expect(hub.exitCode).toBe(3) // it was told that its database disappeared
  const { connectionString, stop } = await start()
  expect(await query(connectionString, 'select 1 as un')).toEqual([{ un: 1 }])
  await stop()
})

test('un postmaster.pid dont le numéro appartient à un autre programme ne bloque pas le démarrage', async () => {
  await (await start()).stop()
  await writeFile(join(folder, 'postgres/data/postmaster.pid'), `${process.pid}\n${join(folder, 'postgres/data')}\n`)
  const { connectionString, stop } = await start()
  expect(await query(connectionString, 'select 1 as un')).toEqual([{ un: 1 }])
  await stop()
})

test('deux processus partagent le serveur ; seul le dernier qui part l’arrête', async () => {
  const [one, two] = await Promise.all([otherProcess(), otherProcess()])
  const pid = await serverPid()
  one.stdin.write('stop\n')
  await once(one, 'exit')
  await sleep(100)
  expect(await runs(pid)).toBe(true)
  two.stdin.write('stop\n')
  await once(two, 'exit')
  expect(await runs(pid)).toBe(false)
})

test('un dossier d’une autre version de PostgreSQL est refusé avec le remède', async () => {
  await (await start()).stop()
  const version = join(folder, 'postgres/data/PG_VERSION')
  const own = await readFile(version)
  await writeFile(version, '16\n')
  await expect(start()).rejects.toThrow(/contient une base PostgreSQL 16, or .*--fresh/u)
  await writeFile(version, own)
})

test('un dossier au chemin trop long pour une socket fonctionne', async () => {
  const long = join(folder, 'x'.repeat(120))
  const { connectionString, stop } = await start(long)
  expect(await query(connectionString, 'select 1 as un')).toEqual([{ un: 1 }])
  await stop()
  await eraseEmbedded(long)
})

test('la raison d’un démarrage impossible est donnée, pas une pile', async () => {
  await (await start()).stop()
  const settings = join(folder, 'postgres/data/postgresql.conf')
  const own = await readFile(settings)
  await writeFile(settings, 'max_connections = beaucoup\n')
  await expect(start()).rejects.toThrow(/n'a pas démarré dans .*Le détail est dans/u)
  await writeFile(settings, own)
}, 60_000)

test('DATABASE_URL : un serveur joignable est accepté, un autre est refusé sans montrer le mot de passe', async () => {
  const { connectionString, stop } = await start()
  await checkExternal(connectionString)
  await stop()
  const refused = checkExternal('postgresql://agent:tres-secret@127.0.0.1:1/passeur')
  await expect(refused).rejects.toThrow("La base de DATABASE_URL (passeur sur 127.0.0.1:1) n'est pas joignable")
  await expect(refused).rejects.not.toThrow('tres-secret')
})

test('DATABASE_URL ne peut pas désactiver la vérification du certificat', async () => {
  await expect(checkExternal('postgresql://u:p@h/b?sslmode=no-verify')).rejects.toThrow('ce que Passeur refuse')
})

test('DATABASE_URL : un serveur trop ancien ou une base qui n’est pas en UTF-8 sont refusés', () => {
  expect(() => refuseUnfit({ version: '14.9', number: 140_009, encoding: 'UTF8' })).toThrow(
    /PostgreSQL 14\.9 .* version 15/u,
  )
  expect(() => refuseUnfit({ version: '16.1', number: 160_001, encoding: 'LATIN1' })).toThrow('encodée en LATIN1')
  expect(() => refuseUnfit({ version: '15.0', number: 150_000, encoding: 'UTF8' })).not.toThrow()
})
