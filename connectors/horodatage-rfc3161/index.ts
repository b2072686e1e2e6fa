import { X509Certificate } from 'node:crypto'
import {
  choice,
  ConfigurationError,
  defineConnector,
  frenchDay,
  number,
  readAuthorities,
  rfc3161,
  secret,
  secretFile,
  text,
  url,
} from '#core'
import { tsaClient } from './client.ts'

const SAMPLE = Buffer.from("Essai de l'horodatage")

const trustedIn = (content: Uint8Array): readonly Uint8Array[] => {
  try {
    return readAuthorities(content).map(pem => new X509Certificate(pem).raw)
  } catch (cause) {
    throw new ConfigurationError(
      "Le réglage « Autorité des jetons » n'est pas un certificat lisible : déposez un fichier PEM (« -----BEGIN CERTIFICATE----- ») ou DER.",
      { cause },
    )
  }
}

export default defineConnector({
  id: 'horodatage-rfc3161',
  version: 1,
  label: 'Horodatage RFC 3161',
  provides: ['horodatage'],
  pace: { concurrency: 2 },
  config: {
    adresse: url("Adresse de l'autorité d'horodatage", {
      required: true,
      help: 'Celle que donne le prestataire, chemin compris.',
    }),
    autoriteJetons: secretFile('Autorité des jetons', {
      required: true,
      help: "PEM : l'autorité qui délivre le certificat d'horodatage du prestataire, ou sa racine. Gardez les anciennes dans le même fichier.",
    }),
    identifiant: text('Identifiant', { help: 'Si le prestataire en demande un.' }),
    motDePasse: secret('Mot de passe'),
    certificatClient: secretFile('Certificat client', { help: 'Fichier P12, si le prestataire en demande un.' }),
    motDePasseCertificat: secret('Mot de passe du certificat client'),
    politique: text('Politique demandée', {
      help: 'OID. Vide : celle que le prestataire applique par défaut.',
      pattern: {
        regex: '^[012](\\.(0|[1-9][0-9]{0,8}))+$',
        message: 'Un OID est une suite de nombres séparés par des points.',
      },
    }),
    algorithme: choice(
      "Algorithme d'empreinte",
      { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' },
      { default: 'sha256' },
    ),
    delai: number('Délai de réponse', { default: 5, min: 1, max: 60, help: 'En secondes.' }),
    autorite: secretFile('Autorité de certification supplémentaire', {
      help: 'PEM, seulement si le certificat du site (https) vient d’une autorité interne. Elle ne concerne pas les jetons.',
    }),
  },

  connect({ config, http, clock }) {
    const tsa = tsaClient(http, config)

    const verified = async (content: Uint8Array, token: Uint8Array) => {
      const { verifyToken } = await rfc3161()
      return verifyToken(token, { content, authorities: trustedIn(config.autoriteJetons) })
    }

    /** Asks for a token and checks it, then what only the one who asked can check: nonce, policy, time. */
    const obtain = async (content: Uint8Array) => {
      const { assertAnswers, requestFor, writeRequest } = await rfc3161()
      trustedIn(config.autoriteJetons)
      const request = requestFor(content, { algorithm: config.algorithme, policy: config.politique })
      const token = await tsa.ask(writeRequest(request))
      const read = await verified(content, token)
      assertAnswers(read, request, clock.now())
      return { token, read }
    }

    return {
      horodatage: {
        stamp: async content => (await obtain(content)).token,
        async verify(content, token) {
          const { at, serial, policy, authority } = await verified(content, token)
          return { at, serial, policy, authority }
        },
      },
      async check() {
        const { read } = await obtain(SAMPLE)
        const drift = Math.round(Math.abs(read.at.getTime() - clock.now().getTime()) / 1000)
        return `« ${read.authority} » a délivré un jeton d'essai, vérifié (politique ${read.policy}, ${drift} s d'écart avec l'heure de ce serveur). Son certificat est valable jusqu'au ${frenchDay(read.validUntil)}.`
      },
    }
  },
})
