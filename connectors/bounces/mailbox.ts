import { ImapFlow, type MessageStructureObject } from 'imapflow'
import { isIP } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import {
  certificateFault,
  ConfigurationError,
  networkCause,
  secureContext,
  TemporaryError,
  type FileRef,
  type Files,
  type Network,
} from '#core'
import { readHeaders, readNotification, type Headers } from './dsn.ts'
import type { Letter } from './recognise.ts'

export interface MailboxSettings {
  readonly serveur: string
  readonly port: number
  readonly identifiant: string
  readonly motDePasse: string
  readonly boite: string
  readonly autorite: Uint8Array | undefined
}

/** A mailbox opened for one pass. Nothing here deletes a message, nor marks one as read. */
export interface Mailbox {
  /** Changes when the server gives its messages other numbers. */
  readonly uidValidity: string
  readonly total: number
  /** Whether a message can be moved without touching any other one. */
  readonly canMove: boolean
  /** Numbers from this one on, in order. */
  since(uid: number): Promise<readonly number[]>
  /** `undefined` when it has gone meanwhile. */
  read(uid: number): Promise<Letter | undefined>
  /** Stores the whole message. */
  save(uid: number, files: Files, name: string): Promise<FileRef | undefined>
  /** Makes the folder when it is not there. @returns whether the message is in it now */
  move(uid: number, folder: string): Promise<boolean>
  hasFolder(folder: string): Promise<boolean>
  close(): Promise<void>
}

const TIMEOUT = 20_000
const SILENCE = 60_000
/** A notification is a few kilobytes; the text of an old one carries the message it returns. */
const LARGEST_PART = 256 * 1024

/** What imapflow says beside the codes of Node. */
const WHY: Readonly<Record<string, string>> = {
  CONNECT_TIMEOUT: 'il ne répond pas',
  GREETING_TIMEOUT: 'il ne répond pas comme un serveur IMAP',
}

interface ImapFailure extends Error {
  readonly code?: string
  readonly authenticationFailed?: boolean
  readonly serverResponseCode?: string
  readonly responseText?: string
  readonly responseStatus?: string
}

const failureOf = (error: unknown, { serveur, identifiant }: MailboxSettings): Error => {
  if (error instanceof ConfigurationError || error instanceof TemporaryError) return error
  const failure: ImapFailure = error instanceof Error ? error : new Error(String(error))
  const certificate = certificateFault(failure, serveur)
  if (certificate !== undefined) return new ConfigurationError(certificate, { cause: error })
  const isPassing = ['UNAVAILABLE', 'INUSE', 'LIMIT', 'CONTACTADMIN'].includes(failure.serverResponseCode ?? '')
  if (failure.authenticationFailed && !isPassing)
    return new ConfigurationError(
      `Le serveur IMAP ${serveur} refuse la connexion de « ${identifiant} » : vérifiez l'identifiant et le mot de passe.`,
      { cause: error },
    )
  const why =
    networkCause(failure.code) ??
    WHY[failure.code ?? ''] ??
    (failure.responseText ? `il répond « ${failure.responseText.slice(0, 200)} »` : 'la connexion a été coupée')
  return new TemporaryError(`Le serveur IMAP ${serveur} n'est pas disponible : ${why}. Nouvel essai plus tard.`, {
    cause: error,
  })
}

const walk = function* (node: MessageStructureObject): Generator<MessageStructureObject> {
  yield node
  for (const child of node.childNodes ?? []) yield* walk(child)
}

/** Where things are in a message, as the server describes it. */
const partsOf = (structure: MessageStructureObject) => {
  const nodes = [...walk(structure)]
  const find = (...types: readonly string[]) => nodes.find(({ type }) => types.includes(type.toLowerCase()))
  return {
    status: find('message/delivery-status', 'message/global-delivery-status'),
    returned: find('message/rfc822', 'message/global'),
    headers: find('text/rfc822-headers', 'message/global-headers'),
    text: find('text/plain'),
  }
}

