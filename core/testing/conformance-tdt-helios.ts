import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { CapabilityName } from '../contracts/index.ts'
import { memoryGrowth } from './conformance-files.ts'
import { connectForTest } from './connect.ts'
import { samplePes, samplePesChunks, type SamplePes } from './sample-pes.ts'
import type { Faults } from './simulator.ts'

export interface TdtHeliosBench {
  readonly config: Readonly<Record<string, unknown>>
  /** Settings that the remote refuses, and the secret that no message may show. */
  readonly refused: { readonly config: Readonly<Record<string, unknown>>; readonly secret: string }
  readonly faults: Faults
  /** The request (`METHOD /path`) that deposits a PES, and the one that gives the answer of the treasury. */
  readonly sending: RegExp
  readonly acquit: RegExp
  /** What the platform does not say: why it gave up on a PES. */
  readonly lacks?: readonly 'refusalReason'[]
  /** Number of PES at the remote, and the bytes of the last one. */
  count(): number
  lastSize(): number
  /** The last PES reaches the treasury, which answers so. `partial`: the last of its bordereaux and pieces is refused. */
  answer(verdict: 'accepted' | 'refused' | 'partial' | 'nonAcquit'): Promise<void> | void
  /** The platform gives up on the last PES, with this message. */
  fail(message: string): Promise<void> | void
  close(): Promise<void>
}

const failureOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    value => new Error(`nothing failed: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )

const NAME = 'PES dépenses n°12.xml'

/** What every connector of télétransmission of accounting flows owes the hub. */
export const tdtHeliosConformance = <C extends Fields, K extends CapabilityName>(
  name: string,
  definition: ConnectorDefinition<C, K | 'tdtHelios'>,
  setup: () => Promise<TdtHeliosBench>,
): void => {
  const start = async () => {
    const bench = await setup()
    const connected = await connectForTest(definition, bench.config)
    const { files, log } = connected.context
    const tdt = connected.connector.tdtHelios
    const pes = (options: SamplePes = {}, as = NAME) => files.save(samplePes(options), as)
    const send = async (options: SamplePes = {}) => tdt.send({ key: 'document-1/1', pes: await pes(options) })
    const sent = async (options: SamplePes = {}): Promise<string> => {
      const answer = await send(options)
      if (answer.is !== 'sent') throw new Error(JSON.stringify(answer))
      return answer.id
    }
    const answered = async (id: string) => {
      const status = await tdt.status(id, NAME)
      if (status.is !== 'answered') throw new Error(JSON.stringify(status))
      return status
    }
    return {
      ...bench,
      files,
      log,
      tdt,
      pes,
      send,
      sent,
      answered,
      check: () => connected.connector.check(),
      [Symbol.asyncDispose]: async () => {
        await connected[Symbol.asyncDispose]()
        await bench.close()
      },
    }
  }

  describe(`${name} tient le contrat de la télétransmission des flux comptables`, () => {
    test('« Tester » répond par une phrase utile et ne dépose rien', async () => {
      await using bench = await start()
      expect(await bench.check()).toMatch(/^\p{Lu}.{20,}\.$/u)
      expect(bench.count()).toBe(0)
    })

    test('un PES envoyé attend, puis revient avec son acquit, nommé d’après lui et laissé tel quel', async () => {
      await using bench = await start()
      const id = await bench.sent({ bordereaux: 2, pjs: 1 })
      expect(await bench.tdt.status(id, NAME)).toMatchObject({
        is: 'pending',
        message: expect.stringMatching(/\S{3}/u) as string,
      })
      await bench.answer('accepted')
      const { acquit, reading } = await bench.answered(id)
      expect(acquit.name).toBe('PES dépenses n°12_ACK.xml')
      const bytes = (await buffer(bench.files.open(acquit))).toString('latin1')
      expect(bytes).toContain('PES_ACQUIT')
      expect(bytes).toContain('PESALR2_Démonstration_001')
      expect(reading).toMatchObject({
        kind: 'acquit',
        outcome: 'accepted',
        nomFic: 'PESALR2_Démonstration_001',
        count: 3,
        refused: 0,
      })
      expect(reading.elements.slice(0, 2)).toMatchObject([
        { bordereau: '1', exercice: '2026', accepted: true },
        { bordereau: '2', exercice: '2026', accepted: true },
      ])
      expect(await bench.answered(id)).toEqual({ is: 'answered', acquit, reading })
    })

    test('le PES part octet pour octet, puisqu’il peut être signé', async () => {
      await using bench = await start()
      const pes = await bench.pes()
      await bench.tdt.send({ key: 'k', pes })
      expect(bench.lastSize()).toBe(pes.size)
    })

    test('un acquit qui refuse est une réponse, avec ses erreurs', async () => {
      await using bench = await start()
      const id = await bench.sent()
      await bench.answer('refused')
      const { reading } = await bench.answered(id)
      expect(reading).toMatchObject({ kind: 'acquit', outcome: 'refused' })
      expect(reading.elements[0]?.errors[0]).toMatchObject({
        code: expect.stringMatching(/\d/u) as string,
        label: expect.stringMatching(/\p{L}{3}/u) as string,
      })
    })

    test('un acquit partiel dit ce qui est refusé', async () => {
      await using bench = await start()
      const id = await bench.sent({ bordereaux: 3, pjs: 0 })
      await bench.answer('partial')
      const { reading } = await bench.answered(id)
      expect(reading).toMatchObject({ outcome: 'partial', count: 3, refused: 1 })
      expect(reading.elements.filter(({ accepted }) => !accepted)).toMatchObject([{ bordereau: '3' }])
    })

    test('un refus en bloc (PES_NonAcquit) est une réponse aussi', async () => {
      await using bench = await start()
      const id = await bench.sent()
      await bench.answer('nonAcquit')
      const { reading, acquit } = await bench.answered(id)
      expect(reading).toMatchObject({ kind: 'nonAcquit', outcome: 'refused' })
      expect(acquit.size).toBeGreaterThan(0)
    })

    test('un PES que la plateforme abandonne est refusé, avec son motif accentué', async () => {
      await using bench = await start()
      const id = await bench.sent()
      await bench.fail('Fichier rejeté : virus détecté')
      const reason = bench.lacks?.includes('refusalReason')
        ? (expect.stringMatching(/\p{L}{3}/u) as string)
        : 'Fichier rejeté : virus détecté'
      expect(await bench.tdt.status(id, NAME)).toEqual({ is: 'refused', reason })
    })

    test('le même PES une seconde fois est un doublon, et il n’y en a qu’un', async () => {
      await using bench = await start()
      await bench.sent()
      expect(await bench.send()).toMatchObject({ is: 'refused', duplicate: true })
      expect(bench.count()).toBe(1)
    })

    test('un PES que la trésorerie refuserait est refusé avant de partir, tous ses défauts d’un coup', async () => {
      await using bench = await start()
      const broken = await bench.send({ nomFic: '', codCol: '' })
      expect(broken).toMatchObject({ is: 'refused', reason: expect.stringMatching(/NomFic.*CodCol/u) as string })
      expect('duplicate' in broken && broken.duplicate).toBeFalsy()
      const unreadable = await bench.files.save(samplePes().subarray(0, 400), 'coupé.xml')
      expect(await bench.tdt.send({ key: 'k', pes: unreadable })).toMatchObject({
        is: 'refused',
        reason: expect.stringContaining('« coupé.xml »') as string,
      })
      const other = await bench.files.save('%PDF-1.7', 'facture.pdf')
      expect(await bench.tdt.send({ key: 'k', pes: other })).toMatchObject({ is: 'refused' })
      expect(bench.count()).toBe(0)
    })

    test("coupé après l'acceptation, le doute est dit ; renvoyer le lève, sans second PES", async () => {
      await using bench = await start()
      bench.faults.plan({ kind: 'cutAfter' }, { on: bench.sending })
      expect(await failureOf(bench.send())).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      expect(bench.count()).toBe(1)
      expect(await bench.send()).toMatchObject({ is: 'refused', duplicate: true })
      expect(bench.count()).toBe(1)
    })

    test("coupé avant l'acceptation, un seul PES finit par partir", async () => {
      await using bench = await start()
      bench.faults.plan({ kind: 'cutBefore' }, { on: bench.sending })
      expect(await failureOf(bench.send())).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      expect(bench.count()).toBe(0)
      await bench.sent()
      expect(bench.count()).toBe(1)
    })

    test("une réponse incompréhensible ou une erreur 502 à l'envoi laissent un doute, jamais un échec", async () => {
      await using bench = await start()
      for (const fault of [{ kind: 'garbage' }, { kind: 'status', status: 502 }] as const) {
        bench.faults.plan(fault, { on: bench.sending })
        expect(await failureOf(bench.send())).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      }
    })

    test('plateforme arrêtée, en maintenance ou en panne : tout est passager, et tout reprend', async () => {
      await using bench = await start()
      const id = await bench.sent()
      for (const fault of [{ kind: 'cutBefore' }, { kind: 'garbage' }, { kind: 'status', status: 503 }] as const) {
        bench.faults.plan(fault, { times: Infinity })
        for (const attempt of [
          async () => bench.send({ nomFic: 'PES_AUTRE' }),
          async () => bench.tdt.status(id, NAME),
          async () => bench.check(),
        ])
          expect(await failureOf(attempt())).toBeInstanceOf(TemporaryError)
        bench.faults.clear()
      }
      expect(await bench.tdt.status(id, NAME)).toMatchObject({ is: 'pending' })
      expect(bench.count()).toBe(1)
    })

    test('une page d’erreur servie à la place de l’acquit n’est pas prise pour lui', async () => {
      await using bench = await start()
      const id = await bench.sent()
      await bench.answer('accepted')
      bench.faults.plan({ kind: 'garbage' }, { on: bench.acquit })
      expect(await failureOf(bench.tdt.status(id, NAME))).toBeInstanceOf(TemporaryError)
      expect((await bench.answered(id)).reading.outcome).toBe('accepted')
    })

    test('certificat ou compte refusé : erreur de configuration, sans que le secret paraisse', async () => {
      await using bench = await start()
      await using refused = await connectForTest(definition, { ...bench.config, ...bench.refused.config })
      const pes = await refused.context.files.save(samplePes(), NAME)
      for (const attempt of [
        async () => refused.connector.check(),
        async () => refused.connector.tdtHelios.send({ key: 'k', pes }),
        async () => refused.connector.tdtHelios.status('1', NAME),
      ]) {
        const failure = await failureOf(attempt())
        expect(failure).toBeInstanceOf(ConfigurationError)
        expect(`${String(failure)} ${JSON.stringify(refused.context.log.lines)}`).not.toContain(bench.refused.secret)
      }
      expect(bench.count()).toBe(0)
    })

    test('une transaction inconnue est dite telle', async () => {
      await using bench = await start()
      expect(await failureOf(bench.tdt.status('999999', NAME))).toBeInstanceOf(PermanentError)
    })

    test('un PES de 100 Mo part sans entrer en mémoire', async () => {
      await using bench = await start()
      const pes = await bench.files.save(Readable.from(samplePesChunks({ megabytes: 100 })), 'gros.xml')
      const growth = await memoryGrowth(async () => {
        expect(await bench.tdt.send({ key: 'k', pes })).toMatchObject({ is: 'sent' })
      })
      expect(bench.lastSize()).toBe(pes.size)
      expect(growth).toBeLessThan(150)
    }, 60_000)
  })
}
