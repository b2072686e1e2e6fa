import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { S3Client } from '@aws-sdk/client-s3'
import type { Network } from '../../authoring/connectors.ts'
import { ConfigurationError } from '../../authoring/errors.ts'
import { secureContext } from '../../connectors/http-client-tls.ts'
import type { S3Settings } from './settings.ts'

const CONNECT_TIMEOUT = 10_000
/** Without a byte: a copy of several gigabytes is answered at its end. */
const SILENCE_TIMEOUT = 600_000

/** The address judged is the very one that is connected to, whatever name the SDK makes of the bucket. */
const guardedBy =
  (network: Network): LookupFunction =>
  (hostname, options, done) => {
    network.resolve(hostname).then(
      address => (options.all ? done(null, [{ address, family: isIP(address) }]) : done(null, address, isIP(address))),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), ''),
    )
  }

/** The host of the service, for the sentences. @throws ConfigurationError when the address is not one, or is forbidden */
export const hostOf = async ({ adresse }: S3Settings, network: Network): Promise<string> => {
  if (!URL.canParse(adresse))
    throw new ConfigurationError(
      `« ${adresse} » n'est pas une adresse web : corrigez-la dans les réglages du connecteur.`,
    )
  const { host, hostname } = new URL(adresse)
  // A literal address is connected to without asking anybody: it is judged here.
  const literal = hostname.replace(/^\[|\]$/gu, '')
  if (isIP(literal)) await network.resolve(literal)
  return host
}

/**
 * A client of the SDK whose connections go through the guard, and whose certificates are verified.
 * @param traffic one try for a connector, since the hub makes the others
 */
export const openClient = (
  config: S3Settings,
  network: Network,
  traffic: { readonly attempts: number; readonly sockets: number } = { attempts: 1, sockets: 4 },
): S3Client => {
  const agent = { keepAlive: true, maxSockets: traffic.sockets, lookup: guardedBy(network) }
  return new S3Client({
    endpoint: config.adresse,
    region: config.region,
    forcePathStyle: config.adressageParChemin,
    credentials: { accessKeyId: config.cleAcces, secretAccessKey: config.cleSecrete },
    // Many stores refuse the checksums that only Amazon knows.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: traffic.attempts,
    followRegionRedirects: false,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT,
      socketTimeout: SILENCE_TIMEOUT,
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent({
        ...agent,
        // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED has no effect here.
        rejectUnauthorized: true,
        secureContext: secureContext({ ca: config.autorite }),
      }),
    },
  })
}