/** Opens the mailbox. @throws ConfigurationError, TemporaryError */
export const openMailbox = async (settings: MailboxSettings, network: Network): Promise<Mailbox> => {
  const { serveur, port, identifiant, motDePasse, boite, autorite } = settings
  const attempt = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw failureOf(error, settings)
    })
  const host = await attempt(network.resolve(serveur))
  const client = new ImapFlow({
    host,
    port,
    secure: true,
    ...(isIP(serveur) ? {} : { servername: serveur }),
    tls: { secureContext: secureContext({ ca: autorite }) },
    auth: { user: identifiant, pass: motDePasse },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: TIMEOUT,
    greetingTimeout: TIMEOUT,
    socketTimeout: SILENCE,
  })
  // The operation under way fails with the same error: here it would be an uncaught one.
  client.on('error', () => undefined)
  await attempt(client.connect())
  const opened = await client.mailboxOpen(boite).catch(async (error: unknown) => {
    await client.logout().catch(() => client.close())
    const { responseStatus } = error as ImapFailure
    if (responseStatus !== 'NO') throw failureOf(error, settings)
    throw new ConfigurationError(
      `La boîte « ${boite} » n'existe pas pour « ${identifiant} » sur ${serveur} : corrigez « Boîte » (INBOX d'ordinaire).`,
      { cause: error },
    )
  })

  /** The library answers « nothing » to whoever asks on a lost connection: that must never pass for a message that has gone. */
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    const answer = await attempt(work())
    if (!client.usable) throw failureOf(new Error('connection lost'), settings)
    return answer
  }
  const part = async (uid: number, node: MessageStructureObject | undefined): Promise<string | undefined> => {
    if (!node) return undefined
    const { content } = await client.download(String(uid), node.part ?? '1', { uid: true, maxBytes: LARGEST_PART })
    return content && readText(content)
  }
  const returnedHeaders = async (uid: number, parts: ReturnType<typeof partsOf>): Promise<Headers | undefined> => {
    const written = await part(uid, parts.headers)
    if (written !== undefined) return readHeaders(written)
    const inside = parts.returned?.part
    if (inside === undefined) return undefined
    const wanted = `${inside}.HEADER`
    const fetched = await client.fetchOne(
      String(uid),
      { bodyParts: [{ key: wanted, maxLength: LARGEST_PART }] },
      { uid: true },
    )
    const block = fetched ? [...(fetched.bodyParts?.values() ?? [])][0] : undefined
    return block && readHeaders(block.toString('utf8'))
  }
  const has = (name: string) => client.capabilities.has(name)

  return {
    uidValidity: String(opened.uidValidity),
    total: opened.exists,
    canMove: has('MOVE') || has('UIDPLUS'),
    since: uid =>
      ask(async () => {
        const found = await client.search({ uid: `${uid}:*` }, { uid: true })
        if (!found)
          throw new TemporaryError(`Le serveur IMAP ${serveur} ne liste pas la boîte. Nouvel essai plus tard.`)
        // `n:*` always names the last message, even when its number is smaller.
        return found.filter(each => each >= uid).toSorted((a, b) => a - b)
      }),
    read: uid =>
      ask(async () => {
        const message = await client.fetchOne(String(uid), { bodyStructure: true, headers: true }, { uid: true })
        if (!message || !message.bodyStructure || !message.headers) return undefined
        const parts = partsOf(message.bodyStructure)
        const status = await part(uid, parts.status)
        return {
          headers: readHeaders(message.headers.toString('utf8')),
          notification: status === undefined ? undefined : readNotification(status),
          returned: await returnedHeaders(uid, parts),
          text: (await part(uid, parts.text)) ?? '',
        }
      }),
    save: (uid, files, name) =>
      ask(async () => {
        const { content } = await client.download(String(uid), undefined, { uid: true })
        return content && files.save(content, name)
      }),
    move: (uid, folder) =>
      ask(async () => {
        await client.mailboxCreate(folder)
        return (await client.messageMove(String(uid), folder, { uid: true })) !== false
      }),
    hasFolder: folder => ask(async () => (await client.list()).some(({ path }) => path === folder)),
    close: () => client.logout().catch(() => client.close()),
  }
}
