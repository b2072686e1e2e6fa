import { defineConnector, frenchDay, readAuthorities, rfc3161, secret, secretFile, text } from '#core'
import { X509Certificate } from 'node:crypto'
import { signerFrom } from './signer.ts'

const SAMPLE = Buffer.from("Essai de l'horodateur interne")

export default defineConnector({
  id: 'horodatage-interne',
  version: 1,
  label: 'Horodateur interne',
  provides: ['horodatage'],
  pastell: ['horodateur-interne'],
  config: {
    certificat: secretFile('Certificat', {
      required: true,
      help: "PEM, avec l'usage « horodatage » en extension critique. Ajoutez à la suite les autorités intermédiaires, s'il y en a.",
      pastell: 'signer_certificate',
    }),
    cle: secretFile('Clé privée', {
      required: true,
      help: 'PEM, RSA (2048 bits au moins) ou EC.',
      pastell: 'signer_key',
    }),
    motDePasseCle: secret('Mot de passe de la clé privée', { pastell: 'signer_key_password' }),
    autorite: secretFile('Autorité de certification', {
      required: true,
      help: 'PEM : celle qui a délivré le certificat, ou sa racine. Gardez les anciennes dans le même fichier pour que leurs jetons restent vérifiables.',
      pastell: 'ca_certificate',
    }),
    politique: text("Politique d'horodatage", {
      default: '2.5.29.32.0',
      help: "OID inscrit dans les jetons. « 2.5.29.32.0 » ne désigne aucune politique particulière : mettez le vôtre si votre politique d'horodatage est publiée.",
      pattern: {
        regex: '^[012](\\.(0|[1-9][0-9]{0,8}))+$',
        message: 'Un OID est une suite de nombres séparés par des points.',
      },
    }),
  },

  connect({ config, clock }) {
    // Verifying asks nothing of the signer: tokens stay readable once its certificate has expired.
    const verify = async (content: Uint8Array, token: Uint8Array) => {
      const { verifyToken } = await rfc3161()
      const authorities = readAuthorities(config.autorite).map(pem => new X509Certificate(pem).raw)
      const { at, serial, policy, authority } = await verifyToken(token, { content, authorities })
      return { at, serial, policy, authority }
    }

    const stamp = async (content: Uint8Array) => {
      const now = clock.now()
      const { signer } = await signerFrom(config, now)
      const { issueToken, requestFor } = await rfc3161()
      const token = issueToken(requestFor(content), signer, { at: now, policy: config.politique })
      await verify(content, token)
      return token
    }

    return {
      horodatage: { stamp, verify },
      async check() {
        const { holder, validUntil, signer } = await signerFrom(config, clock.now())
        const { policy } = await verify(SAMPLE, await stamp(SAMPLE))
        const { asymmetricKeyType, asymmetricKeyDetails } = signer.key
        const key =
          asymmetricKeyType === 'rsa'
            ? `RSA ${asymmetricKeyDetails?.modulusLength ?? ''}`
            : `EC ${asymmetricKeyDetails?.namedCurve ?? ''}`
        return `Un jeton d'essai a été signé par « ${holder} » (clé ${key}, politique ${policy}) et vérifié. Le certificat est valable jusqu'au ${frenchDay(validUntil)}.`
      },
    }
  },
})
