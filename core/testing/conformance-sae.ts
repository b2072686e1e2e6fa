import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { ConfigurationError, TemporaryError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { Sae } from '../contracts/sae.ts'
import { connectForTest } from './connect.ts'
import { bigFile, memoryGrowth } from './conformance-files.ts'
import { sampleSip, type SampleSipOptions } from './conformance-sae-sip.ts'
import type { Faults } from './simulator.ts'

export { sampleSip, type SampleSipOptions, type SampleVersion } from './conformance-sae-sip.ts'

export interface SaeBench {
  readonly config: Readonly<Record<string, unknown>>
  /** Settings that the remote refuses, and the secret that no message may show. */
  readonly refused: { readonly config: Readonly<Record<string, unknown>>; readonly secret: string }
  readonly faults: Faults
  /** The request (`METHOD /path`) that sends a transfer. */
  readonly sending: RegExp
  /** Number of transfers that the remote holds whole. */
  count(): number
  /** The last transfer is acknowledged, then accepted or refused. */
  acknowledge(): void | Promise<void>
  accept(): void | Promise<void>
  refuse(code: string, comment: string): void | Promise<void>
  close(): Promise<void>
}

export interface SaeConformanceOptions {
  /** Words that the service has for what others call otherwise. */
  readonly refusalCode?: string
  /** Options of every sample transfer (`profile`). */
  readonly sip?: SampleSipOptions
  /** False for a service that gives no acknowledgement: every question about one is `notProvided`. */
  readonly acknowledges?: boolean
  /** How one speaks to the service: requests that may be misunderstood or doubted (the default), or files laid down and taken. */
  readonly over?: 'requests' | 'files'
}

const failureOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    value => new Error(`nothing failed: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )

/** What every connector of archive services owes the hub. */
export const saeConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'sae'>,
  setup: () => Promise<SaeBench>,
  { refusalCode = '300', sip: everySip = {}, acknowledges = true, over = 'requests' }: SaeConformanceOptions = {},
): void => {
  const start = async () => {
    const bench = await setup()
    const connected = await connectForTest(definition, bench.config)
    const { files } = connected.context
    const sae: Sae = connected.connector.sae
    return {
      ...bench,
      files,
      sae,
      check: () => connected.connector.check(),
      sip: (options: SampleSipOptions = {}) => sampleSip(files, { ...everySip, ...options }),
      async sent(options: SampleSipOptions = {}) {
        const sip = await sampleSip(files, { ...everySip, ...options })
        const answer = await sae.send(sip)
        if (answer.is !== 'sent') throw new Error(`refused: ${answer.reason}`)
        return sip
      },
      [Symbol.asyncDispose]: async () => {
        await connected[Symbol.asyncDispose]()
        await bench.close()
      },
    }
  }

  /** The acknowledgement of a transfer that nobody looked at yet, and of one that the service has never seen. */
  const waiting = acknowledges
    ? { is: 'pending', message: expect.any(String) as string }
    : ({ is: 'notProvided' } as const)
  const never = { is: acknowledges ? 'unknown' : 'notProvided' }

  describe(`${name} tient le contrat des services d'archivage`, () => {
    test('« Tester » répond par une phrase utile et ne verse rien', async () => {
      await using bench = await start()
      expect(await bench.check()).toMatch(/^\p{Lu}.{20,}\.$/u)
      expect(bench.count()).toBe(0)
    })

    test('un transfert attend son accusé, puis sa réponse, puis est accepté, et ses preuves sont conservées', async () => {
      await using bench = await start()
      const { sae, files } = bench
      const sip = await bench.sent()
      expect(await sae.acknowledgement(sip)).toMatchObject(waiting)
      if (acknowledges) {
        await bench.acknowledge()
        const ack = await sae.acknowledgement(sip)
        if (ack.is !== 'acknowledged') throw new Error(JSON.stringify(ack))
        expect(await text(files.open(ack.ack))).toContain(sip.transferId)
      }
      expect(await sae.reply(sip)).toMatchObject({ is: 'pending', message: expect.any(String) as string })
      await bench.accept()
      const reply = await sae.reply(sip)
      if (reply.is !== 'accepted') throw new Error(JSON.stringify(reply))
      expect(reply.archiveId).not.toBe('')
      expect(await text(files.open(reply.reply))).toContain(reply.archiveId)
      expect(bench.count()).toBe(1)
    })

    test("un refus d'archiviste est une réponse, avec son code et son commentaire", async () => {
      await using bench = await start()
      const sip = await bench.sent()
      await bench.refuse(refusalCode, "L'accord de versement a expiré : été & hiver")
      const reply = await bench.sae.reply(sip)
      expect(reply).toMatchObject({
        is: 'refused',
        code: refusalCode,
        comment: "L'accord de versement a expiré : été & hiver",
      })
      if (reply.is === 'refused') expect(await text(bench.files.open(reply.reply))).toContain(refusalCode)
    })

    test('un transfert jamais envoyé est inconnu, et le demander ne crée rien', async () => {
      await using bench = await start()
      expect(await bench.sae.acknowledgement({ transferId: 'jamais', agency: 'VILLE' })).toEqual(never)
      expect(bench.count()).toBe(0)
    })

    test('deux transferts ne se confondent pas, identifiants accentués ou ponctués compris', async () => {
      await using bench = await start()
      const first = await bench.sent({ transferId: 'délib n° 1:2', agency: "Mairie d'été & Cie" })
      await bench.accept()
      const second = await bench.sent({ transferId: 'délib n° 1:3', agency: "Mairie d'été & Cie" })
      expect(await bench.sae.reply(first)).toMatchObject({ is: 'accepted' })
      expect(await bench.sae.reply(second)).toMatchObject({ is: 'pending' })
      expect(await bench.sae.acknowledgement({ ...first, agency: 'Autre service' })).toEqual(never)
    })

    test("coupé après l'acceptation, le transfert est connu du SAE et n'est pas versé deux fois", async () => {
      await using bench = await start()
      const sip = await bench.sip()
      bench.faults.plan({ kind: 'cutAfter' }, { on: bench.sending })
      expect(await failureOf(bench.sae.send(sip))).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      expect(await bench.sae.acknowledgement(sip)).toMatchObject(waiting)
      // A service without acknowledgements cannot say it: sending again is what must not archive twice.
      if (!acknowledges) expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
      expect(bench.count()).toBe(1)
      await bench.accept()
      expect(await bench.sae.reply(sip)).toMatchObject({ is: 'accepted' })
    })

    test("coupé avant l'acceptation, le transfert est inconnu et le nouvel envoi en fait un seul", async () => {
      await using bench = await start()
      const sip = await bench.sip()
      bench.faults.plan({ kind: 'cutBefore' }, { on: bench.sending })
      expect(await failureOf(bench.sae.send(sip))).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      expect(await bench.sae.acknowledgement(sip)).toEqual(never)
      expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
      expect(bench.count()).toBe(1)
    })

    test('le même transfert envoyé deux fois est dit envoyé et reste unique', async () => {
      await using bench = await start()
      const sip = await bench.sent()
      expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
      await bench.accept()
      expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
      expect(bench.count()).toBe(1)
    })

    if (over === 'requests')
      test("une réponse incompréhensible ou une erreur 502 à l'envoi laissent un doute, jamais un échec", async () => {
        await using bench = await start()
        const sip = await bench.sip()
        for (const fault of [{ kind: 'garbage' }, { kind: 'status', status: 502 }] as const) {
          bench.faults.plan(fault, { on: bench.sending })
          expect(await failureOf(bench.sae.send(sip))).toMatchObject({ name: 'TemporaryError', maybeSent: true })
        }
      })

    test('SAE arrêté : tout est passager, et tout reprend', async () => {
      await using bench = await start()
      const sip = await bench.sent()
      const other = await bench.sip({ transferId: 'autre' })
      bench.faults.goDown()
      for (const attempt of [
        async () => bench.sae.send(other),
        ...(acknowledges ? [async () => bench.sae.acknowledgement(sip)] : []),
        async () => bench.sae.reply(sip),
        async () => bench.check(),
      ])
        expect(await failureOf(attempt())).toBeInstanceOf(TemporaryError)
      bench.faults.clear()
      await bench.accept()
      expect(await bench.sae.reply(sip)).toMatchObject({ is: 'accepted' })
      expect(bench.count()).toBe(1)
    })

    test('pages de maintenance et vraies erreurs 500 en lecture sont passagères, jamais une réponse', async () => {
      await using bench = await start()
      const sip = await bench.sent()
      for (const fault of [
        { kind: 'garbage' },
        // 4 is how an SFTP server fails without a reason.
        ...(over === 'files' ? [4] : [500, 503]).map(status => ({ kind: 'status' as const, status })),
      ] as const) {
        bench.faults.plan(fault, { times: Infinity })
        for (const attempt of [
          ...(acknowledges ? [async () => bench.sae.acknowledgement(sip)] : []),
          async () => bench.sae.reply(sip),
          async () => bench.check(),
        ])
          expect(await failureOf(attempt())).toBeInstanceOf(TemporaryError)
        bench.faults.clear()
      }
    })

    if (over === 'requests')
      test("une page 404 de serveur mandataire n'est pas prise pour un transfert inconnu", async () => {
        await using bench = await start()
        const sip = await bench.sent()
        bench.faults.plan({ kind: 'status', status: 404 }, { times: Infinity })
        const asked = async () => (acknowledges ? bench.sae.acknowledgement(sip) : bench.sae.reply(sip))
        expect(await failureOf(asked())).toBeInstanceOf(ConfigurationError)
        bench.faults.clear()
        expect(await asked()).toMatchObject({ is: 'pending' })
      })

    test('identifiants refusés : erreur de configuration, sans que le secret paraisse', async () => {
      await using bench = await start()
      await using refused = await connectForTest(
        definition,
        { ...bench.config, ...bench.refused.config },
        { files: bench.files },
      )
      const { sae } = refused.connector
      const sip = await bench.sip()
      for (const attempt of [
        async () => refused.connector.check(),
        async () => sae.send(sip),
        ...(acknowledges ? [async () => sae.acknowledgement(sip)] : []),
        async () => sae.reply(sip),
      ]) {
        const failure = await failureOf(attempt())
        expect(failure).toBeInstanceOf(ConfigurationError)
        expect(`${String(failure)} ${JSON.stringify(refused.context.log.lines)}`).not.toContain(bench.refused.secret)
      }
      expect(bench.count()).toBe(0)
    })

    test('une archive de 150 Mo part sans entrer en mémoire', async () => {
      await using bench = await start()
      const contents = { 'plan.pdf': await bigFile(bench.files, 'plan.pdf', 150) }
      const sip = await bench.sip({ contents })
      const growth = await memoryGrowth(async () => {
        expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
      })
      expect(bench.count()).toBe(1)
      expect(growth).toBeLessThan(100)
    }, 60_000)
  })
}
