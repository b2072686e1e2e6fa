import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, s3Volume } from '#core'
import { largeFileConformance, volumeConformance } from '#core/conformance'
import { connectForTest, sampleDocument } from '#core/testing'
import s3 from './index.ts'

const SERVERS = ['account', 'container', 'object', 'proxy'] as const
const PYTHON = '/usr/bin/python3'
const missing = SERVERS.every(name => existsSync(`/usr/bin/swift-${name}-server`))
  ? undefined
  : 'absent : installez swift-proxy, swift-account, swift-container et swift-object pour jouer ces essais'

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Rings of one device, made in one go: `swift-ring-builder` would take three starts of Python for each. */
const RINGS = `
import sys
from swift.common.ring import RingBuilder
folder = sys.argv[1]
for argument in sys.argv[2:]:
    name, port = argument.split('=')
    builder = RingBuilder(1, 1, 1)
    builder.add_dev({'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': int(port), 'replication_ip': '127.0.0.1',
                     'replication_port': int(port), 'device': 'disque', 'weight': 1, 'meta': ''})
    builder.rebalance()
    builder.get_ring().save('%s/%s.ring.gz' % (folder, name))
`

const LAYERS = ['catch_errors', 'gatekeeper', 'cache', 'listing_formats', 'bulk', 's3api', 'tempauth', 'copy', 'slo']

/** A real store: OpenStack Swift and its S3 interface, on one device, in a folder of its own. */
const swift = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-swift-'))
  await mkdir(join(folder, 'disques', 'disque'), { recursive: true })
  const ports = { account: await freePort(), container: await freePort(), object: await freePort() }
  const port = await freePort()
  const common = [
    '[DEFAULT]',
    'bind_ip = 127.0.0.1',
    `user = ${userInfo().username}`,
    `swift_dir = ${folder}`,
    'workers = 0',
    // Nobody listens there: what is not told is not written to the log of the machine.
    `log_address = ${join(folder, 'log')}`,
  ]
  for (const [name, bound] of Object.entries(ports))
    await writeFile(
      join(folder, `${name}.conf`),
      [
        ...common,
        `bind_port = ${bound}`,
        `devices = ${join(folder, 'disques')}`,
        'mount_check = false',
        'fallocate_reserve = 0',
        'disable_fallocate = true',
        '[pipeline:main]',
        `pipeline = ${name}-server`,
        `[app:${name}-server]`,
        `use = egg:swift#${name}`,
      ].join('\n'),
    )
  await writeFile(
    join(folder, 'proxy.conf'),
    [
      ...common,
      `bind_port = ${port}`,
      '[pipeline:main]',
      `pipeline = ${LAYERS.join(' ')} proxy-server`,
      '[app:proxy-server]',
      'use = egg:swift#proxy',
      'account_autocreate = true',
      ...LAYERS.flatMap(name => [`[filter:${name}]`, `use = egg:swift#${name === 'cache' ? 'memcache' : name}`]),
    ]
      .join('\n')
      .replace('use = egg:swift#tempauth', 'use = egg:swift#tempauth\nuser_ville_passeur = sesame .admin')
      .replace('use = egg:swift#memcache', `use = egg:swift#memcache\nmemcache_servers = 127.0.0.1:${await freePort()}`)
      .replace('use = egg:swift#s3api', 'use = egg:swift#s3api\nlocation = fr-par'),
  )
  await promisify(execFile)(PYTHON, [
    '-c',
    RINGS,
    folder,
    ...Object.entries(ports).map(([name, bound]) => `${name}=${bound}`),
  ])
  const daemons = SERVERS.map(name =>
    spawn(`/usr/bin/swift-${name}-server`, [join(folder, `${name}.conf`)], { stdio: 'ignore' }),
  )
  const ended = daemons.map(daemon => once(daemon, 'exit'))
  const config = {
    adresse: `http://127.0.0.1:${port}`,
    region: 'fr-par',
    cleAcces: 'ville:passeur',
    cleSecrete: 'sesame',
    adressageParChemin: true,
  }
  const client = new S3Client({
    endpoint: config.adresse,
    region: config.region,
    forcePathStyle: true,
    credentials: { accessKeyId: config.cleAcces, secretAccessKey: config.cleSecrete },
    maxAttempts: 1,
  })
  return {
    /** The settings of a new bucket, as soon as the store answers. */
    async bucket() {
      const compartiment = `essai-${randomUUID()}`
      for (let tries = 0; ; tries++) {
        try {
          await client.send(new CreateBucketCommand({ Bucket: compartiment }))
          return { ...config, compartiment }
        } catch (error) {
          if (tries > 150 || daemons.some(daemon => daemon.exitCode !== null)) throw error
          await pause(100)
        }
      }
    },
    async close() {
      client.destroy()
      for (const daemon of daemons) daemon.kill('SIGKILL')
      await Promise.all(ended)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

describe.skipIf(missing !== undefined)(
  `avec le service S3 d'OpenStack Swift de la machine${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let store: Awaited<ReturnType<typeof swift>>
    beforeAll(async () => void (store = await swift()))
    afterAll(() => store.close())

    const connected = async (change: Readonly<Record<string, unknown>> = {}) =>
      connectForTest(s3, { ...(await store.bucket()), ...change })

    volumeConformance(
      'Swift',
      async () => {
        const connection = await connected({ prefixe: 'été' })
        return {
          open: () => s3Volume(connection.context),
          [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
        }
      },
      { folders: 'prefixes' },
    )

    largeFileConformance('Le connecteur S3, avec Swift,', s3, async () => {
      const config = await store.bucket()
      return {
        config,
        async sizeOf(name) {
          await using connection = await connectForTest(s3, config)
          const volume = await s3Volume(connection.context)
          const found = await volume.stat(`Gros/${name}`)
          await volume.close()
          return found?.size
        },
        [Symbol.asyncDispose]: async () => undefined,
      }
    })

    test.each(['dossier', 'zip'])(
      'un %s est déposé, rejoué sans doublon, et un homonyme est refusé',
      async typeDepot => {
        await using connection = await connected({ typeDepot })
        expect(await connection.connector.check()).toContain('accessible')
        const document = await sampleDocument(connection.context.files, { title: 'Acte n° 1 : été' })
        const first = await connection.connector.ged.deposit(document, 'clé 1')
        expect(await connection.connector.ged.deposit(document, 'clé 1')).toEqual(first)
        await expect(connection.connector.ged.deposit(document, 'clé 2')).rejects.toThrow(PermanentError)
        const volume = await s3Volume(connection.context)
        const name = typeDepot === 'zip' ? 'Acte n° 1 : été.zip' : 'Acte n° 1 : été'
        expect((await volume.list('')).map(each => each.name)).toEqual([name])
        await volume.close()
      },
    )

    test.each([
      { cleAcces: 'ville:autre' },
      { cleSecrete: 'autre' },
      { compartiment: 'absent' },
      { region: 'ailleurs' },
    ])('un réglage faux %o est une erreur de réglage', async change => {
      await using connection = await connected(change)
      await expect(connection.connector.check()).rejects.toThrow(ConfigurationError)
    })
  },
)
