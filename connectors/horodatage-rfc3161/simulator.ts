import { rfc3161, type FailureName } from '#core'
import {
  createStampAuthority,
  startSimServer,
  type SimRequest,
  type SimResponse,
  type SimTls,
  type Simulator,
  type StampCertificate,
} from '#core/testing'

/** What the authority does wrong, or refuses, with the next requests until told otherwise. */
export type Misbehaviour =
  /** A `PKIStatus` from 2 to 5, with a reason. */
  | { readonly status: number; readonly failure?: 'timeNotAvailable' | 'systemFailure' | 'badRequest' }
  | 'wrongNonce'
  | 'noNonce'
  | 'wrongImprint'
  | 'wrongPolicy'
  | 'noToken'
  /** Signed with another certificate: expired, without the usage… */
  | { readonly certificate: StampCertificate }
  /** Another clock, by so many milliseconds. */
  | { readonly drift: number }

export interface TsaSimulatorOptions {
  readonly port?: number
  readonly keyType?: 'rsa' | 'ec'
  /** Basic authentication wanted. */
  readonly account?: { readonly user: string; readonly password: string }
  readonly tls?: SimTls
}

export interface TsaSimulator extends Simulator {
  /** `undefined`: behaves again. */
  misbehave(how: Misbehaviour | undefined): void
  /** Algorithms of the imprints received, by OID, in order. */
  readonly algorithms: readonly string[]
}

const POLICY = '1.3.6.1.4.1.13762.3'
const QUERY = 'application/timestamp-query'
const REPLY = { 'content-type': 'application/timestamp-reply' }

const basic = ({ user, password }: { readonly user: string; readonly password: string }): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** A time-stamping authority over HTTP, with its own certification authority (RFC 3161 §3.4). */
export const createSimulator = async ({
  port = 0,
  keyType = 'ec',
  account,
  tls,
}: TsaSimulatorOptions = {}): Promise<TsaSimulator> => {
  const { isSoundImprint, issueToken, readRequest, stampSigner, writeResponse } = await rfc3161()
  const authority = await createStampAuthority("Racine de l'horodateur simulé")
  const signerOf = async (wanted: StampCertificate) => {
    const { certificate, key } = await authority.issue({ commonName: 'Horodateur simulé', keyType, ...wanted })
    return stampSigner(certificate, key)
  }
  const usual = await signerOf({})
  const algorithms: string[] = []
  let misbehaviour: Misbehaviour | undefined
  let issued = 0

  const refused = (status: number, failure: FailureName | undefined, text: string): SimResponse => ({
    headers: REPLY,
    body: writeResponse({ is: 'refused', status, failure, text }),
  })

  /** The request as it will be answered, once the planned lie is told. */
  const told = (request: ReturnType<typeof readRequest>): ReturnType<typeof readRequest> => {
    if (misbehaviour === 'wrongNonce') return { ...request, nonce: Buffer.from('0102030405060708', 'hex') }
    if (misbehaviour === 'noNonce') return { ...request, nonce: undefined }
    if (misbehaviour === 'wrongImprint') return { ...request, imprint: Buffer.alloc(request.imprint.length, 7) }
    return request
  }

  const stamp = async ({ body }: SimRequest): Promise<SimResponse> => {
    const request = (() => {
      try {
        return readRequest(body)
      } catch {
        return undefined
      }
    })()
    if (!request) return refused(2, 'badDataFormat', 'Bad request format')
    algorithms.push(request.algorithm)
    if (!isSoundImprint(request)) return refused(2, 'badAlg', 'Message digest algorithm is not supported.')
    if (request.policy !== undefined && request.policy !== POLICY)
      return refused(2, 'unacceptedPolicy', 'Requested policy is not supported.')
    const how = misbehaviour
    if (typeof how === 'object' && 'status' in how)
      return refused(how.status, how.failure, 'Refus demandé au simulateur')
    if (how === 'noToken') return { headers: REPLY, body: Buffer.from('30053003020100', 'hex') }
    const signer = typeof how === 'object' && 'certificate' in how ? await signerOf(how.certificate) : usual
    const drift = typeof how === 'object' && 'drift' in how ? how.drift : 0
    const token = issueToken(told(request), signer, {
      at: new Date(Date.now() + drift),
      policy: how === 'wrongPolicy' ? '1.2.3.4' : POLICY,
    })
    issued += 1
    return { headers: REPLY, body: writeResponse({ is: 'granted', token }) }
  }

  const server = await startSimServer({
    port,
    ...(tls ? { tls } : {}),
    handler: request => {
      if (request.path !== '/tsr') return { status: 404 }
      if (account && request.headers['authorization'] !== basic(account))
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="TSA"' } }
      if (request.method !== 'POST') return { status: 405 }
      if (request.headers['content-type'] !== QUERY) return { status: 415 }
      return stamp(request)
    },
  })
  return {
    url: `${server.url}/tsr`,
    config: {
      adresse: `${server.url}/tsr`,
      autoriteJetons: Buffer.from(authority.certificate),
      ...(account ? { identifiant: account.user, motDePasse: account.password } : {}),
    },
    faults: server.faults,
    algorithms,
    misbehave: how => void (misbehaviour = how),
    count: () => issued,
    close: () => server.close(),
  }
}
