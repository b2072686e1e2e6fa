import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { ConfigurationError, TemporaryError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { Convocation, ProjetDeSeance, SeanceAConvoquer, SeanceSending } from '../contracts/convocation.ts'
import { connectForTest } from './connect.ts'
import { samplePdf } from './conformance-files.ts'
import { temporaryFiles } from './disk-files.ts'
import type { Faults } from './simulator.ts'

export interface ConvocationBench {
  readonly config: Readonly<Record<string, unknown>>
  /** Settings that the remote refuses, and the secret that no message may show. */
  readonly refused: { readonly config: Readonly<Record<string, unknown>>; readonly secret: string }
  readonly faults: Faults
  /** The requests (`METHOD /path`) that create a séance, and that put its other documents. */
  readonly creation: RegExp
  readonly others: RegExp
  /** Number of séances, projects and other documents that the remote holds. */
  count(kind: 'séance' | 'projet' | 'document'): number
  /** The convocations of the last séance leave; the first person called reads it. */
  sendConvocations(): void
  read(): void
  close(): Promise<void>
}

const makePdf = async (): Promise<Uint8Array> => {
  await using files = await temporaryFiles()
  return await buffer(files.open(await samplePdf(files, 'document.pdf')))
}

let made: Promise<Uint8Array> | undefined
/** A true PDF, made once: the files of a séance only differ by their names. */
export const onePdf = (): Promise<Uint8Array> => (made ??= makePdf())

const failureOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    value => new Error(`nothing failed: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )

const idOf = (sending: SeanceSending): string => {
  if (sending.is === 'sent' && sending.id !== undefined) return sending.id
  throw new Error(JSON.stringify(sending))
}

/**
 * What every connector of convocations owes the hub, when it can find and follow what it creates.
 * @param agenda the request that puts the agenda, for the remotes that do not take it with the séance
 */
export const convocationConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'convocation'>,
  setup: () => Promise<ConvocationBench>,
  agenda?: RegExp,
): void => {
  const start = async () => {
    const bench = await setup()
    const connected = await connectForTest(definition, bench.config)
    const { files } = connected.context
    const convocation: Convocation = connected.connector.convocation
    const pdf = async (called: string) => files.save(await onePdf(), called)
    const projects = async (...names: readonly string[]): Promise<readonly ProjetDeSeance[]> =>
      Promise.all(
        names.map(async each => ({
          name: each,
          file: await pdf(`${each}.pdf`),
          annexes: [{ title: 'Plan', file: await pdf(`plan de ${each}.pdf`) }],
        })),
      )
    const seance = async (changes: Partial<SeanceAConvoquer> = {}): Promise<SeanceAConvoquer> => ({
      key: 'seance-1/1',
      date: '2026-09-24T18:30',
      type: (await convocation.types())[0]?.value ?? '',
      place: "Hôtel de ville, salle d'été",
      remoteAllowed: false,
      convocation: await pdf('convocation.pdf'),
      projects: await projects('Budget supplémentaire', 'École & cantine'),
      ...changes,
    })
    return {
      ...bench,
      files,
      pdf,
      convocation,
      seance,
      projects,
      check: () => connected.connector.check(),
      /** A séance whole, as a step makes it: its agenda put apart when it did not leave with it. */
      async prepared(changes: Partial<SeanceAConvoquer> = {}) {
        const wanted = await seance(changes)
        const sending = await convocation.create(wanted)
        const id = idOf(sending)
        if (sending.is === 'sent' && sending.agenda === 'separate')
          expect(await convocation.setProjects(id, wanted.projects)).toEqual({ is: 'done' })
        return { id, wanted }
      },
      [Symbol.asyncDispose]: async () => {
        await connected[Symbol.asyncDispose]()
        await bench.close()
      },
    }
  }

  describe(`${name} tient le contrat des convocations`, () => {
    test('« Tester » répond par une phrase utile et ne crée rien', async () => {
      await using bench = await start()
      expect(await bench.check()).toMatch(/^\p{Lu}.{20,}\.$/u)
      expect(bench.count('séance')).toBe(0)
    })

    test('types, thèmes et rapporteurs sont proposés, chacun avec son libellé', async () => {
      await using bench = await start()
      for (const choices of [
        await bench.convocation.types(),
        await bench.convocation.themes(),
        await bench.convocation.reporters(),
      ]) {
        expect(choices.length).toBeGreaterThan(0)
        for (const { value, label } of choices) expect([value, label]).not.toContain('')
      }
    })

    test('une séance se crée avec tout son ordre du jour, puis se retrouve par son type et sa date', async () => {
      await using bench = await start()
      const { id, wanted } = await bench.prepared()
      expect([bench.count('séance'), bench.count('projet')]).toEqual([1, 2])
      expect(await bench.convocation.find(wanted)).toEqual({ is: 'found', id })
      expect(await bench.convocation.find({ ...wanted, date: '2026-09-24T19:30' })).toEqual({ is: 'none' })
      const other = (await bench.convocation.types())[1]?.value ?? ''
      expect(await bench.convocation.find({ ...wanted, type: other })).toEqual({ is: 'none' })
    })

    test("coupé avant ou après l'acceptation, la création reprise fait une seule séance", async () => {
      for (const kind of ['cutBefore', 'cutAfter'] as const) {
        await using bench = await start()
        const wanted = await bench.seance()
        bench.faults.plan({ kind }, { on: bench.creation })
        expect(await failureOf(bench.convocation.create(wanted))).toMatchObject({
          name: 'TemporaryError',
          maybeSent: true,
        })
        expect((await bench.convocation.find(wanted)).is).toBe(kind === 'cutAfter' ? 'found' : 'none')
        const id = idOf(await bench.convocation.create(wanted))
        expect(bench.count('séance'), kind).toBe(1)
        expect(await bench.convocation.setProjects(id, wanted.projects)).toEqual({ is: 'done' })
        expect(bench.count('projet'), kind).toBe(2)
      }
    })

    if (agenda)
      test("coupé avant ou après l'acceptation, l'ordre du jour repris ne double aucun projet", async () => {
        for (const kind of ['cutBefore', 'cutAfter'] as const) {
          await using bench = await start()
          const wanted = await bench.seance()
          const id = idOf(await bench.convocation.create(wanted))
          bench.faults.plan({ kind }, { on: agenda })
          expect(await failureOf(bench.convocation.setProjects(id, wanted.projects))).toMatchObject({
            name: 'TemporaryError',
            maybeSent: true,
          })
          expect(await bench.convocation.setProjects(id, wanted.projects)).toEqual({ is: 'done' })
          expect(bench.count('projet'), kind).toBe(2)
        }
      })

    test("un autre ordre du jour que celui qui est là est refusé avec une phrase, et rien ne s'ajoute", async () => {
      await using bench = await start()
      const { id, wanted } = await bench.prepared()
      const [first, second] = wanted.projects
      if (!first || !second) throw new Error('no projects')
      const changed = { ...second, annexes: [] }
      const otherPlan = { ...second, annexes: [{ title: 'Plan', file: await bench.pdf('autre plan.pdf') }] }
      const otherFile = { ...second, file: await bench.pdf('autre rapport.pdf') }
      for (const projects of [
        [first],
        [second, first],
        [first, changed],
        [first, otherPlan],
        [first, otherFile],
        await bench.projects('Autre', 'Budget'),
      ])
        expect(await bench.convocation.setProjects(id, projects)).toMatchObject({
          is: 'refused',
          reason: expect.stringMatching(/^\p{Lu}.{20,}\.$/u) as string,
        })
      expect(bench.count('projet')).toBe(2)
    })

    test('les autres documents partent une fois, coupure comprise', async () => {
      await using bench = await start()
      const { id } = await bench.prepared()
      const others = [{ name: 'Plan de la salle', file: await bench.pdf('salle.pdf') }]
      bench.faults.plan({ kind: 'cutAfter' }, { on: bench.others })
      expect(await failureOf(bench.convocation.setOthers(id, others))).toBeInstanceOf(TemporaryError)
      expect(await bench.convocation.setOthers(id, others)).toEqual({ is: 'done' })
      expect(bench.count('document')).toBe(1)
    })

    test('les convocations se suivent : parties, puis lues, puis prouvées', async () => {
      await using bench = await start()
      const { id } = await bench.prepared()
      expect(await bench.convocation.status(id)).toMatchObject({ is: 'followed', sent: false })
      expect(await bench.convocation.proofs(id)).toBeUndefined()
      bench.sendConvocations()
      bench.read()
      const status = await bench.convocation.status(id)
      if (status.is !== 'followed') throw new Error(JSON.stringify(status))
      expect(status.sent).toBe(true)
      for (const { name: person, sentAt } of status.convoques) {
        expect(person).toMatch(/\p{L} \p{L}/u)
        expect(sentAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/u)
      }
      expect(status.convoques.filter(({ readAt }) => readAt !== undefined)).toHaveLength(1)
      expect(await bench.convocation.proofs(id)).toMatchObject({ type: 'application/zip' })
    })

    test('une séance partie refuse de changer, avec une phrase', async () => {
      await using bench = await start()
      const wanted = await bench.seance({ projects: [] })
      const id = idOf(await bench.convocation.create(wanted))
      bench.sendConvocations()
      const others = [{ name: 'Trop tard', file: await bench.pdf('tard.pdf') }]
      for (const answer of [
        await bench.convocation.setProjects(id, await bench.projects('Trop tard')),
        await bench.convocation.setOthers(id, others),
        await bench.convocation.update(id, { ...wanted, place: 'Ailleurs' }),
      ])
        expect(answer).toMatchObject({ is: 'refused', reason: expect.stringMatching(/\.$/u) as string })
      expect([bench.count('projet'), bench.count('document')]).toEqual([0, 0])
    })

    test('un fichier qui n’est pas un PDF est refusé avant de partir', async () => {
      await using bench = await start()
      const convocation = await bench.files.save('bonjour', 'convocation.txt')
      expect(await bench.convocation.create(await bench.seance({ convocation }))).toMatchObject({
        is: 'refused',
        reason: expect.stringContaining('convocation.txt') as string,
      })
      expect(bench.count('séance')).toBe(0)
    })

    test('service arrêté ou en panne : tout est passager, et tout reprend', async () => {
      await using bench = await start()
      const { id, wanted } = await bench.prepared()
      const attempts = [
        async () => bench.check(),
        async () => bench.convocation.types(),
        async () => bench.convocation.create({ ...wanted, date: '2026-10-01T18:00' }),
        async () => bench.convocation.find(wanted),
        async () => bench.convocation.status(id),
        async () => bench.convocation.proofs(id),
      ]
      for (const fault of [
        { kind: 'cutBefore' },
        { kind: 'status', status: 503 },
        { kind: 'status', status: 429 },
        { kind: 'garbage' },
      ] as const) {
        bench.faults.plan(fault, { times: Infinity })
        for (const attempt of attempts)
          expect(await failureOf(attempt()), JSON.stringify(fault)).toBeInstanceOf(TemporaryError)
        bench.faults.clear()
      }
      expect(await bench.convocation.status(id)).toMatchObject({ is: 'followed' })
      expect(bench.count('séance')).toBe(1)
    })

    test('une page de maintenance ou une erreur 502 à la création laissent un doute, jamais un échec', async () => {
      await using bench = await start()
      const wanted = await bench.seance()
      for (const fault of [{ kind: 'garbage' }, { kind: 'status', status: 502 }] as const) {
        bench.faults.plan(fault, { on: bench.creation })
        expect(await failureOf(bench.convocation.create(wanted))).toMatchObject({
          name: 'TemporaryError',
          maybeSent: true,
        })
      }
    })

    test('compte refusé : erreur de configuration, sans que le secret paraisse', async () => {
      await using bench = await start()
      const wanted = await bench.seance()
      await using refused = await connectForTest(
        definition,
        { ...bench.config, ...bench.refused.config },
        { files: bench.files },
      )
      const { connector } = refused
      for (const attempt of [async () => connector.check(), async () => connector.convocation.create(wanted)]) {
        const failure = await failureOf(attempt())
        expect(failure).toBeInstanceOf(ConfigurationError)
        expect(`${String(failure)} ${JSON.stringify(refused.context.log.lines)}`).not.toContain(bench.refused.secret)
      }
      expect(bench.count('séance')).toBe(0)
    })
  })
}
