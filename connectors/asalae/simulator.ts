import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  startSimServer,
  stepEvery,
  type Authority,
  type SimFile,
  type SimRequest,
  type SimResponse,
  type Simulator,
} from '#core/testing'
import { archiveFaults } from './simulator-archive.ts'
import { acknowledgement, reply, type Decision } from './simulator-messages.ts'
import { readSlip, type Slip } from './simulator-slip.ts'

export interface AsalaeSimulatorOptions {
  readonly port?: number
  /** Transfers take one step (received, acknowledged, accepted) every so many milliseconds. Left out: only on command. */
  readonly progress?: number
  /** Serves HTTPS with a certificate of this authority. */
  readonly authority?: Authority
  /** How the password is expected: digested as as@lae usually wants it, or plain. */
  readonly passwordForm?: 'sha256-hex' | 'clair'
  /** Where received slips and archives are kept; a temporary folder, removed at the end, unless told. */
  readonly folder?: string
}

export interface SimTransfer {
  readonly slip: Slip
  /** Where its two files are. */
  readonly slipPath: string
  readonly archivePath: string
  readonly receivedAt: Date
  acknowledgedAt: Date | undefined
  decision: (Decision & { readonly at: Date }) | undefined
}

export interface AsalaeSimulator extends Simulator {
  /** Transfers received whole, in order. */
  readonly transfers: readonly SimTransfer[]
  /** The last transfer, unless told, is acknowledged. */
  acknowledge(transferId?: string): void
  /** …is accepted, acknowledged first when it was not. */
  accept(transferId?: string): void
  /** …is refused, as an archivist would. */
  refuse(code: string, comment: string, transferId?: string): void
  /** The sessions of chunks are lost, as after a restart. */
  loseSessions(): void
}

/** A transfer announced, whose archive arrives in chunks. */
interface Session {
  readonly security: string
  readonly slip: Slip
  readonly slipPath: string
  readonly chunks: Map<number, string>
}

const BASE = '/restservices'
const ACCOUNT = { login: 'passeur', password: 'mot-de-passe-de-demonstration' }
const PENDING: SimResponse = { status: 500, body: 'Transfert en cours de traitement' }
const VERSIONS = { application: 'as@lae', denomination: 'Simulateur de Passeur', version: '2.1.0' }

const refused = (status: number, message: string): SimResponse => ({ status, json: { message } })
const keyOf = ({ agency, transferId }: Pick<Slip, 'agency' | 'transferId'>) => JSON.stringify([agency, transferId])

const duplicate = ({ transferId }: Slip): SimResponse =>
  refused(400, `Un transfert portant l'identifiant « ${transferId} » a déjà été reçu.`)

/** The words of a request for a message, in the path (`name:value`) or in the query. */
const wordsOf = ({ path, query }: SimRequest): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(query),
  ...Object.fromEntries(
    path
      .split('/')
      .filter(word => word.includes(':'))
      .map(word => [word.slice(0, word.indexOf(':')), decodeURIComponent(word.slice(word.indexOf(':') + 1))]),
  ),
})

