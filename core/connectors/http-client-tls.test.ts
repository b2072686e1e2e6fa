import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keptLog } from '../testing/connect.ts'
import { temporaryFiles } from '../testing/disk-files.ts'
import { freePort } from '../testing/free-port.ts'
import { createAuthority } from '../testing/pki.ts'
import { startSimServer, type SimServer } from '../testing/sim-server.ts'
import { readAuthorities, readClientCertificate } from './http-client-tls.ts'
import { createHttp, type ClosableHttp } from './http-client.ts'
import type { HttpOptions } from './http.ts'

const authority = createAuthority()
const ca = Buffer.from(authority.certificate)
const ville = authority.issueClient('Ville de Démonstration')
let files: Awaited<ReturnType<typeof temporaryFiles>>
let http: ClosableHttp
const servers: SimServer[] = []
const log = keptLog()

beforeAll(async () => {
  files = await temporaryFiles()
  http = createHttp({ files, log, allowedRanges: ['127.0.0.0/8', '::1'] })
})
afterAll(async () => {
  await http.close()
  for (const server of servers) await server.close()
  await files[Symbol.asyncDispose]()
})

const start = async (options: Parameters<typeof authority.issueServer>[1] = {}, hosts?: string[]): Promise<string> => {
  const server = await startSimServer({
    tls: { ...authority.issueServer(hosts, options), clientAuthority: authority.certificate },
    handler: ({ clientName }) => ({ body: clientName ?? '' }),
  })
  servers.push(server)
  return server.url
}
const get = (baseUrl: string, tls: NonNullable<HttpOptions['tls']>) =>
  http.client({ baseUrl, tls }).request({ path: '/' })
const refusal = (baseUrl: string, tls: NonNullable<HttpOptions['tls']>) =>
  get(baseUrl, tls).then(
    () => undefined,
    (error: unknown) => error,
  )
const configuration = (message: RegExp) => ({
  name: 'ConfigurationError',
  message: expect.stringMatching(message) as string,
})

describe('mutual TLS', () => {
  test('the client certificate and the added authority open the door', async () => {
    const response = await get(await start(), { ca, pfx: ville.pfx, passphrase: ville.passphrase })
    expect(await response.text()).toBe('Ville de Démonstration')
  })

  test('an unknown authority, an expired server certificate and another name are settings to correct', async () => {
    expect(await refusal(await start(), {})).toMatchObject(configuration(/autorité connue/u))
    expect(await refusal(await start({ notAfter: new Date('2020-01-01') }), { ca })).toMatchObject(
      configuration(/a expiré/u),
    )
    expect(await refusal(await start({}, ['autre.exemple']), { ca })).toMatchObject(configuration(/autre nom/u))
  })

  test('NODE_TLS_REJECT_UNAUTHORIZED=0 does not open a door', async () => {
    const url = await start()
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      expect(await refusal(url, {})).toMatchObject(configuration(/autorité connue/u))
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    }
  })

  test('a wrong passphrase and an unreadable authority are told before anything is sent', async () => {
    const url = await start()
    expect(await refusal(url, { ca, pfx: ville.pfx, passphrase: 'autre' })).toMatchObject(
      configuration(/mot de passe/u),
    )
    expect(await refusal(url, { ca: Buffer.from('rien') })).toMatchObject(configuration(/pas lisible/u))
  })

  test('readAuthorities reads PEM chains and DER', () => {
    expect(readAuthorities(Buffer.from(`texte\n${authority.certificate}\n${ville.certificate}`))).toHaveLength(2)
    const der = Buffer.from(authority.certificate.replace(/-----[^-]+-----|\s/gu, ''), 'base64')
    expect(readAuthorities(der)).toHaveLength(1)
  })
})

// OpenSSL sends true handshake alerts, which Node's own server does not.
const openssl = spawnSync('openssl', ['version']).status === 0
describe.skipIf(!openssl)('with OpenSSL (skipped when the openssl command is missing)', () => {
  let folder: string
  const processes: ChildProcess[] = []
  const inFolder = (name: string) => join(folder, name)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passeur-openssl-'))
    const server = authority.issueServer()
    await writeFile(inFolder('server.pem'), server.certificate + server.key)
    await writeFile(inFolder('ca.pem'), authority.certificate)
  })
  afterAll(async () => {
    for (const each of processes) each.kill()
    await rm(folder, { recursive: true })
  })

  const startOpenssl = async (version: string): Promise<string> => {
    const port = await freePort()
    const server = spawn(
      'openssl',
      ['s_server', '-accept', `127.0.0.1:${port}`, '-cert', inFolder('server.pem'), '-www', version].concat([
        '-Verify',
        '1',
        '-verify_return_error',
        '-CAfile',
        inFolder('ca.pem'),
      ]),
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    processes.push(server)
    await new Promise(resolve => server.stdout.once('data', resolve))
    return `https://127.0.0.1:${port}`
  }

  test.each(['-tls1_2', '-tls1_3'])('%s: alerts about our certificate are settings to correct', async version => {
    const url = await startOpenssl(version)
    const good = { ca, pfx: ville.pfx, passphrase: ville.passphrase }
    const intruder = createAuthority('Autre').issueClient('Intrus')
    const expired = authority.issueClient('Expiré', { notAfter: new Date('2020-01-01') })
    expect((await get(url, good)).status).toBe(200)
    expect(await refusal(url, { ca })).toMatchObject(configuration(/refuse notre certificat client/u))
    expect(await refusal(url, { ca, ...intruder })).toMatchObject(configuration(/refuse notre certificat client/u))
    expect(await refusal(url, { ca, ...expired })).toMatchObject(
      configuration(/refuse notre certificat client : il a expiré/u),
    )
  })

  const exportPfx = async (issued: { certificate: string; key: string }, options: string[]): Promise<Uint8Array> => {
    await writeFile(inFolder('client.pem'), issued.certificate + issued.key)
    const target = inFolder('client.p12')
    execFileSync(
      'openssl',
      ['pkcs12', '-export', '-in', inFolder('client.pem'), '-out', target, '-passout', 'pass:secret'].concat(options),
    )
    return readFile(target)
  }

  test('a PKCS#12 in the old encryption (RC2) still works, as does the present one', async () => {
    const url = await start()
    for (const options of [['-legacy'], []]) {
      const pfx = await exportPfx(ville, options)
      expect(readClientCertificate(pfx, 'secret').subject).toBe('Ville de Démonstration')
      expect(await (await get(url, { ca, pfx, passphrase: 'secret' })).text()).toBe('Ville de Démonstration')
    }
  })

  test('an elliptic key works too', async () => {
    const args = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/CN=Courbe',
    ]
    execFileSync('openssl', [...args, '-keyout', inFolder('ec.key'), '-out', inFolder('ec.pem')], { stdio: 'ignore' })
    const issued = {
      certificate: await readFile(inFolder('ec.pem'), 'utf8'),
      key: await readFile(inFolder('ec.key'), 'utf8'),
    }
    const read = readClientCertificate(await exportPfx(issued, []), 'secret')
    expect(read.subject).toBe('Courbe')
    expect(read.key).toContain('BEGIN PRIVATE KEY')
  })
})
