import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { execFile, spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../free-port.ts'

const SERVERS = ['account', 'container', 'object', 'proxy'] as const
const PYTHON = '/usr/bin/python3'

/** Why tests on Swift cannot be played here, if they cannot. */
export const swiftMissing = SERVERS.every(name => existsSync(`/usr/bin/swift-${name}-server`))
  ? undefined
  : 'absent : installez swift-proxy, swift-account, swift-container et swift-object pour jouer ces essais'

/** Rings of one device, made in one go: `swift-ring-builder` would take three starts of Python for each. */
const RINGS = `
import sys
from swift.common.ring import RingBuilder
folder, address = sys.argv[1:3]
for argument in sys.argv[3:]:
    name, port = argument.split('=')
    builder = RingBuilder(1, 1, 1)
    builder.add_dev({'region': 1, 'zone': 1, 'ip': address, 'port': int(port), 'replication_ip': address,
                     'replication_port': int(port), 'device': 'disque', 'weight': 1, 'meta': ''})
    builder.rebalance()
    builder.get_ring().save('%s/%s.ring.gz' % (folder, name))
`

const LAYERS = ['catch_errors', 'gatekeeper', 'cache', 'listing_formats', 'bulk', 's3api', 'tempauth', 'copy', 'slo']

export interface SwiftStore {
  /** The settings of a new bucket. */
  bucket(): Promise<Readonly<Record<string, unknown>>>
  close(): Promise<void>
}

/** A real store: OpenStack Swift and its S3 interface, on one device, in a folder of its own; it answers once this resolves. */
export const swift = async (): Promise<SwiftStore> => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-swift-'))
  // Swift shares its ports with whoever asks for the same: two stores at once have each their address.
  const address = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`
  await mkdir(join(folder, 'disques', 'disque'), { recursive: true })
  // Asked together, so that one is not given again before the next is asked.
  const [account, container, object, port] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const ports = { account, container, object }
  const common = [
    '[DEFAULT]',
    `bind_ip = ${address}`,
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
      // On a busy machine half a second is short, and one late answer would shut a store of one device for a minute (503).
      'conn_timeout = 20',
      'node_timeout = 60',
      'error_suppression_limit = 100000',
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
    address,
    ...Object.entries(ports).map(([name, bound]) => `${name}=${bound}`),
  ])
  const daemons = SERVERS.map(name =>
    spawn(`/usr/bin/swift-${name}-server`, [join(folder, `${name}.conf`)], { stdio: 'ignore' }),
  )
  const ended = daemons.map(daemon => once(daemon, 'exit'))
  const config = {
    adresse: `http://${address}:${port}`,
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
  const bucket = async () => {
    const compartiment = `essai-${randomUUID()}`
    await client.send(new CreateBucketCommand({ Bucket: compartiment }))
    return { ...config, compartiment }
  }
  const close = async () => {
    client.destroy()
    for (const daemon of daemons) daemon.kill('SIGKILL')
    await Promise.all(ended)
    await rm(folder, { recursive: true, force: true })
  }
  // Four servers of Python: it answers when all of them do.
  for (let tries = 0; ; tries++) {
    try {
      await bucket()
      return { bucket, close }
    } catch (error) {
      if (tries > 150 || daemons.some(daemon => daemon.exitCode !== null)) {
        await close()
        throw error
      }
      await pause(100)
    }
  }
}
