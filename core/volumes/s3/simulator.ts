import type { Authority } from '../../testing/pki.ts'
import { startSimServer } from '../../testing/sim-server.ts'
import type { Simulator } from '../../testing/simulator.ts'
import { s3Error, s3Store, type S3StoreOptions } from './simulator-objects.ts'
import { signatureRefusal } from './simulator-signature.ts'

export { s3ErrorBody } from './simulator-objects.ts'

export interface S3SimulatorOptions extends Partial<S3StoreOptions> {
  readonly port?: number
  readonly accessKey?: string
  readonly secretKey?: string
  readonly region?: string
  /** Serves over TLS with a certificate of this authority. */
  readonly authority?: Authority
}

export interface S3Simulator extends Simulator {
  /** Key → content, what a consumer of the deposits would see; working names too. */
  contents(): Readonly<Record<string, Buffer>>
  /** What the store keeps beside the content: `x-amz-meta-…`, `x-amz-server-side-encryption`… */
  headersOf(key: string): Readonly<Record<string, string>> | undefined
  /** Somebody else writes there. */
  write(key: string, content: string): void
  remove(key: string): void
}

/**
 * An S3 store of one bucket, in memory, addressed by path, that checks the signature of every request. Faults are planned on
 * `METHOD /bucket/key`; a `status` fault with the XML of an error plays `SlowDown` and the like. `count('dépôt')` is what consumers see at the
 * root, `count('inachevé')` the working names, `count('envoi')` the multipart uploads under way.
 */
export const createS3Simulator = async (options: S3SimulatorOptions = {}): Promise<S3Simulator> => {
  const {
    bucket = 'depots',
    accessKey = 'PASSEURDEMO',
    secretKey = 'clé secrète de démonstration',
    region = 'fr-par',
  } = options
  const { conditions = 'honoured', pageSize = 1000 } = options
  const store = s3Store({ bucket, conditions, pageSize })
  const server = await startSimServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.authority ? { tls: options.authority.issueServer() } : {}),
    handler: request => {
      const refusal = signatureRefusal(request, { accessKey, secretKey, region }, new Date())
      if (refusal) return s3Error(refusal.status, refusal.code, refusal.message)
      const [, asked = '', ...key] = request.path.split('/')
      if (asked !== bucket) return s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist')
      return store.handle(key.map(segment => decodeURIComponent(segment)).join('/'), request)
    },
  })
  const roots = () => new Set([...store.objects.keys()].map(key => key.split('/')[0] ?? ''))
  return {
    url: server.url,
    faults: server.faults,
    config: {
      adresse: server.url,
      region,
      compartiment: bucket,
      cleAcces: accessKey,
      cleSecrete: secretKey,
      adressageParChemin: true,
      ...(options.authority ? { autorite: Buffer.from(options.authority.certificate) } : {}),
    },
    contents: () => Object.fromEntries([...store.objects].map(([key, { body }]) => [key, body])),
    headersOf: key => store.objects.get(key)?.headers,
    write: (key, content) =>
      void store.objects.set(key, { body: Buffer.from(content), etag: '"autre"', modifiedAt: new Date(), headers: {} }),
    remove: key => void store.objects.delete(key),
    count: kind =>
      kind === 'envoi'
        ? store.uploads.size
        : [...roots()].filter(name => name.startsWith('.passeur-') === (kind === 'inachevé')).length,
    close: () => server.close(),
  }
}
