import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import forge from 'node-forge'
import { ConfigurationError } from '../authoring/errors.ts'
import type { HttpOptions } from './http.ts'

/** What may be shown of a client certificate. */
export interface ClientCertificate {
  /** Common name of the holder. */
  readonly subject: string
  readonly issuer: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** Certificate and its chain, then its key, PEM. */
  readonly certificates: string
  readonly key: string
}

const WRONG_PASSPHRASE =
  "Le certificat client ne s'ouvre pas : le mot de passe ne correspond pas au fichier P12, ou le fichier n'est pas un P12. " +
  'Déposez à nouveau le fichier et son mot de passe.'

const pem = (label: string, asn1: forge.asn1.Asn1): string =>
  forge.pem.encode({ type: label, body: forge.asn1.toDer(asn1).getBytes() })

const openPfx = (pfx: Uint8Array, passphrase: string): forge.pkcs12.Pkcs12Pfx => {
  try {
    return forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(Buffer.from(pfx).toString('binary')), passphrase)
  } catch (cause) {
    throw new ConfigurationError(WRONG_PASSPHRASE, { cause })
  }
}

/** `CN=Ville,O=…` on several lines, as node:crypto gives it. */
const commonName = (name: string): string => /^CN=(.*)$/mu.exec(name)?.[1] ?? name.replaceAll('\n', ', ')

/**
 * Opens a PKCS#12, old encryptions (RC2, 3DES) included.
 * @throws ConfigurationError when the passphrase is wrong, or when the file holds no certificate with its key
 */
export const readClientCertificate = (pfx: Uint8Array, passphrase = ''): ClientCertificate => {
  const opened = openPfx(pfx, passphrase)
  const bags = (type: string | undefined) => (type ? (opened.getBags({ bagType: type })[type] ?? []) : [])
  const certificates = bags(forge.pki.oids.certBag).map(bag =>
    // node-forge only understands RSA: a bag that it cannot read keeps its ASN.1, which OpenSSL can.
    pem('CERTIFICATE', bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1),
  )
  const keys = [...bags(forge.pki.oids.pkcs8ShroudedKeyBag), ...bags(forge.pki.oids.keyBag)].map(bag =>
    pem('PRIVATE KEY', bag.key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key)) : bag.asn1),
  )
  const key = keys[0]
  const own =
    key && certificates.map(each => new X509Certificate(each)).find(each => each.checkPrivateKey(createPrivateKey(key)))
  if (!key || !own)
    throw new ConfigurationError(
      'Le fichier P12 ne contient pas un certificat accompagné de sa clé privée. Exportez-le à nouveau avec sa clé.',
    )
  const ownPem = own.toString()
  return {
    subject: commonName(own.subject),
    issuer: commonName(own.issuer),
    notBefore: new Date(own.validFrom),
    notAfter: new Date(own.validTo),
    certificates: [
      ownPem,
      ...certificates.filter(each => new X509Certificate(each).fingerprint256 !== own.fingerprint256),
    ].join('\n'),
    key,
  }
}

const asX509 = (bytes: string | Uint8Array): X509Certificate => {
  try {
    return new X509Certificate(bytes)
  } catch (cause) {
    throw new ConfigurationError(
      "L'autorité de certification ajoutée n'est pas lisible. Déposez un fichier PEM (« -----BEGIN CERTIFICATE----- ») ou DER.",
      { cause },
    )
  }
}

/**
 * Certificates of a PEM file (one or several) or of a DER one, as PEM. OpenSSL would skip in silence what it cannot read.
 * @throws ConfigurationError when there is none, or when one cannot be read
 */
export const readAuthorities = (content: Uint8Array): readonly string[] => {
  const blocks = Buffer.from(content)
    .toString('latin1')
    .match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/gu)
  return (blocks ?? [content]).map(block => asX509(block).toString())
}

const newContext = ({ pfx, passphrase, ca }: NonNullable<HttpOptions['tls']>): SecureContext => {
  const client = pfx && readClientCertificate(pfx, passphrase)
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca ? { ca: [...rootCertificates, ...readAuthorities(ca)] } : {}),
    ...(client ? { cert: client.certificates, key: client.key } : {}),
  })
}

const MOST_CONTEXTS = 100
const contexts = new Map<string, SecureContext>()

/**
 * The TLS settings of a client: its certificate, and the added authorities on top of those of the system. TLS 1.2 at least;
 * verification cannot be switched off. Kept by content: opening a PKCS#12 and reading the authorities of the system cost 50
 * to 200 ms of processor, and an instance is connected again and again.
 * @throws ConfigurationError when a certificate cannot be read
 */
export const secureContext = (tls: NonNullable<HttpOptions['tls']>): SecureContext => {
  const digest = createHash('sha256')
  for (const part of [tls.pfx, tls.passphrase, tls.ca])
    digest.update(
      createHash('sha256')
        .update(part ?? '')
        .digest(),
    )
  const key = digest.digest('hex')
  const context = contexts.get(key) ?? newContext(tls)
  // The oldest goes first; one that serves again becomes the youngest.
  contexts.delete(key)
  contexts.set(key, context)
  const [oldest] = contexts.keys()
  if (contexts.size > MOST_CONTEXTS && oldest !== undefined) contexts.delete(oldest)
  return context
}
