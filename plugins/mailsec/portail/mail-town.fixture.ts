import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { expect, vi } from 'vitest'
import type { Document } from '#core'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { recipientsIn, type Recipient } from '../../steps/mailsec/index.ts'

export interface Mail {
  readonly to: string
  readonly raw: string
}

/** A town whose flows of secure mail are connected to a real mail server, which keeps what it takes. */
export interface MailTown extends AsyncDisposable {
  readonly whole: WholeHub
  readonly mails: readonly Mail[]
  /** A message with files, sent by an agent; resolves once it has left. */
  sendMail(flow: string, values: Readonly<Record<string, unknown>>, names?: readonly string[]): Promise<Document>
  get(documentId: string): Promise<Document>
  inState(documentId: string, state: string): Promise<Document>
  /** Path of the page of a recipient, from the last mail to this address. */
  pageOf(to: string): string
  visit(path: string, options?: RequestInit): Promise<Response>
}

export const recipientsOf = ({ data }: Pick<Document, 'data'>): readonly Recipient[] =>
  recipientsIn({ destinataires: data['mailsec.destinataires'] })

/** A form of a page as a browser sends it. */
export const posting = (
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): RequestInit => ({ method: 'POST', body: new URLSearchParams(fields), headers })

const everything = () => true

/** @param environment variables of the configuration */
export const startMailTown = async (environment: Readonly<Record<string, string>> = {}): Promise<MailTown> => {
  const mails: Mail[] = []
  const relay = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    closeTimeout: 200,
    onData(stream, session, done) {
      buffer(stream).then(
        raw => {
          mails.push({ to: session.envelope.rcptTo[0]?.address ?? '', raw: raw.toString('utf8') })
          done()
        },
        (error: unknown) => done(error as Error),
      )
    },
  })
  const listening = relay.listen(0, '127.0.0.1')
  await new Promise(resolve => listening.once('listening', resolve))
  const whole = await startWholeHub({ worker: 'here', environment })
  const { connectors, documents, files } = whole.hub.cradle
  const { id: instanceId } = await connectors.create(
    { entityId: whole.town, userId: whole.users.admin },
    {
      connector: 'smtp',
      label: 'Relais',
      config: {
        serveur: '127.0.0.1',
        port: (listening.address() as AddressInfo).port,
        securite: 'aucun',
        expediteur: 'ne-pas-repondre@ville.example',
      },
    },
  )
  for (const flow of ['ls-mailsec', 'ls-mailsec-bidir'])
    await connectors.associate(
      { entityId: whole.town, userId: whole.users.admin },
      { flow, slot: 'mailsec:mailsec', instanceId },
    )
  const get = (documentId: string) => documents.get({ entityId: whole.town, documentId })
  const inState = (documentId: string, state: string): Promise<Document> =>
    vi.waitFor(
      async () => {
        const document = await get(documentId)
        expect([document.state, document.message].join(' ')).toContain(state)
        return document
      },
      { timeout: 10_000, interval: 50 },
    )

  return {
    whole,
    mails,
    get,
    inState,
    async sendMail(flow, values, names = ['ordre du jour.pdf']) {
      const by = whole.users.agent
      const created = await documents.create({
        entityId: whole.town,
        flow,
        values: { objet: 'Convocation', ...values },
        by,
      })
      const where = { entityId: whole.town, documentId: created.id, by }
      for (const [rank, name] of names.entries())
        await documents.putFile({
          ...where,
          field: 'documents',
          file: await files.save(`%PDF-1.4 pièce ${rank}`, name),
        })
      await documents.act({ ...where, action: 'envoyer', may: everything })
      return inState(created.id, 'mailsec.envoye')
    },
    pageOf(to) {
      const raw = mails.findLast(mail => mail.to === to)?.raw.replace(/=\r?\n/gu, '') ?? ''
      return /\/mail\/[\w-]+/u.exec(raw)?.[0] ?? 'no link'
    },
    visit: (path, options = {}) => fetch(`${whole.origin}${path}`, { redirect: 'manual', ...options }),
    async [Symbol.asyncDispose]() {
      await whole[Symbol.asyncDispose]()
      await new Promise<void>(resolve => relay.close(() => resolve()))
    },
  }
}
