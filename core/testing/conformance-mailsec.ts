import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { MailAEnvoyer } from '../contracts/mailsec.ts'
import type { StoredFiles } from '../files/files.ts'
import { connectForTest } from './connect.ts'
import { sampleDocument } from './conformance-document.ts'
import type { Faults } from './simulator.ts'

export interface MailsecBench {
  readonly config: Readonly<Record<string, unknown>>
  /** Settings that the server refuses, and the secret that no message may show. */
  readonly refused: { readonly config: Readonly<Record<string, unknown>>; readonly secret: string }
  readonly faults: Faults
  /** An address that the server refuses for good, and one that it cannot serve now. */
  readonly unknown: string
  readonly busy: string
  /** The request that hands the content over, for the faults. */
  readonly content: RegExp
  /** What the server took in charge, as it would deliver it. */
  messages(): readonly { readonly to: readonly string[]; readonly raw: string }[]
  close(): Promise<void>
}

/** A message to one person about the sample document. */
export const sampleMail = async (files: StoredFiles, change: Partial<MailAEnvoyer> = {}): Promise<MailAEnvoyer> => ({
  key: 'k3f9a0c17be2d4856',
  to: '"Élodie Dupré" <elodie@exemple.fr>',
  link: 'https://mail.ville.example/mail/7d1f',
  round: 1,
  document: await sampleDocument(files),
  ...change,
})

