import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { ConfigurationError, frenchDay, readAuthorities, rfc3161 } from '#core'

export interface SignerSettings {
  readonly certificat: Uint8Array
  readonly cle: Uint8Array
  readonly motDePasseCle: string | undefined
  readonly autorite: Uint8Array
}

const certificatesIn = (content: Uint8Array, what: string): readonly X509Certificate[] => {
  try {
    return readAuthorities(content).map(pem => new X509Certificate(pem))
  } catch (cause) {
    throw new ConfigurationError(
      `Le réglage « ${what} » n'est pas un certificat lisible : déposez un fichier PEM (« -----BEGIN CERTIFICATE----- ») ou DER.`,
      { cause },
    )
  }
}

const keyIn = ({ cle, motDePasseCle }: SignerSettings): KeyObject => {
  try {
    return createPrivateKey({
      key: Buffer.from(cle),
      format: 'pem',
      ...(motDePasseCle === undefined ? {} : { passphrase: motDePasseCle }),
    })
  } catch (cause) {
    throw new ConfigurationError(
      "La clé privée de l'horodateur ne s'ouvre pas : déposez une clé au format PEM, avec son mot de passe si elle en a un.",
      { cause },
    )
  }
}

const SMALLEST_RSA = 2048

/** What makes a key unfit to sign; it completes « La clé privée de l'horodateur … ». */
export const keyFault = (key: KeyObject): string | undefined => {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa')
    return (modulusLength ?? 0) < SMALLEST_RSA
      ? `fait ${modulusLength ?? 0} bits : il en faut ${SMALLEST_RSA} au moins`
      : undefined
  if (key.asymmetricKeyType !== 'ec') return 'doit être RSA ou EC'
  return ['prime256v1', 'secp384r1', 'secp521r1'].includes(namedCurve ?? '')
    ? undefined
    : `est sur la courbe ${namedCurve ?? 'inconnue'} : il faut P-256, P-384 ou P-521`
}

/**
 * The certificate and the key of the settings, checked as a verifier would.
 * @throws ConfigurationError with the remedy: unreadable, mismatched, weak, expired, without the right usage, of another authority
 */
export const signerFrom = async (settings: SignerSettings, now: Date) => {
  const [certificate, ...chain] = certificatesIn(settings.certificat, 'Certificat')
  const authorities = certificatesIn(settings.autorite, 'Autorité de certification').map(({ raw }) => raw)
  const key = keyIn(settings)
  if (!certificate?.checkPrivateKey(key))
    throw new ConfigurationError(
      "La clé privée n'est pas celle du certificat de l'horodateur : déposez à nouveau les deux.",
    )
  const weak = keyFault(key)
  if (weak) throw new ConfigurationError(`La clé privée de l'horodateur ${weak}. Demandez un nouveau certificat.`)
  const { certificateFrom, chainFault, holderOf, usageFault } = await rfc3161()
  const holder = holderOf(certificate)
  const validUntil = new Date(certificate.validTo)
  if (validUntil <= now)
    throw new ConfigurationError(
      `Le certificat d'horodatage « ${holder} » a expiré le ${frenchDay(validUntil)} : demandez-en un nouveau et déposez-le avec sa clé.`,
    )
  const own = certificateFrom(certificate.raw)
  const usage = usageFault(own)
  if (usage) throw new ConfigurationError(`Le certificat « ${holder} » ${usage} : demandez un certificat d'horodatage.`)
  const fault = await chainFault(own, {
    authorities: authorities.map(certificateFrom),
    others: chain.map(({ raw }) => certificateFrom(raw)),
    at: now,
  })
  if (fault !== undefined)
    throw new ConfigurationError(
      `Le certificat « ${holder} » n'est pas valable aujourd'hui sous l'autorité déposée (${fault}) : vérifiez « Autorité de certification » et ajoutez au certificat ceux des autorités intermédiaires.`,
    )
  return { signer: { certificate, key, chain }, authorities, holder, validUntil }
}
