import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import forge from 'node-forge'

/**
 * A small certification authority for tests and for the demonstration. Nothing here is fit for a real one: keys are
 * written in clear and nothing can be revoked.
 */

/** A certificate with its private key, PEM. */
export interface Issued {
  readonly certificate: string
  readonly key: string
}

/** The certificate of a server, and the same one long past its date, for the simulators that are asked to show it. */
export interface IssuedServer extends Issued {
  expired(): Issued
}

/** A client certificate as an operator hands it over. */
export interface IssuedClient extends Issued {
  readonly pfx: Uint8Array
  readonly passphrase: string
}

/** Validity: from a day before now for two years, unless told. An expired one has a `notAfter` in the past. */
export interface Validity {
  readonly notBefore?: Date
  readonly notAfter?: Date
}

export interface ClientOptions extends Validity {
  /** ASCII: tools disagree on the encoding of anything else. */
  readonly passphrase?: string
  /** Encryption of the PKCS#12. */
  readonly algorithm?: 'aes256' | '3des'
}

export interface Authority extends Issued {
  /** A server certificate for these names and addresses. */
  issueServer(hosts?: readonly string[], validity?: Validity): IssuedServer
  /** A client certificate whose common name is `name`. */
  issueClient(name: string, options?: ClientOptions): IssuedClient
}

const DAY = 86_400_000

type Extension = Readonly<Record<string, unknown>>

interface Wanted extends Validity {
  readonly commonName: string
  readonly extensions: readonly Extension[]
}

const newKeys = (): { publicKey: forge.pki.PublicKey; key: string } => {
  // node:crypto makes the keys: some 100 ms against several seconds for node-forge alone
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { publicKey: forge.pki.publicKeyFromPem(pair.publicKey), key: pair.privateKey }
}

let sharedKeys: ReturnType<typeof newKeys> | undefined
/** Servers and clients of one process share a key pair: it is what takes time, and no test looks at it. */
const leafKeys = () => (sharedKeys ??= newKeys())

const name = (commonName: string): forge.pki.CertificateField[] => [
  { name: 'countryName', value: 'FR' },
  { name: 'organizationName', value: 'Passeur (démonstration)', valueTagClass: forge.asn1.Type.UTF8 as never },
  { name: 'commonName', value: commonName, valueTagClass: forge.asn1.Type.UTF8 as never },
]

/** Attributes as they were written: node-forge leaves UTF-8 names encoded when it reads a certificate, and encodes again. */
const readAttributes = (certificate: forge.pki.Certificate): forge.pki.CertificateField[] =>
  certificate.subject.attributes.map(attribute =>
    typeof attribute.value === 'string' ? { ...attribute, value: forge.util.decodeUtf8(attribute.value) } : attribute,
  )

/** @param issuer missing: the certificate signs itself */
const issue = ({ commonName, extensions, notBefore, notAfter }: Wanted, issuer: Issued | undefined): Issued => {
  const { publicKey, key } = issuer ? leafKeys() : newKeys()
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = notBefore ?? new Date(Math.min(Date.now(), notAfter?.getTime() ?? Infinity) - DAY)
  certificate.validity.notAfter = notAfter ?? new Date(Date.now() + 730 * DAY)
  certificate.setSubject(name(commonName))
  const parent = issuer && forge.pki.certificateFromPem(issuer.certificate)
  certificate.setIssuer(parent ? readAttributes(parent) : name(commonName))
  certificate.setExtensions([...extensions, { name: 'subjectKeyIdentifier' }])
  certificate.sign(forge.pki.privateKeyFromPem(issuer?.key ?? key), forge.md.sha256.create())
  return { certificate: forge.pki.certificateToPem(certificate), key }
}

const toPfx = (
  issued: Issued,
  chain: readonly string[],
  passphrase: string,
  algorithm: 'aes256' | '3des',
): Uint8Array => {
  const certificates = [issued.certificate, ...chain].map(pem => forge.pki.certificateFromPem(pem))
  const asn1 = forge.pkcs12.toPkcs12Asn1(forge.pki.privateKeyFromPem(issued.key), certificates, passphrase, {
    algorithm,
  })
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary')
}

/** The authority that owns this certificate and key. */
export const authorityFrom = (own: Issued): Authority => ({
  ...own,
  issueServer: (hosts = ['localhost', '127.0.0.1'], validity = {}) => {
    const until = (dates: Validity) =>
      issue(
        {
          ...dates,
          commonName: hosts[0] ?? 'localhost',
          extensions: [
            { name: 'basicConstraints', cA: false, critical: true },
            { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
            { name: 'extKeyUsage', serverAuth: true },
            {
              name: 'subjectAltName',
              altNames: hosts.map(host => (isIP(host) ? { type: 7, ip: host } : { type: 2, value: host })),
            },
          ],
        },
        own,
      )
    return { ...until(validity), expired: () => until({ notAfter: new Date('2020-01-01') }) }
  },
  issueClient: (commonName, { passphrase = 'passeur', algorithm = 'aes256', ...validity } = {}) => {
    const issued = issue(
      {
        ...validity,
        commonName,
        extensions: [
          { name: 'basicConstraints', cA: false, critical: true },
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', clientAuth: true },
        ],
      },
      own,
    )
    return { ...issued, passphrase, pfx: toPfx(issued, [own.certificate], passphrase, algorithm) }
  },
})

/** Makes a new authority, valid ten years unless told. */
export const createAuthority = (commonName = 'Autorité de démonstration', validity: Validity = {}): Authority =>
  authorityFrom(
    issue(
      {
        notAfter: new Date(Date.now() + 3650 * DAY),
        ...validity,
        commonName,
        extensions: [
          { name: 'basicConstraints', cA: true, critical: true },
          { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
        ],
      },
      undefined,
    ),
  )

/**
 * The authority kept in a folder (`ca.pem`, `ca.key`), made there the first time and again when it has expired, so that
 * a demonstration keeps trusting what it issued the day before.
 */
export const authorityIn = async (folder: string): Promise<Authority> => {
  const [certificatePath, keyPath] = [join(folder, 'ca.pem'), join(folder, 'ca.key')]
  const kept = await Promise.all([readFile(certificatePath, 'utf8'), readFile(keyPath, 'utf8')]).catch(
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    },
  )
  if (kept && new Date(new X509Certificate(kept[0]).validTo).getTime() > Date.now())
    return authorityFrom({ certificate: kept[0], key: kept[1] })
  const made = createAuthority()
  await mkdir(folder, { recursive: true })
  await writeFile(keyPath, made.key, { mode: 0o600 })
  await writeFile(certificatePath, made.certificate)
  return made
}
