import {
  createAuthority,
  startSimServer,
  stepEvery,
  type Authority,
  type SimRequest,
  type SimResponse,
  type Simulator,
} from '#core/testing'
import type { Called } from './client.ts'
import { ACCOUNT, answerLegacy } from './simulator-legacy.ts'
import { isSent, read, send, type SimSitting } from './simulator-sittings.ts'
import { answerV2, type V2Options } from './simulator-v2.ts'

export interface IdelibreSimulatorOptions extends Partial<V2Options> {
  readonly port?: number
  /** Convocations leave, then are read, one step every so many milliseconds. Left out: only on command. */
  readonly progress?: number
  /** The server is always in HTTPS, with a certificate of this authority; its own unless told. */
  readonly authority?: Authority
  /** The API that `config` is set for, and whether the former one gets a token too. */
  readonly api?: 'v2' | 'ancienne' | 'ancienne avec jeton'
}

export interface IdelibreSimulator extends Simulator {
  readonly sittings: readonly SimSitting[]
  /** The convocations of the last séance leave, unless told which. */
  sendConvocations(id?: string): void
  /** One of the persons called to the last séance reads it, and answers. */
  read(rank: number, answer?: Pick<Called, 'attendance' | 'deputy' | 'mandator'>): void
  /** The token is replaced by another. */
  expireToken(): void
}

const TOKEN = 'jeton-de-demonstration-4f7a'

const problem = (status: number, message: string): SimResponse => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ message }),
})

/** An i-delibRE with both its APIs: a town, its types, themes and members, and the séances that it is given. */
export const createSimulator = async (options: IdelibreSimulatorOptions = {}): Promise<IdelibreSimulator> => {
  const { readsPut = false, zone = 'UTC', api = 'v2' } = options
  const authority = options.authority ?? createAuthority()
  const sittings: SimSitting[] = []
  let token: string | undefined = TOKEN

  const handler = async (request: SimRequest): Promise<SimResponse> => {
    const former = await answerLegacy(request, sittings)
    if (former) return former
    if (!request.path.startsWith('/api/v2/'))
      return {
        status: 404,
        headers: { 'content-type': 'text/html' },
        body: '<html><body>Page introuvable</body></html>',
      }
    const given = request.headers['x-auth-token']
    if (given === undefined || given === '') return problem(401, 'Authentication Required')
    if (given !== token) return problem(401, 'Invalid credentials.')
    return answerV2(request, sittings, { readsPut, zone })
  }

  const server = await startSimServer({
    handler,
    tls: authority.issueServer(),
    ...(options.port === undefined ? {} : { port: options.port }),
  })

  const chosen = (id?: string): SimSitting => {
    const sitting = id === undefined ? sittings.at(-1) : sittings.find(each => each.id === id)
    if (!sitting) throw new Error(`No séance ${id ?? 'at all'} in the simulator.`)
    return sitting
  }
  const step = (): void => {
    for (const sitting of sittings) {
      const unread = sitting.called.findIndex(({ isRead }) => isRead !== true)
      if (!isSent(sitting)) send(sitting)
      else if (unread >= 0) read(sitting, unread, { attendance: 'present' })
    }
  }
  const stop = stepEvery(options.progress, step)

  const withToken = api !== 'ancienne'
  const withAccount = api !== 'v2'
  return {
    url: server.url,
    config: {
      url: server.url,
      api: withAccount ? 'ancienne' : 'v2',
      ...(withToken ? { jeton: TOKEN } : {}),
      ...(withAccount ? { connexion: ACCOUNT.conn, identifiant: ACCOUNT.username, motDePasse: ACCOUNT.password } : {}),
      autorite: Buffer.from(authority.certificate),
    },
    faults: server.faults,
    sittings,
    count: kind =>
      ({
        séance: sittings.length,
        projet: sittings.reduce((sum, { projects }) => sum + projects.length, 0),
        document: sittings.reduce((sum, { otherdocs }) => sum + otherdocs.length, 0),
      })[kind] ?? 0,
    sendConvocations: id => send(chosen(id)),
    read: (rank, answer) => read(chosen(), rank, answer),
    expireToken: () => (token = undefined),
    close: async () => {
      stop()
      await server.close()
    },
  }
}
