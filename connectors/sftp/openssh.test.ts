import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect as connectSocket, createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { PermanentError, sftpVolume } from '#core'
import { largeFileConformance, volumeConformance } from '#core/conformance'
import { connectForTest, newSshKeys, sampleDocument, sshFingerprint } from '#core/testing'
import sftp from './index.ts'

const SSHD = '/usr/sbin/sshd'

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const answers = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connectSocket(port, '127.0.0.1')
    socket.once('data', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })

/** A real OpenSSH for whoever runs the tests, with its own keys and its own configuration. */
const openSsh = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-sshd-'))
  const deposits = join(folder, 'dépôts')
  const port = await freePort()
  const [host, user] = [newSshKeys(), newSshKeys()]
  await mkdir(deposits)
  await writeFile(join(folder, 'host'), host.private, { mode: 0o600 })
  await writeFile(join(folder, 'authorized'), `${user.public}\n`, { mode: 0o600 })
  await writeFile(
    join(folder, 'config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'Subsystem sftp internal-sftp',
    ].join('\n'),
  )
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true })
  const daemon = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'config')], { stdio: 'ignore' })
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 100) throw new Error('sshd did not start.')
    await pause(50)
  }
  return {
    deposits,
    config: {
      hote: '127.0.0.1',
      port,
      identifiant: userInfo().username,
      clePrivee: Buffer.from(user.private),
      empreinte: sshFingerprint(Buffer.from(host.public.split(' ')[1] ?? '', 'base64')),
      repertoire: deposits,
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(daemon, 'exit')
      daemon.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const missing = existsSync(SSHD) ? undefined : 'absent : installez openssh-server pour jouer ces essais'

largeFileConformance(
  'Le connecteur SFTP, avec OpenSSH,',
  sftp,
  async () => {
    const server = await openSsh()
    return {
      config: server.config,
      sizeOf: async name => (await stat(join(server.deposits, 'Gros', name))).size,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  missing,
)

describe.skipIf(missing !== undefined)(
  `avec le serveur OpenSSH de la machine${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    volumeConformance('OpenSSH', async () => {
      const server = await openSsh()
      const connected = await connectForTest(sftp, server.config)
      return {
        open: () => sftpVolume(connected.context, server.deposits),
        async [Symbol.asyncDispose]() {
          await connected[Symbol.asyncDispose]()
          await server[Symbol.asyncDispose]()
        },
      }
    })

    test('un dossier est déposé, rejoué sans doublon, et un homonyme est refusé', async () => {
      await using server = await openSsh()
      await using connected = await connectForTest(sftp, server.config)
      expect(await connected.connector.check()).toContain('accessible')
      const document = await sampleDocument(connected.context.files, { title: 'Acte' })
      const first = await connected.connector.ged.deposit(document, 'clé 1')
      expect(await connected.connector.ged.deposit(document, 'clé 1')).toEqual(first)
      await expect(connected.connector.ged.deposit(document, 'clé 2')).rejects.toThrow(PermanentError)
      expect(await readdir(server.deposits)).toEqual(['Acte'])
      expect(await readdir(join(server.deposits, 'Acte'))).toHaveLength(4)
    })

    test('un renommage n’écrase jamais un fichier existant', async () => {
      await using server = await openSsh()
      await using connected = await connectForTest(sftp, { ...server.config, typeDepot: 'fichiers' })
      await writeFile(join(server.deposits, 'ar.xml'), 'autre')
      const document = await sampleDocument(connected.context.files)
      await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow('existe déjà')
      expect(await readFile(join(server.deposits, 'ar.xml'), 'utf8')).toBe('autre')
      expect(await readdir(server.deposits)).toEqual(['ar.xml'])
    })
  },
)
