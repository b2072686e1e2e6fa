import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { CapabilityName } from '../contracts/index.ts'
import type { ActeATransmettre, TdtActes } from '../contracts/tdt-actes.ts'
import { bigFile, memoryGrowth, samplePdf } from './conformance-files.ts'
import { connectForTest } from './connect.ts'
import type { Faults } from './simulator.ts'

export interface TdtActesBench {
  readonly config: Readonly<Record<string, unknown>>
  /** Settings that the remote refuses, and the secret that no message may show. */
  readonly refused: { readonly config: Readonly<Record<string, unknown>>; readonly secret: string }
  readonly faults: Faults
  /** The request (`METHOD /path`) that deposits an acte, the one that asks for a cancellation, the one that gives a stamped file. */
  readonly creation: RegExp
  readonly cancellation: RegExp
  readonly stamping: RegExp
  /** What the platform does not give: a slip, or another stamp when the day of posting is known. */
  readonly lacks?: readonly ('slip' | 'postedOn')[]
  /** Number of actes, of cancellations, at the remote. */
  count(kind: 'acte' | 'annulation'): number
  /** The last transaction goes to its acknowledgement, or fails with this message. */
  acknowledge(): Promise<void> | void
  fail(message: string): Promise<void> | void
  close(): Promise<void>
}

const failureOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    value => new Error(`nothing failed: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )

/** What every connector of télétransmission of actes owes the hub. */
export const tdtActesConformance = <C extends Fields, K extends CapabilityName>(
  name: string,
  definition: ConnectorDefinition<C, K | 'tdtActes'>,
  setup: () => Promise<TdtActesBench>,
): void => {
  const start = async (settings: Readonly<Record<string, unknown>> = {}) => {
    const bench = await setup()
    const connected = await connectForTest(definition, { ...bench.config, ...settings })
    const { files } = connected.context
    const tdt: TdtActes = connected.connector.tdtActes
    const [main = { value: '' }] = await tdt.typologies({ nature: '1' })
    // Made once: a PDF holds its hour, and the same acte must be the same file.
    const file = await samplePdf(files, 'délibération n°12.pdf')
    const acte = async (changes: Partial<ActeATransmettre> = {}): Promise<ActeATransmettre> => ({
      key: 'document-1/1',
      nature: '1',
      numero: 'DEL_2026_012',
      objet: "Création d'une école élémentaire à Saint-Étienne : avis n° 3",
      date: '2026-01-15',
      classification: '1.1',
      papier: false,
      acte: { file, type: main.value },
      annexes: [],
      ...changes,
    })
    const sent = async (changes: Partial<ActeATransmettre> = {}): Promise<string> => {
      const answer = await tdt.send(await acte(changes))
      if (answer.is !== 'sent') throw new Error(JSON.stringify(answer))
      return answer.id
    }
    return {
      ...bench,
      files,
      tdt,
      acte,
      sent,
      type: main.value,
      check: () => connected.connector.check(),
      [Symbol.asyncDispose]: async () => {
        await connected[Symbol.asyncDispose]()
        await bench.close()
      },
    }
  }

  describe(`${name} tient le contrat de la télétransmission des actes`, () => {
    test('« Tester » répond par une phrase utile et ne dépose rien', async () => {
      await using bench = await start()
      expect(await bench.check()).toMatch(/^\p{Lu}.{20,}\.$/u)
      expect(bench.count('acte')).toBe(0)
    })

    test('la classification est un arbre dont le premier niveau ne se choisit pas', async () => {
      await using bench = await start()
      const matters = await bench.tdt.classification()
      const first = matters.find(({ value }) => value === '1')
      const second = matters.find(({ value }) => value === '1.1')
      expect(first).toMatchObject({ level: 0, selectable: false })
      expect(second).toMatchObject({
        level: 1,
        selectable: true,
        label: expect.stringMatching(/^1\.1 \p{L}/u) as string,
      })
      expect(matters.indexOf(second ?? matters[0] ?? { value: '', label: '' })).toBeGreaterThan(0)
    })

    test('les types de pièces dépendent de la nature, les « 99 » en tête', async () => {
      await using bench = await start()
      const [ofDeliberations, ofContracts] = await Promise.all([
        bench.tdt.typologies({ nature: '1' }),
        bench.tdt.typologies({ nature: '4' }),
      ])
      expect(ofDeliberations[0]?.value).toMatch(/^99_/u)
      expect(ofDeliberations.map(({ value }) => value)).toContain('99_DE')
      expect(ofContracts.map(({ value }) => value)).not.toContain('99_DE')
    })

    test('un acte envoyé attend, puis est acquitté avec son identifiant unique', async () => {
      await using bench = await start()
      const id = await bench.sent()
      expect(await bench.tdt.status(id)).toMatchObject({
        is: 'pending',
        message: expect.stringMatching(/\S{3}/u) as string,
      })
      await bench.acknowledge()
      const status = await bench.tdt.status(id)
      if (status.is !== 'acknowledged') throw new Error(JSON.stringify(status))
      expect(status.acteId).toMatch(/^\w{3}-\d{9}-20260115-DEL_2026_012-DE$/u)
      expect(status.receivedOn).toMatch(/^\d{4}-\d\d-\d\d$/u)
      expect(status.ar.name).toBe('DEL_2026_012-ar-actes.xml')
      expect((await buffer(bench.files.open(status.ar))).toString('latin1')).toContain(status.acteId)
      expect(await bench.tdt.status(id)).toEqual(status)
    })

    test('les exemplaires tamponnés reviennent pièce par pièce, annexes homonymes comprises', async () => {
      await using bench = await start()
      const acte = await bench.acte()
      const annexes = [
        await samplePdf(bench.files, 'annexe é.pdf', 'un'),
        await samplePdf(bench.files, 'annexe é.pdf', 'deux'),
      ]
      const id = await bench.sent({ annexes: annexes.map(file => ({ file, type: bench.type })) })
      await bench.acknowledge()
      const pieces = { acte: acte.acte.file, annexes }
      const stamped = await bench.tdt.stamped(id, pieces)
      expect(stamped.acte).toMatchObject({ name: 'délibération n°12-tampon.pdf', type: 'application/pdf' })
      expect(stamped.acte?.sha256).not.toBe(acte.acte.file.sha256)
      expect(stamped.annexes.map(each => each?.name)).toEqual(['annexe é-tampon.pdf', 'annexe é-tampon.pdf'])
      expect(new Set(stamped.annexes.map(each => each?.sha256)).size).toBe(2)
      expect(stamped.bordereau?.type).toBe(bench.lacks?.includes('slip') ? undefined : 'application/pdf')
      if (bench.lacks?.includes('postedOn')) return
      const posted = await bench.tdt.stamped(id, { ...pieces, postedOn: '2026-02-01' })
      expect(posted.acte?.sha256).not.toBe(stamped.acte?.sha256)
    })

    test('des pièces qui ne sont pas celles envoyées ne reçoivent aucun tampon', async () => {
      await using bench = await start()
      const id = await bench.sent()
      await bench.acknowledge()
      const other = await samplePdf(bench.files, 'autre chose.pdf')
      expect(await failureOf(bench.tdt.stamped(id, { acte: other, annexes: [] }))).toBeInstanceOf(PermanentError)
    })

    test('une anomalie est une réponse, avec son motif', async () => {
      await using bench = await start()
      const id = await bench.sent()
      await bench.fail('Fichier refusé : virus détecté')
      expect(await bench.tdt.status(id)).toEqual({ is: 'refused', reason: 'Fichier refusé : virus détecté' })
    })

    test('un numéro déjà pris, un type ou une matière interdits sont des refus', async () => {
      await using bench = await start()
      await bench.sent()
      expect(await bench.tdt.send(await bench.acte({ objet: 'un autre' }))).toMatchObject({ is: 'refused' })
      expect(await bench.tdt.send(await bench.acte({ numero: 'B', classification: '99.99' }))).toMatchObject({
        is: 'refused',
      })
      const { file } = (await bench.acte()).acte
      expect(await bench.tdt.send(await bench.acte({ numero: 'C', acte: { file, type: '00_XX' } }))).toMatchObject({
        is: 'refused',
      })
      expect(bench.count('acte')).toBe(1)
    })

    test("coupé après l'acceptation, l'acte est retrouvé et n'est pas transmis deux fois", async () => {
      await using bench = await start()
      bench.faults.plan({ kind: 'cutAfter' }, { on: bench.creation })
      expect(await failureOf(bench.sent())).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      const id = await bench.tdt.find(await bench.acte())
      expect(id).toBeDefined()
      await bench.acknowledge()
      expect(await bench.tdt.status(id ?? '')).toMatchObject({ is: 'acknowledged' })
      expect(await bench.tdt.find(await bench.acte())).toBe(id)
      expect(bench.count('acte')).toBe(1)
    })

    test("coupé avant l'acceptation, rien n'est retrouvé et le nouvel envoi fait un seul acte", async () => {
      await using bench = await start()
      bench.faults.plan({ kind: 'cutBefore' }, { on: bench.creation })
      expect(await failureOf(bench.sent())).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      expect(await bench.tdt.find(await bench.acte())).toBeUndefined()
      await bench.sent()
      expect(bench.count('acte')).toBe(1)
    })

    test("un autre acte ne passe pas pour celui qu'on cherche", async () => {
      await using bench = await start()
      await bench.sent()
      expect(await bench.tdt.find(await bench.acte({ numero: 'DEL_2026_01' }))).toBeUndefined()
      expect(await bench.tdt.find(await bench.acte({ date: '2026-01-16' }))).toBeUndefined()
      expect(await bench.tdt.find(await bench.acte({ objet: 'Autre chose' }))).toBeUndefined()
    })

    test("une réponse incompréhensible ou une erreur 502 à l'envoi laissent un doute, jamais un échec", async () => {
      await using bench = await start()
      for (const fault of [{ kind: 'garbage' }, { kind: 'status', status: 502 }] as const) {
        bench.faults.plan(fault, { on: bench.creation })
        expect(await failureOf(bench.sent())).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      }
    })

    test('plateforme arrêtée, en maintenance ou en panne : tout est passager, et tout reprend', async () => {
      await using bench = await start()
      const id = await bench.sent()
      for (const fault of [{ kind: 'cutBefore' }, { kind: 'garbage' }, { kind: 'status', status: 503 }] as const) {
        bench.faults.plan(fault, { times: Infinity })
        const acte = await bench.acte()
        for (const attempt of [
          async () => bench.tdt.send({ ...acte, numero: 'AUTRE' }),
          async () => bench.tdt.status(id),
          async () => bench.tdt.find(acte),
          async () => bench.tdt.cancel(id),
          async () => bench.tdt.findCancellation(id),
          async () => bench.tdt.stamped(id, { acte: acte.acte.file, annexes: [] }),
          async () => bench.check(),
        ])
          expect(await failureOf(attempt())).toBeInstanceOf(TemporaryError)
        bench.faults.clear()
      }
      expect(await bench.tdt.status(id)).toMatchObject({ is: 'pending' })
      expect(bench.count('acte')).toBe(1)
    })

    test('une page d’erreur servie à la place d’un acte tamponné n’est pas enregistrée comme tel', async () => {
      await using bench = await start()
      const { acte } = await bench.acte()
      const id = await bench.sent()
      await bench.acknowledge()
      bench.faults.plan({ kind: 'garbage' }, { on: bench.stamping })
      expect(await failureOf(bench.tdt.stamped(id, { acte: acte.file, annexes: [] }))).toBeInstanceOf(TemporaryError)
    })

    test('certificat ou compte refusé : erreur de configuration, sans que le secret paraisse', async () => {
      await using bench = await start()
      const acte = await bench.acte()
      await using refused = await connectForTest(definition, { ...bench.config, ...bench.refused.config })
      for (const attempt of [
        async () => refused.connector.check(),
        async () => refused.connector.tdtActes.send(acte),
        async () => refused.connector.tdtActes.status('1'),
      ]) {
        const failure = await failureOf(attempt())
        expect(failure).toBeInstanceOf(ConfigurationError)
        expect(`${String(failure)} ${JSON.stringify(refused.context.log.lines)}`).not.toContain(bench.refused.secret)
      }
      expect(bench.count('acte')).toBe(0)
    })

    test('une annulation se demande une fois, se retrouve, et finit par son accusé de réception', async () => {
      await using bench = await start()
      const id = await bench.sent()
      expect(await bench.tdt.cancel(id)).toMatchObject({ is: 'refused' })
      await bench.acknowledge()
      expect(await bench.tdt.findCancellation(id)).toBeUndefined()
      bench.faults.plan({ kind: 'cutAfter' }, { on: bench.cancellation })
      expect(await failureOf(bench.tdt.cancel(id))).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      const cancellation = await bench.tdt.findCancellation(id)
      expect(cancellation).toBeDefined()
      expect(await bench.tdt.cancel(id)).toMatchObject({ is: 'refused' })
      expect(bench.count('annulation')).toBe(1)
      expect(await bench.tdt.cancellationStatus(cancellation ?? '')).toMatchObject({ is: 'pending' })
      await bench.acknowledge()
      const done = await bench.tdt.cancellationStatus(cancellation ?? '')
      if (done.is !== 'cancelled') throw new Error(JSON.stringify(done))
      expect(done.ar.name).toBe('DEL_2026_012-ar-annulation.xml')
      expect(done.receivedOn).toMatch(/^\d{4}-\d\d-\d\d$/u)
      expect(await bench.tdt.find(await bench.acte())).toBeUndefined()
    })

    test('une transaction inconnue est dite telle', async () => {
      await using bench = await start()
      expect(await failureOf(bench.tdt.status('999999'))).toBeInstanceOf(PermanentError)
    })

    test('un acte et ses annexes de 120 Mo partent et reviennent sans entrer en mémoire', async () => {
      await using bench = await start()
      const [acte, annexe] = [await bigFile(bench.files, 'acte.pdf', 60), await bigFile(bench.files, 'plan.pdf', 60)]
      const growth = await memoryGrowth(async () => {
        const id = await bench.sent({
          acte: { file: acte, type: bench.type },
          annexes: [{ file: annexe, type: bench.type }],
        })
        await bench.acknowledge()
        const stamped = await bench.tdt.stamped(id, { acte, annexes: [annexe] })
        expect(stamped.acte?.size).toBeGreaterThanOrEqual(acte.size)
      })
      expect(growth).toBeLessThan(100)
    }, 60_000)
  })
}