/** A message whose quoted-printable is read, well enough to look for a sentence in it. */
export const decodedMail = (raw: string): string =>
  Buffer.from(
    raw.replace(/=\r?\n/gu, '').replace(/=([0-9A-F]{2})/gu, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')

const headerOf = (raw: string, name: string): string | undefined =>
  new RegExp(`^${name}: *(.*)$`, 'imu').exec(raw.slice(0, raw.search(/\r?\n\r?\n/u)))?.[1]?.trim()

/** What every connector that sends secure mail owes the hub. */
export const mailsecConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'mailsec'>,
  setup: () => Promise<MailsecBench>,
): void => {
  const start = async (config: Readonly<Record<string, unknown>> = {}) => {
    const bench = await setup()
    const connected = await connectForTest(definition, { ...bench.config, ...config })
    const send = async (change: Partial<MailAEnvoyer> = {}) =>
      connected.connector.mailsec.send(await sampleMail(connected.context.files, change))
    return {
      ...bench,
      connected,
      send,
      failure: (change: Partial<MailAEnvoyer> = {}) =>
        send(change).then(
          sent => new Error(`nothing failed: ${sent.is}`),
          (error: unknown) => error,
        ),
      [Symbol.asyncDispose]: async () => {
        await connected[Symbol.asyncDispose]()
        await bench.close()
      },
    }
  }

  describe(`${name} tient le contrat du courriel sécurisé`, () => {
    test('« Tester » dit à quel serveur il est connecté, et n’envoie rien', async () => {
      await using bench = await start()
      expect(await bench.connected.connector.check()).toMatch(/^\p{Lu}.{20,}\.$/u)
      expect(bench.messages()).toEqual([])
    })

    test('un message part à son destinataire, et à lui seul, avec son lien et sa clé', async () => {
      await using bench = await start()
      const sent = await bench.send()
      expect(sent.is).toBe('sent')
      const [message, ...others] = bench.messages()
      expect(others).toEqual([])
      expect(message?.to).toEqual(['elodie@exemple.fr'])
      expect(decodedMail(message?.raw ?? '')).toContain('https://mail.ville.example/mail/7d1f')
      expect(message?.raw).toContain('k3f9a0c17be2d4856')
    })

    test("d'un essai à l'autre le numéro du message reste le même ; il change avec la relance et avec le destinataire", async () => {
      await using bench = await start()
      const ids = []
      for (const change of [{}, {}, { round: 2 }, { key: 'k00000000000000001' }]) {
        const sent = await bench.send(change)
        ids.push(sent.is === 'sent' ? sent.messageId : sent.reason)
      }
      expect(ids[0]).toMatch(/^<[^\s<>]+@[^\s<>]+>$/u)
      expect(ids[1]).toBe(ids[0])
      expect(new Set(ids).size).toBe(3)
      expect(bench.messages().map(({ raw }) => headerOf(raw, 'Message-ID'))).toEqual(ids)
    })

    test('une adresse refusée pour toujours est une réponse, avec les mots du serveur', async () => {
      await using bench = await start()
      const sent = await bench.send({ to: bench.unknown })
      expect(sent).toMatchObject({ is: 'refused' })
      expect(sent.is === 'refused' ? sent.reason : '').toMatch(/« .+ »/u)
      expect(bench.messages()).toEqual([])
    })

    test('une adresse momentanément indisponible est réessayée, sans doute sur ce qui est parti', async () => {
      await using bench = await start()
      const error = await bench.failure({ to: bench.busy })
      expect(error).toBeInstanceOf(TemporaryError)
      expect(error).toMatchObject({ maybeSent: false })
    })

    test("coupé avant la remise, rien n'est parti ; coupé après, un doute subsiste et recommencer reprend le même numéro", async () => {
      await using bench = await start()
      bench.faults.plan({ kind: 'cutBefore' }, { on: /^RCPT/u })
      expect(await bench.failure()).toMatchObject({ name: 'TemporaryError', maybeSent: false })
      expect(bench.messages()).toEqual([])
      bench.faults.plan({ kind: 'cutAfter' }, { on: bench.content })
      expect(await bench.failure()).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      expect(bench.messages()).toHaveLength(1)
      await bench.send()
      const ids = bench.messages().map(({ raw }) => headerOf(raw, 'Message-ID'))
      expect(ids).toEqual([ids[0], ids[0]])
    })

    test("ni un nom, ni un titre, ni une adresse ne peuvent ajouter d'en-tête ou de destinataire", async () => {
      await using bench = await start({ objet: '%TITRE%', expediteurNom: '%ENTITE%' })
      const evil = 'Titre\r\nBcc: espion@exemple.fr\r\n\r\nCorps'
      const { document } = await sampleMail(bench.connected.context.files)
      await bench.send({
        to: '"Nom =?utf-8?Q?=0D=0ABcc:_espion=40exemple.fr?=" <elodie@exemple.fr>',
        document: { ...document, title: evil, entity: { ...document.entity, name: evil } },
      })
      const [message] = bench.messages()
      const headers = (message?.raw ?? '').split(/\r?\n\r?\n/u)[0]?.replace(/\r?\n[ \t]+/gu, ' ')
      expect(message?.to).toEqual(['elodie@exemple.fr'])
      expect(headers).not.toMatch(/^bcc:/imu)
      for (const to of [
        'a@exemple.fr, b@exemple.fr',
        'Groupe: a@exemple.fr;',
        'a@exemple.fr\r\nRCPT TO:<b@exemple.fr>',
        'personne',
        '',
      ])
        expect(await bench.failure({ to }), to).toBeInstanceOf(PermanentError)
      expect(await bench.failure({ key: 'clé\r\nBcc: x@exemple.fr' })).toBeInstanceOf(PermanentError)
      expect(bench.messages()).toHaveLength(1)
    })

    test('un serveur arrêté est une erreur passagère', async () => {
      await using bench = await start()
      await bench.close()
      expect(await bench.failure()).toMatchObject({ name: 'TemporaryError', maybeSent: false })
    })

    test("un compte refusé est l'affaire de l'administrateur, et le secret n'est pas montré", async () => {
      await using bench = await setup().then(async made => ({
        made,
        connected: await connectForTest(definition, { ...made.config, ...made.refused.config }),
        [Symbol.asyncDispose]: () => made.close(),
      }))
      const { connector, context } = bench.connected
      const mail = await sampleMail(context.files)
      for (const attempt of [connector.check(), connector.mailsec.send(mail)]) {
        const error: unknown = await attempt.catch((cause: unknown) => cause)
        expect(error).toBeInstanceOf(ConfigurationError)
        expect(String(error)).not.toContain(bench.made.refused.secret)
      }
      expect(JSON.stringify(context.log.lines)).not.toContain(bench.made.refused.secret)
      await bench.connected[Symbol.asyncDispose]()
    })
  })
}
