import { text as readText } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigurationError, TemporaryError, type FileRef, type Inbox } from '#core'
import { connectForTest, createAuthority } from '#core/testing'
import { hasDovecot, startDovecot, type Dovecot } from './dovecot.ts'
import bounces from './index.ts'
import { dsn, KEY, outOfOffice, plainBounce, readingReceipt, unrelated } from './samples.ts'
import { createSimulator, type ImapSimulatorOptions } from './simulator.ts'

const authority = createAuthority()
let dovecot: Dovecot | undefined
let accounts = 0
beforeAll(async () => {
  if (hasDovecot()) dovecot = await startDovecot('mot-de-passe')
})
afterAll(() => dovecot?.close())

interface Attached {
  readonly about: string
  readonly message: string
  readonly file: FileRef | undefined
}

/** The inbox of a hub that holds the documents of these keys: commits, remembers, refuses when told. */
const inboxOf = (keys: readonly string[] = [KEY]) => {
  const known = new Set<string>()
  const attached: Attached[] = []
  let failing = false
  const attach: Inbox['attach'] = async ({ about, externalId, message, files }) => {
    if (failing) throw new TemporaryError('La base est occupée.')
    if (known.has(externalId)) return 'known'
    if (!keys.includes(about)) return 'unknown'
    known.add(externalId)
    attached.push({ about, message, file: files[0] })
    return 'attached'
  }
  return { attach, attached, fail: (how: boolean) => void (failing = how) }
}

