import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Document } from '#core'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { recipientsIn } from '../../steps/mailsec/index.ts'

let hub: WholeHub
let relay: SMTPServer
const mails: { readonly to: string; readonly raw: string }[] = []

beforeAll(async () => {
  relay = new SMTPServer({
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
  hub = await startWholeHub({ worker: 'here' })
  const { connectors } = hub.hub.cradle
  const at = { entityId: hub.town, userId: hub.users.admin }
  const { id } = await connectors.create(at, {
    connector: 'smtp',
    label: 'Relais',
    config: {
      serveur: '127.0.0.1',
      port: (listening.address() as AddressInfo).port,
      securite: 'aucun',
      expediteur: 'ne-pas-repondre@ville.example',
    },
  })
  for (const flow of ['ls-mailsec', 'ls-mailsec-bidir'])
    await connectors.associate(at, { flow, slot: 'mailsec:mailsec', instanceId: id })
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await new Promise<void>(resolve => relay.close(() => resolve()))
})

const everything = () => true

/** A message sent by an agent of the town; resolves once it has left. */
const sendMail = async (flow: string, values: Readonly<Record<string, unknown>>): Promise<Document> => {
  const { documents, files } = hub.hub.cradle
  const by = hub.users.agent
  const created = await documents.create({ entityId: hub.town, flow, values: { objet: 'Convocation', ...values }, by })
  const where = { entityId: hub.town, documentId: created.id, by }
  const file = await files.save('%PDF-1.4 ordre du jour', 'ordre du jour.pdf')
  await documents.putFile({ ...where, field: 'documents', file })
  await documents.act({ ...where, action: 'envoyer', may: everything })
  return inState(created.id, 'mailsec.envoye')
}

const inState = (documentId: string, state: string): Promise<Document> =>
  vi.waitFor(
    async () => {
      const document = await hub.hub.cradle.documents.get({ entityId: hub.town, documentId })
      expect([document.state, document.message].join(' ')).toContain(state)
      return document
    },
    { timeout: 10_000, interval: 50 },
  )

/** The page of a recipient, from the last mail to this address. */
const pageOf = (to: string): string => {
  const raw = mails.findLast(mail => mail.to === to)?.raw.replace(/=\r?\n/gu, '') ?? ''
  return /\/mail\/[\w-]+/u.exec(raw)?.[0] ?? 'no link'
}

const visit = (path: string, options: RequestInit = {}) =>
  fetch(`${hub.origin}${path}`, { redirect: 'manual', ...options })
const posting = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) => ({
  method: 'POST',
  body: new URLSearchParams(fields),
  headers,
})

test('un message se lit sur sa page après un geste, et l’émetteur le sait ; suivre le lien ne compte pas', async () => {
  const { id } = await sendMail('ls-mailsec', { 'mailsec.to': 'lecture@exemple.fr', message: 'Voici l’ordre du jour.' })
  const page = pageOf('lecture@exemple.fr')
  const door = await visit(page)
  expect(door.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(door.headers.get('referrer-policy')).toBe('no-referrer')
  const doorText = await door.text()
  expect(doorText).toContain('Consulter le message')
  expect(doorText).not.toContain('ordre du jour')
  await visit(page, { method: 'HEAD' })
  expect((await visit(`${page}/fichiers/0`)).status).toBe(303)
  expect((await inState(id, 'mailsec.envoye')).data['mailsec.lus']).toBe(0)
  expect((await visit(`${page}/consulter`, { method: 'POST' })).status).toBe(303)
  const document = await inState(id, 'termine')
  expect(document.data['mailsec.accuse']).toMatchObject({ type: 'application/pdf' })
  const text = await (await visit(page)).text()
  expect(text).toContain('Voici l’ordre du jour.')
  const part = await visit(`${page}/fichiers/0`, { headers: { range: 'bytes=0-3' } })
  expect([part.status, await part.text()]).toEqual([206, '%PDF'])
})

test('un mot de passe ferme la page ; il est gardé haché, jamais rendu, et les essais sont comptés', async () => {
  const { id } = await sendMail('ls-mailsec', {
    'mailsec.to': 'secret@exemple.fr',
    'mailsec.motDePasse': 'grand-pavois',
  })
  const page = pageOf('secret@exemple.fr')
  const held = await hub.hub.cradle.documents.get({ entityId: hub.town, documentId: id })
  expect(held.data['mailsec.motDePasse']).toMatch(/^\$argon2id\$/u)
  const contents = await hub.hub.cradle.store.contents(held, hub.hub.cradle.flows.get(held.flowId, held.flowVersion))
  expect(JSON.stringify(contents.values)).not.toContain('argon2')
  const wrong = await visit(`${page}/consulter`, posting({ motDePasse: 'faux' }))
  expect([wrong.status, await wrong.text()]).toEqual([403, expect.stringContaining('pas le bon')])
  expect((await inState(id, 'mailsec.envoye')).data['mailsec.lus']).toBe(0)
  const right = await visit(`${page}/consulter`, posting({ motDePasse: 'grand-pavois' }))
  const cookie = right.headers.get('set-cookie')?.split(';')[0] ?? ''
  expect(right.headers.get('set-cookie')).toContain(`Path=${page}; `)
  await inState(id, 'termine')
  expect(await (await visit(page, { headers: { cookie } })).text()).toContain('Fichiers')
  expect(await (await visit(page)).text()).toContain('Mot de passe')
  for (let attempt = 0; attempt < 6; attempt++) await visit(`${page}/consulter`, posting({ motDePasse: 'faux' }))
  expect((await visit(`${page}/consulter`, posting({ motDePasse: 'grand-pavois' }))).status).toBe(429)
})

test('une réponse avec un fichier devient un document lié au message, une seule fois', async () => {
  const { id } = await sendMail('ls-mailsec-bidir', { 'mailsec.to': 'reponse@exemple.fr' })
  const page = pageOf('reponse@exemple.fr')
  await visit(`${page}/consulter`, { method: 'POST' })
  expect(await (await visit(`${page}/reponse`)).text()).toContain('Envoyer la réponse')
  const empty = await visit(`${page}/reponse`, { method: 'POST', body: new FormData() })
  expect([empty.status, await empty.text()]).toEqual([422, expect.stringContaining('« Réponse » est à renseigner.')])
  const form = () => {
    const body = new FormData()
    body.set('reponse', 'Je serai là.')
    body.append('documents', new Blob(['%PDF-1.4 pouvoir']), 'pouvoir signé.pdf')
    return body
  }
  expect((await visit(`${page}/reponse`, { method: 'POST', body: form() })).status).toBe(303)
  const document = await hub.hub.cradle.documents.get({ entityId: hub.town, documentId: id })
  const [recipient] = recipientsIn({ destinataires: document.data['mailsec.destinataires'] })
  expect(recipient?.etat).toBe('repondu')
  const answer = await hub.hub.cradle.documents.get({ entityId: hub.town, documentId: recipient?.reponse ?? '' })
  expect([answer.flowId, answer.state, answer.title]).toEqual(['ls-mailsec-bidir-reponse', 'termine', 'Je serai là.'])
  expect(answer.data['documents']).toMatchObject([{ name: 'pouvoir signé.pdf' }])
  await visit(`${page}/reponse`, { method: 'POST', body: form() })
  const { db } = hub.hub.cradle
  expect(await db('documents').where('flow_id', 'ls-mailsec-bidir-reponse')).toHaveLength(1)
  expect(await (await visit(page)).text()).toContain('Vous avez répondu')
})

test('un lien inconnu, et celui d’un message déclaré non reçu, le disent en français', async () => {
  const unknown = await visit('/mail/nimporte-quoi')
  expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining('ne mène à aucun message')])
  const { id } = await sendMail('ls-mailsec', { 'mailsec.to': 'ferme@exemple.fr' })
  const where = { entityId: hub.town, documentId: id, by: hub.users.agent }
  await hub.hub.cradle.documents.act({ ...where, action: 'mailsec.declarerNonRecu', may: everything })
  await inState(id, 'termine')
  expect((await visit(pageOf('ferme@exemple.fr'))).status).toBe(410)
})
