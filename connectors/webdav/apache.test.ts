import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { connect as connectSocket, createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, webdavVolume } from '#core'
import { largeFileConformance, volumeConformance } from '#core/conformance'
import { connectForTest, sampleDocument } from '#core/testing'
import webdav from './index.ts'

const APACHE = '/usr/sbin/apache2'
const MODULES = '/usr/lib/apache2/modules'
const missing = existsSync(APACHE) ? undefined : 'absent : installez apache2-bin pour jouer ces essais'

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
    socket.once('connect', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })

/** A real Apache with mod_dav, its own configuration, one account, in a folder of its own. */
const apache = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-apache-'))
  const deposits = join(folder, 'depots')
  const port = await freePort()
  const password = crypto.randomUUID()
  await mkdir(deposits)
  const modules = [
    'mpm_event',
    'authn_core',
    'authn_file',
    'authz_core',
    'authz_user',
    'auth_basic',
    'dav',
    'dav_fs',
    'dir',
  ]
  await writeFile(join(folder, 'comptes'), `passeur:{SHA}${createHash('sha1').update(password).digest('base64')}\n`)
  // Started by root, Apache serves as nobody, who must reach the folder.
  const root = userInfo().uid === 0
  if (root) for (const each of [folder, deposits]) await chmod(each, 0o777)
  await writeFile(
    join(folder, 'apache.conf'),
    [
      `ServerRoot "${folder}"`,
      `Listen 127.0.0.1:${port}`,
      'ServerName localhost',
      `PidFile "${folder}/pid"`,
      `DefaultRuntimeDir "${folder}"`,
      `ErrorLog "${folder}/erreurs"`,
      'StartServers 1',
      ...(root ? ['User nobody', 'Group nogroup'] : []),
      ...modules.map(name => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
      `DavLockDB "${folder}/verrous"`,
      `DocumentRoot "${folder}"`,
      `<Directory "${folder}">`,
      '  Require all denied',
      '</Directory>',
      `<Directory "${deposits}">`,
      '  Dav On',
      '  AuthType Basic',
      '  AuthName Depots',
      `  AuthUserFile "${folder}/comptes"`,
      '  Require valid-user',
      '</Directory>',
    ].join('\n'),
  )
  const daemon = spawn(APACHE, ['-f', join(folder, 'apache.conf'), '-DFOREGROUND'], { stdio: 'ignore' })
  const ended = once(daemon, 'exit')
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 100 || daemon.exitCode !== null) throw new Error('Apache did not start.')
    await pause(50)
  }
  return {
    deposits,
    config: { adresse: `http://127.0.0.1:${port}/depots`, identifiant: 'passeur', motDePasse: password },
    [Symbol.asyncDispose]: async () => {
      daemon.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

largeFileConformance(
  'Le connecteur WebDAV, avec Apache mod_dav,',
  webdav,
  async () => {
    const server = await apache()
    return {
      config: server.config,
      sizeOf: async name => (await stat(join(server.deposits, 'Gros', name))).size,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
  missing,
)

describe.skipIf(missing !== undefined)(
  `avec le serveur Apache mod_dav de la machine${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    volumeConformance('Apache mod_dav', async () => {
      const server = await apache()
      const connected = await connectForTest(webdav, server.config)
      return {
        open: () => webdavVolume(connected.context),
        async [Symbol.asyncDispose]() {
          await connected[Symbol.asyncDispose]()
          await server[Symbol.asyncDispose]()
        },
      }
    })

    test('un dossier est déposé, rejoué sans doublon, et un homonyme est refusé', async () => {
      await using server = await apache()
      for (const typeDepot of ['dossier', 'zip']) {
        await using connected = await connectForTest(webdav, { ...server.config, typeDepot })
        expect(await connected.connector.check()).toContain('Apache')
        const document = await sampleDocument(connected.context.files, { title: 'Acte n° 1 : été' })
        const first = await connected.connector.ged.deposit(document, 'clé 1')
        expect(await connected.connector.ged.deposit(document, 'clé 1')).toEqual(first)
        await expect(connected.connector.ged.deposit(document, 'clé 2')).rejects.toThrow(PermanentError)
      }
      expect((await readdir(server.deposits)).filter(name => name !== '.DAV').sort()).toEqual([
        'Acte n° 1 : été',
        'Acte n° 1 : été.zip',
      ])
      expect(await readdir(join(server.deposits, 'Acte n° 1 : été'))).toHaveLength(4)
    })

    test('un mauvais mot de passe et un dossier absent sont des erreurs de réglage', async () => {
      await using server = await apache()
      for (const wrong of [{ motDePasse: 'autre' }, { adresse: `${server.config.adresse}/absent` }]) {
        await using connected = await connectForTest(webdav, { ...server.config, ...wrong })
        await expect(connected.connector.check()).rejects.toThrow(ConfigurationError)
        const document = await sampleDocument(connected.context.files)
        await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(ConfigurationError)
      }
    })
  },
)