const started = async ({
  config = {},
  keys,
  ...options
}: ImapSimulatorOptions & { config?: object; keys?: readonly string[] } = {}) => {
  const simulator = await createSimulator({
    authority,
    ...(dovecot ? { dovecot } : {}),
    name: `retours${++accounts}`,
    ...options,
  })
  const connected = await connectForTest(bounces, { ...simulator.config, ...config })
  const inbox = inboxOf(keys)
  const run = (name: 'relever' | 'relireTout') =>
    bounces.schedules?.[name]?.run({
      ...connected.context,
      connector: connected.connector,
      inbox: { ...inbox, form: async () => undefined, deliver: async () => 'known' },
    } as never)
  return {
    simulator,
    ...connected,
    inbox,
    read: () => run('relever'),
    readAll: () => run('relireTout'),
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

const TREATED = 'Passeur-traites'

describe.skipIf(!hasDovecot())(
  `avec le serveur IMAP Dovecot de la machine${hasDovecot() ? '' : ' (absent : installez dovecot-imapd pour jouer ces essais)'}`,
  () => {
    test('« Tester » dit la boîte et le dossier, et ne change rien', async () => {
      await using bench = await started()
      await bench.simulator.receive(unrelated())
      expect(await bench.connector.check()).toMatch(
        /1 message\(s\) dans « INBOX », le dossier « Passeur-traites » sera créé/u,
      )
      expect(await bench.simulator.subjects()).toEqual(['Nos offres de janvier'])
    })

    test('un avis rejoint son document, avec le message entier, puis le dossier des traités ; le reste ne bouge pas, non lu', async () => {
      await using bench = await started()
      for (const raw of [unrelated(), dsn(), outOfOffice(), readingReceipt(), plainBounce()])
        await bench.simulator.receive(raw)
      expect(await bench.read()).toBe(
        '2 avis rattaché(s) à leur document ; 3 message(s) sans rapport laissé(s) en place.',
      )
      expect(bench.inbox.attached).toMatchObject([
        {
          about: KEY,
          message: expect.stringContaining("l'adresse n'existe pas") as string,
          file: { name: 'avis-de-non-remise.eml' },
        },
        { about: KEY, message: expect.stringContaining("n'a pas été remis à elodie@exemple.fr.") as string },
      ])
      const { file } = bench.inbox.attached[0] ?? {}
      expect(file && (await readText(bench.context.files.open(file)))).toBe(dsn().replaceAll('\n', '\r\n'))
      expect(await bench.simulator.subjects()).toEqual([
        'Nos offres de janvier',
        'Absence du bureau',
        'Lu : un document',
      ])
      expect(await bench.simulator.subjects(TREATED)).toEqual(['Undelivered Mail Returned to Sender', 'failure notice'])
    })

    test.each([
      ['le message rendu entier', { returned: 'message' }],
      ["l'identifiant d'enveloppe seul", { returned: 'none', envelopeId: KEY }],
    ] as const)('reconnu par %s', async (_name, options) => {
      await using bench = await started()
      await bench.simulator.receive(dsn(options))
      await bench.read()
      expect(bench.inbox.attached.map(({ about }) => about)).toEqual([KEY])
    })

    test('un retard et une remise ont leur phrase et leur nom de fichier', async () => {
      await using bench = await started()
      const recipient = (action: string, status: string) => [
        'Final-Recipient: rfc822; e@x.fr',
        `Action: ${action}`,
        `Status: ${status}`,
      ]
      await bench.simulator.receive(dsn({ subject: 'Retard', recipient: recipient('delayed', '4.4.1') }))
      await bench.simulator.receive(dsn({ subject: 'Remise', recipient: recipient('delivered', '2.0.0') }))
      await bench.read()
      expect(bench.inbox.attached.map(({ file }) => file?.name)).toEqual(['avis-de-retard.eml', 'avis-de-remise.eml'])
    })

    test('ce qui a été lu ne l’est plus, et rien n’est rattaché deux fois, même en relisant tout', async () => {
      await using bench = await started({ config: { dossierTraites: 'Archives' } })
      await bench.simulator.receive(unrelated())
      await bench.read()
      expect(await bench.read()).toContain('0 message(s) sans rapport')
      await bench.simulator.receive(dsn())
      expect(await bench.read()).toContain('1 avis rattaché(s)')
      // The same notification once more, as a server that repeats itself does.
      await bench.simulator.receive(dsn())
      expect(await bench.readAll()).toBe(
        '0 avis rattaché(s) à leur document ; 1 déjà connu(s) ; 1 message(s) sans rapport laissé(s) en place.',
      )
      expect(await bench.simulator.subjects('Archives')).toHaveLength(2)
    })

    test("tant que le document n'a pas l'avis, le message reste où il est", async () => {
      await using bench = await started()
      await bench.simulator.receive(dsn())
      bench.inbox.fail(true)
      await expect(bench.read()).rejects.toThrow(TemporaryError)
      expect(await bench.simulator.subjects()).toEqual(['Undelivered Mail Returned to Sender'])
      expect(await bench.simulator.subjects(TREATED)).toEqual([])
      bench.inbox.fail(false)
      expect(await bench.read()).toContain('1 avis rattaché(s)')
    })

    test.each(['cutBefore', 'cutAfter'] as const)(
      'coupé au déplacement (%s), il n’est pas rattaché une deuxième fois',
      async kind => {
        await using bench = await started()
        await bench.simulator.receive(dsn())
        bench.simulator.faults.plan({ kind }, { on: /^UID MOVE$/u })
        await expect(bench.read()).rejects.toThrow(TemporaryError)
        await bench.read()
        expect(bench.inbox.attached).toHaveLength(1)
        expect(await bench.simulator.subjects()).toEqual([])
        expect(await bench.simulator.subjects(TREATED)).toHaveLength(1)
      },
    )

    test.each([1, 2, 3, 4, 5])(
      'coupé à la %ie lecture, rien n’est perdu : le passage suivant la reprend',
      async nth => {
        await using bench = await started()
        await bench.simulator.receive(dsn())
        let seen = 0
        const nthFetch = Object.assign(/^UID FETCH$/u, {
          test: (name: string) => name === 'UID FETCH' && ++seen === nth,
        })
        bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: nthFetch })
        await expect(bench.read()).rejects.toThrow(TemporaryError)
        bench.simulator.faults.clear()
        await bench.read()
        expect(bench.inbox.attached).toHaveLength(1)
        expect(await bench.simulator.subjects(TREATED)).toHaveLength(1)
      },
    )

    test('un avis sur un message que personne ici n’a envoyé est laissé, ou rangé avec les autres', async () => {
      await using left = await started({ keys: [] })
      await left.simulator.receive(dsn())
      expect(await left.read()).toContain('1 message(s) sans rapport laissé(s)')
      expect(await left.simulator.subjects()).toHaveLength(1)
      await using moved = await started({ keys: [], config: { dossierAutres: 'Divers' } })
      await moved.simulator.receive(dsn())
      await moved.simulator.receive(unrelated())
      expect(await moved.read()).toContain('2 message(s) sans rapport rangé(s) dans « Divers »')
      expect(await moved.simulator.subjects()).toEqual([])
      expect(await moved.simulator.subjects('Divers')).toEqual([
        'Undelivered Mail Returned to Sender',
        'Nos offres de janvier',
      ])
    })

    test('une boîte renumérotée est relue depuis le début', async () => {
      await using bench = await started()
      await bench.simulator.receive(unrelated())
      await bench.read()
      await bench.simulator.renumber()
      expect(await bench.read()).toContain('1 message(s) sans rapport')
    })

    test("un compte refusé, une boîte absente, un dossier mal choisi sont l'affaire de l'administrateur", async () => {
      const refusal = async (config: object) => {
        await using bench = await started({ config })
        const error: unknown = await bench.read()?.catch((cause: unknown) => cause)
        expect(error).toBeInstanceOf(ConfigurationError)
        expect(JSON.stringify([String(error), bench.context.log.lines])).not.toContain('sésame')
        return String(error)
      }
      expect(await refusal({ motDePasse: 'sésame-erroné' })).toContain('refuse la connexion de « retours')
      expect(await refusal({ boite: 'Absente' })).toContain("« Absente » n'existe pas")
      expect(await refusal({ dossierTraites: 'INBOX' })).toContain('autres que la boîte')
      expect(await refusal({ autorite: undefined })).toContain("n'a pas été délivré par une autorité connue")
    })

    test('un certificat expiré ou d’un autre nom est refusé', async () => {
      const said = async (certificate: ReturnType<typeof authority.issueServer>) => {
        await using bench = await started({ certificate })
        return String(await bench.connector.check().catch((cause: unknown) => cause))
      }
      expect(await said(authority.issueServer(undefined, { notAfter: new Date('2024-01-01') }))).toContain('a expiré')
      expect(await said(authority.issueServer(['imap.exemple.fr']))).toContain('pour un autre nom')
    })

    test('une panne du serveur est passagère', async () => {
      await using bench = await started()
      for (const [kind, on] of [
        ['garbage', /^(?:CAPABILITY|AUTHENTICATE|LOGIN)$/u],
        ['cutBefore', /^SELECT$/u],
        ['status', /^(?:AUTHENTICATE|LOGIN)$/u],
      ] as const) {
        bench.simulator.faults.plan(kind === 'status' ? { kind, status: 0 } : { kind }, { on })
        await expect(bench.read()).rejects.toThrow(TemporaryError)
      }
      expect(await bench.read()).toContain('0 avis')
      await bench.simulator.close()
      await expect(bench.read()).rejects.toThrow(TemporaryError)
    })

    test('un serveur qui ne sait pas déplacer sans risque garde ses messages : le dire, et ne rien rattacher deux fois', async () => {
      await using bench = await started({ withoutMove: true })
      expect(await bench.connector.check()).toContain('ne sait pas déplacer')
      await bench.simulator.receive(dsn())
      expect(await bench.read()).toContain('1 message(s) resté(s) dans la boîte')
      expect(await bench.simulator.subjects()).toEqual(['Undelivered Mail Returned to Sender'])
      await bench.readAll()
      expect(bench.inbox.attached).toHaveLength(1)
    })
  },
)
