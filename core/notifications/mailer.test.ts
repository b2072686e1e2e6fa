import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { createAuthority } from '../testing/pki.ts'
import { createMailer, type Mail } from './mailer.ts'
import { startRelay, type Relay } from './smtp.fixture.ts'

const MAILER = new URL('mailer.ts', import.meta.url).href
const authority = createAuthority()
const { certificate, key } = authority.issueServer(['localhost'])
const mail: Mail = {
  id: 'lettre-1',
  to: 'camille@ville.example',
  subject: 'Acte acquitté',
  text: 'Bonjour',
  html: '<p>Bonjour</p>',
  settings: 'https://passeur.example/notifications',
  date: new Date('2026-01-15T08:00:00Z'),
}

let relay: Relay
afterEach(() => relay[Symbol.asyncDispose]())

const send = (scheme: string) =>
  createMailer({ url: `${scheme}://localhost:${relay.port}`, from: 'passeur@ville.example', digestAt: '08:00' }).send(
    mail,
  )

test('un serveur sans STARTTLS ne reçoit rien en clair, sauf si l’adresse le dit', async () => {
  relay = await startRelay()
  expect(await send('smtp')).toMatchObject({ is: 'unavailable' })
  expect(relay.mails).toEqual([])
  expect(await send('smtp+clair')).toEqual({ is: 'sent' })
})

test.each([
  ['smtp', 'starttls'],
  ['smtps', 'start'],
] as const)('un certificat que personne ne connaît n’est pas accepté : %s', async (scheme, from) => {
  relay = await startRelay({ tls: { certificate, key, from } })
  expect(await send(scheme)).toMatchObject({
    is: 'unavailable',
    reason: expect.stringContaining('certificat') as string,
  })
  expect(relay.mails).toEqual([])
})

/** Authorities are those that the process knew when it started: another process, then. */
const sendKnowing = async (authorities: string): Promise<unknown> => {
  const script = `const { createMailer } = await import(process.argv[1])
const [url, mail] = [process.argv[2], JSON.parse(process.argv[3])]
const mailer = createMailer({ url, from: 'passeur@ville.example' })
console.log(JSON.stringify(await mailer.send({ ...mail, date: new Date(mail.date) })))`
  const url = `smtp://localhost:${relay.port}`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script, MAILER, url, JSON.stringify(mail)],
    { env: { ...process.env, NODE_EXTRA_CA_CERTS: authorities } },
  )
  return JSON.parse(stdout)
}

test('celui d’une autorité que la machine connaît l’est', async () => {
  relay = await startRelay({ tls: { certificate, key, from: 'starttls' } })
  const folder = await mkdtemp(join(tmpdir(), 'passeur-'))
  await writeFile(join(folder, 'autorite.pem'), authority.certificate)
  expect(await sendKnowing(join(folder, 'autorite.pem'))).toEqual({ is: 'sent' })
  expect(relay.mails.map(({ to }) => to)).toEqual([['camille@ville.example']])
  await rm(folder, { recursive: true })
})