/** An as@lae: one account, transfers whole or in chunks, checked as they arrive, acknowledged, then accepted or refused. */
export const createSimulator = async (options: AsalaeSimulatorOptions = {}): Promise<AsalaeSimulator> => {
  const { authority, passwordForm = 'sha256-hex' } = options
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'passeur-asalae-')))
  await mkdir(folder, { recursive: true })
  const transfers: SimTransfer[] = []
  const sessions = new Map<string, Session>()
  /** Transfers being checked: a second one with the same identifier must not slip in meanwhile. */
  const arriving = new Set<string>()

  const secret =
    passwordForm === 'sha256-hex' ? createHash('sha256').update(ACCOUNT.password).digest('hex') : ACCOUNT.password
  const authorization = `Basic ${Buffer.from(`${ACCOUNT.login}:${secret}`).toString('base64')}`

  const isTaken = (slip: Slip): boolean =>
    arriving.has(keyOf(slip)) || transfers.some(each => keyOf(each.slip) === keyOf(slip))

  /** @returns what is wrong, or nothing once the transfer is recorded */
  const record = async (slip: Slip, slipPath: string, archivePath: string): Promise<SimResponse | undefined> => {
    if (isTaken(slip)) return duplicate(slip)
    arriving.add(keyOf(slip))
    try {
      const faults = await archiveFaults(archivePath, slip.attachments)
      if (faults.length > 0) return refused(400, faults.join(' '))
      const kept = join(folder, `${String(transfers.length + 1).padStart(4, '0')}-${randomUUID()}`)
      const [keptSlip, keptArchive] = [`${kept}-bordereau.xml`, `${kept}-archive.tar.gz`]
      await copyFile(slipPath, keptSlip)
      await copyFile(archivePath, keptArchive)
      transfers.push({
        slip,
        slipPath: keptSlip,
        archivePath: keptArchive,
        receivedAt: new Date(),
        acknowledgedAt: undefined,
        decision: undefined,
      })
      return undefined
    } finally {
      arriving.delete(keyOf(slip))
    }
  }

  const slipIn = async (file: SimFile): Promise<Slip | SimResponse> => {
    try {
      const slip = await readSlip(file.path)
      if (slip.faults.length > 0) return refused(400, slip.faults.join(' '))
      return isTaken(slip) ? duplicate(slip) : slip
    } catch (error) {
      return refused(400, `Le bordereau n'est pas un document XML lisible : ${String(error)}`)
    }
  }

  const receive = async (request: SimRequest): Promise<SimResponse> => {
    const message = request.files.find(({ field }) => field === 'seda_message')
    const archive = request.files.find(({ field }) => field === 'attachments')
    const inChunks = request.field('send_chunked_attachments') === 'true'
    if (!message) return refused(400, 'Le message SEDA (seda_message) manque.')
    if (!archive && !inChunks) return refused(400, "L'archive (attachments) manque.")
    const slip = await slipIn(message)
    if (!('transferId' in slip)) return slip
    if (archive) {
      return (
        (await record(slip, message.path, archive.path)) ?? { json: { success: true, identifier: slip.transferId } }
      )
    }
    // A transfer begun and left without its files may be begun again; what the former session brought is lost.
    for (const [id, session] of sessions) if (keyOf(session.slip) === keyOf(slip)) sessions.delete(id)
    const [identifier, security] = [randomUUID(), randomUUID()]
    sessions.set(identifier, { security, slip, slipPath: message.path, chunks: new Map() })
    return { json: { chunk_session_identifier: identifier, chunk_security_identifier: security } }
  }

  const assemble = async ({ chunks }: Session): Promise<string> => {
    const path = join(folder, `${randomUUID()}.assemblage`)
    for (const [, part] of [...chunks].sort(([a], [b]) => a - b))
      await pipeline(createReadStream(part), createWriteStream(path, { flags: 'a' }))
    return path
  }

  const receiveChunk = async (request: SimRequest): Promise<SimResponse> => {
    const identifier = request.field('session_identifier') ?? ''
    const session = sessions.get(identifier)
    if (!session || session.security !== request.field('security_identifier'))
      return refused(404, "La session d'envoi par morceaux est inconnue.")
    const chunk = request.files.find(({ field }) => field === 'chunk_content')
    const [count, rank] = [Number(request.field('number_of_chunks')), Number(request.field('chunk_index'))]
    if (!chunk || !(rank >= 1 && rank <= count) || !request.field('file_name'))
      return refused(400, 'Le morceau est incomplet ou mal numéroté.')
    if (request.field('number_of_files') !== '1' || request.field('file_index') !== '1')
      return refused(400, 'Une seule archive est attendue par transfert.')
    if (request.field('compression_algorithm') !== 'TARGZ') return refused(400, "L'archive doit être un tar.gz.")
    session.chunks.set(rank, chunk.path)
    if (session.chunks.size < count) return { json: { success: true, received: session.chunks.size } }
    sessions.delete(identifier)
    const assembled = await assemble(session)
    try {
      return (await record(session.slip, session.slipPath, assembled)) ?? { json: { success: true, complete: true } }
    } finally {
      await rm(assembled, { force: true })
    }
  }

  const xml = (body: string): SimResponse => ({ headers: { 'content-type': 'application/xml; charset=UTF-8' }, body })

  const messageAbout = (request: SimRequest): SimResponse => {
    const words = wordsOf(request)
    const wanted = {
      agency: words['originOrganizationIdentification'] ?? '',
      transferId: words['originMessageIdentifier'] ?? '',
    }
    if (words['sequence'] !== 'ArchiveTransfer') return refused(400, 'La séquence demandée est inconnue.')
    const rank = transfers.findIndex(({ slip }) => keyOf(slip) === keyOf(wanted))
    const transfer = transfers[rank]
    if (!transfer) {
      const begun = [...sessions.values()].some(({ slip }) => keyOf(slip) === keyOf(wanted))
      return begun ? PENDING : refused(404, 'Aucun message ne correspond à cette demande.')
    }
    const { slip, acknowledgedAt, decision } = transfer
    if (words['message'] === 'Acknowledgement')
      return acknowledgedAt ? xml(acknowledgement({ slip, at: acknowledgedAt, id: `ACK_${rank + 1}` })) : PENDING
    if (words['message'] === 'ArchiveTransferReply')
      return decision ? xml(reply({ slip, at: decision.at, id: `ATR_${rank + 1}`, decision })) : PENDING
    return refused(400, 'Le message demandé est inconnu.')
  }

  const handler = (request: SimRequest): SimResponse | Promise<SimResponse> => {
    const { method, path, headers } = request
    if (method === 'GET' && path === `${BASE}/ping`) return { json: 'webservices as@lae accessibles' }
    if (!path.startsWith(`${BASE}/`)) return refused(404, 'Not Found')
    if (headers['authorization'] !== authorization)
      return { ...refused(401, 'Unauthorized'), headers: { 'www-authenticate': 'Basic realm="as@lae"' } }
    if (method === 'GET' && path === `${BASE}/versions`) return { json: VERSIONS }
    if (method === 'GET' && /^\/restservices\/sedaMessages(\/|$)/u.test(path)) return messageAbout(request)
    if (method === 'POST' && path === `${BASE}/sedaMessages`) return receive(request)
    if (method === 'POST' && path === `${BASE}/sedaAttachmentsChunkFiles`) return receiveChunk(request)
    return refused(404, 'Not Found')
  }

  const server = await startSimServer({
    handler,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(authority ? { tls: authority.issueServer() } : {}),
  })

  const chosen = (transferId: string | undefined): SimTransfer => {
    const transfer =
      transferId === undefined ? transfers.at(-1) : transfers.find(({ slip }) => slip.transferId === transferId)
    if (!transfer) throw new Error(`No transfer ${transferId ?? 'at all'} in the simulator.`)
    return transfer
  }
  const acknowledge = (transfer: SimTransfer): void => {
    transfer.acknowledgedAt ??= new Date()
  }
  const decide = (transfer: SimTransfer, decision: Decision): void => {
    acknowledge(transfer)
    transfer.decision ??= { ...decision, at: new Date() }
  }
  const accept = (transfer: SimTransfer): void => {
    const archiveId = `${transfer.slip.archivalAgency}_${String(transfers.indexOf(transfer) + 1).padStart(4, '0')}`
    decide(transfer, { is: 'accepted', archiveId, comment: "L'archive a été acceptée et prise en charge" })
  }
  const step = (): void => {
    for (const transfer of transfers)
      if (!transfer.acknowledgedAt) acknowledge(transfer)
      else if (!transfer.decision) accept(transfer)
  }
  const stop = stepEvery(options.progress, step)

  return {
    url: `${server.url}${BASE}`,
    config: {
      url: `${server.url}${BASE}`,
      identifiant: ACCOUNT.login,
      motDePasse: ACCOUNT.password,
      formeMotDePasse: passwordForm,
      ...(authority ? { autorite: Buffer.from(authority.certificate) } : {}),
    },
    faults: server.faults,
    transfers,
    count: kind => ({ transfert: transfers.length, inachevé: sessions.size })[kind] ?? 0,
    acknowledge: transferId => acknowledge(chosen(transferId)),
    accept: transferId => accept(chosen(transferId)),
    refuse: (code, comment, transferId) => decide(chosen(transferId), { is: 'refused', code, comment }),
    loseSessions: () => sessions.clear(),
    close: async () => {
      stop()
      await server.close()
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}
