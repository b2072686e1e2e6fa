import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '#core'
import { connectForTest, startSimServer } from '#core/testing'
import horodatageRfc3161 from './index.ts'

const hasOpenssl = (() => {
  try {
    return execFileSync('openssl', ['version']).length > 0
  } catch {
    return false
  }
})()

const CONTENT = Buffer.from('tête de chaîne n° 1')

const CONFIGURATION = `
[tsa]
default_tsa = ville
[ville]
serial = serie
crypto_device = builtin
signer_cert = tsa.pem
certs = inter.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = yes
ess_cert_id_alg = ESS
`

/** OpenSSL's own authority: a root, an intermediate, a certificate that stamps; `ts -reply` behind a plain web server. */
const openSslTsa = async ({ ess, keys }: { readonly ess: 'sha1' | 'sha256'; readonly keys: readonly string[] }) => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-openssl-ts-'))
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const file = (name: string) => join(folder, name)
  await writeFile(file('ca.ext'), 'basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n')
  await writeFile(file('tsa.ext'), 'keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n')
  await writeFile(file('openssl.cnf'), CONFIGURATION.replace('ESS', ess))
  const request = (name: string, subject: string) =>
    openssl(
      'req',
      '-newkey',
      ...keys,
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${subject}`,
    )
  const issue = (name: string, extensions: string, ...by: string[]) =>
    openssl('x509', '-req', '-in', `${name}.csr`, '-days', '30', '-extfile', extensions, '-out', `${name}.pem`, ...by)
  request('root', 'Racine étrangère')
  issue('root', 'ca.ext', '-signkey', 'root.key')
  request('inter', 'Autorité intermédiaire')
  issue('inter', 'ca.ext', '-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial')
  request('tsa', 'Horodateur OpenSSL')
  issue('tsa', 'tsa.ext', '-CA', 'inter.pem', '-CAkey', 'inter.key', '-CAcreateserial')
  const server = await startSimServer({
    handler: async ({ body }) => {
      await writeFile(file('demande'), body)
      openssl('ts', '-reply', '-config', 'openssl.cnf', '-queryfile', 'demande', '-out', 'reponse')
      return { headers: { 'content-type': 'application/timestamp-reply' }, body: await readFile(file('reponse')) }
    },
  })
  return {
    config: { adresse: server.url, autoriteJetons: await readFile(file('root.pem')) },
    [Symbol.asyncDispose]: async () => {
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
}

describe.skipIf(!hasOpenssl)(
  `avec OpenSSL comme autorité étrangère${hasOpenssl ? '' : ' (absent : installez openssl pour jouer ces essais)'}`,
  () => {
    test.each([
      { ess: 'sha256', keys: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] },
      { ess: 'sha1', keys: ['rsa:2048'] },
      { ess: 'sha256', keys: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'] },
    ] as const)('un jeton est obtenu et vérifié ($ess, $keys), par une autorité intermédiaire', async options => {
      await using tsa = await openSslTsa(options)
      await using connected = await connectForTest(horodatageRfc3161, tsa.config)
      const { horodatage } = connected.connector
      const read = await horodatage.verify(CONTENT, await horodatage.stamp(CONTENT))
      expect(read).toMatchObject({ authority: 'Horodateur OpenSSL', policy: '1.2.3.4.1' })
      expect(await connected.connector.check()).toContain('« Horodateur OpenSSL »')
      await using refused = await connectForTest(horodatageRfc3161, { ...tsa.config, algorithme: 'sha384' })
      const stamping = refused.connector.horodatage.stamp(CONTENT)
      await expect(stamping).rejects.toThrow(ConfigurationError)
      await expect(stamping).rejects.toThrow("« Algorithme d'empreinte »")
    })
  },
)
