import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { Signature, SignatureFolder } from '../contracts/signature.ts'
import { connectForTest } from './connect.ts'
import { bigFile, memoryGrowth, samplePdf } from './conformance-files.ts'
import type { Faults } from './simulator.ts'

export interface SignatureBench {
  readonly config: Readonly<Record<string, unknown>>
  /** Settings that the remote refuses, and the secret that no message may show. */
  readonly refused: { readonly config: Readonly<Record<string, unknown>>; readonly secret: string }
  readonly faults: Faults
  /** A circuit that exists, as `circuits()` gives it. */
  readonly circuit: string
  /** The request (`METHOD /path`) that creates a folder, and the one that brings the signed files. */
  readonly creation: RegExp
  readonly retrieval: RegExp
  /**
   * What the remote has no way to do. `search`: look a folder up by its key, so that `find` says so of one whose creation was not
   * answered. `refusalReason`: say why a folder was refused.
   */
  readonly lacks?: readonly ('search' | 'refusalReason')[]
  /** Number of folders at the remote. */
  count(): number
  /** The last folder is signed to the end, or refused. */
  sign(): Promise<void>
  refuse(reason: string): Promise<void> | void
  close(): Promise<void>
}

const failureOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    value => new Error(`nothing failed: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )

/** What every connector of signature books owes the hub. */
export const signatureConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'signature'>,
  setup: () => Promise<SignatureBench>,
): void => {
  const start = async (settings: Readonly<Record<string, unknown>> = {}) => {
    const bench = await setup()
    const connected = await connectForTest(definition, { ...bench.config, ...settings })
    const { files } = connected.context
    const folder = async (changes: Partial<SignatureFolder> = {}): Promise<SignatureFolder> => ({
      key: 'dossier-1/1',
      title: "Convention d'été n° 12 – « cœur de ville »",
      circuit: bench.circuit,
      document: await samplePdf(files, 'délibération.pdf'),
      annexes: [],
      ...changes,
    })
    const signature: Signature = connected.connector.signature
    const lacks = (what: 'search' | 'refusalReason') => bench.lacks?.includes(what) ?? false
    const notFound: unknown = lacks('search')
      ? { is: 'unknowable', reason: expect.stringMatching(/^\p{Lu}.{20,}\.$/u) as string }
      : undefined
    const sent = async (changes: Partial<SignatureFolder> = {}): Promise<string> => {
      const answer = await signature.send(await folder(changes))
      if (answer.is !== 'sent') throw new Error(`refused: ${answer.reason}`)
      return answer.id
    }
    return {
      ...bench,
      connected,
      check: () => connected.connector.check(),
      files,
      folder,
      signature,
      sent,
      searches: !lacks('search'),
      saysWhy: !lacks('refusalReason'),
      /** What `find` answers of a key that no folder is known to carry. */
      notFound,
      [Symbol.asyncDispose]: async () => {
        await connected[Symbol.asyncDispose]()
        await bench.close()
      },
    }
  }

  describe(`${name} tient le contrat des parapheurs`, () => {
    test('« Tester » répond par une phrase utile et ne laisse rien au parapheur', async () => {
      await using bench = await start()
      expect(await bench.check()).toMatch(/^\p{Lu}.{20,}\.$/u)
      expect(bench.count()).toBe(0)
    })

    test('les circuits proposés contiennent celui du banc, avec un libellé', async () => {
      await using bench = await start()
      const circuit = (await bench.signature.circuits()).find(({ value }) => value === bench.circuit)
      expect(circuit?.label).toBeTruthy()
    })

    test('un document envoyé attend, puis revient signé avec son bordereau ; fermé, il disparaît', async () => {
      await using bench = await start()
      const { signature } = bench
      const folder = await bench.folder()
      const id = await bench.sent()
      const pending = await signature.status(id)
      expect(pending).toMatchObject({ is: 'pending', message: expect.stringMatching(/\S{3}/u) as string })
      await bench.sign()
      const status = await signature.status(id)
      if (status.is !== 'signed') throw new Error(JSON.stringify(status))
      expect(status.document.name).toBe(folder.document.name)
      expect(status.bordereau?.type).toBe('application/pdf')
      expect(status.history?.size).toBeGreaterThan(0)
      expect(status.signedOn).toMatch(/^\d{4}-\d\d-\d\d$/u)
      if (!status.signature) expect(status.document.sha256).not.toBe(folder.document.sha256)
      expect((await buffer(bench.files.open(status.document))).subarray(0, 5).toString()).toBe('%PDF-')
      expect(await signature.status(id)).toEqual(status)
      await signature.close(id)
      await signature.close(id)
      expect(bench.count()).toBe(0)
      expect(await signature.find(folder.key)).toEqual(bench.notFound)
    })

    test('un refus est une réponse, avec son motif', async () => {
      await using bench = await start()
      const id = await bench.sent()
      await bench.refuse("L'article 3 est à revoir : été ≠ hiver")
      expect(await bench.signature.status(id)).toMatchObject({
        is: 'refused',
        reason: expect.stringContaining(bench.saysWhy ? "L'article 3 est à revoir" : 'efus') as string,
      })
      await bench.signature.close(id)
      expect(bench.count()).toBe(0)
    })

    test('annexes homonymes et noms accentués partent et reviennent', async () => {
      await using bench = await start()
      const annexes = [
        await samplePdf(bench.files, 'annexe été.pdf', 'un'),
        await samplePdf(bench.files, 'annexe été.pdf', 'deux'),
      ]
      const id = await bench.sent({ annexes })
      await bench.sign()
      const status = await bench.signature.status(id)
      if (status.is !== 'signed') throw new Error(JSON.stringify(status))
      const back = (status.annexes ?? []).map(({ sha256 }) => sha256)
      expect(back).toEqual(expect.arrayContaining(annexes.map(({ sha256 }) => sha256)))
    })

    test('les annotations et la date limite font partir un seul dossier', async () => {
      await using bench = await start()
      const id = await bench.sent({
        publicAnnotation: 'Merci de signer',
        privateAnnotation: 'Urgent',
        deadline: '2031-01-15',
      })
      expect(bench.count()).toBe(1)
      expect(await bench.signature.find('dossier-1/1')).toBe(id)
    })

    test('un circuit inconnu est un refus, pas une panne', async () => {
      await using bench = await start()
      expect(await bench.signature.send(await bench.folder({ circuit: 'inconnu/inconnu' }))).toMatchObject({
        is: 'refused',
      })
      expect(bench.count()).toBe(0)
    })

    test("coupé après l'acceptation, le dossier est retrouvé par sa clé et n'est pas envoyé deux fois", async () => {
      await using bench = await start()
      bench.faults.plan({ kind: 'cutAfter' }, { on: bench.creation })
      const failure = await failureOf(bench.sent())
      expect(failure).toBeInstanceOf(TemporaryError)
      expect(failure).toMatchObject({ maybeSent: true })
      const id = await bench.signature.find('dossier-1/1')
      expect(bench.count()).toBe(1)
      if (!bench.searches) return expect(id).toEqual(bench.notFound)
      if (typeof id !== 'string') throw new Error('the folder was not found')
      await bench.sign()
      expect(await bench.signature.status(id)).toMatchObject({ is: 'signed' })
      expect(await bench.signature.find('dossier-1/1')).toBe(id)
    })

    test("coupé avant l'acceptation, rien n'est retrouvé et le nouvel envoi fait un seul dossier", async () => {
      await using bench = await start()
      bench.faults.plan({ kind: 'cutBefore' }, { on: bench.creation })
      expect(await failureOf(bench.sent())).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      expect(await bench.signature.find('dossier-1/1')).toEqual(bench.notFound)
      expect(bench.count()).toBe(0)
      await bench.sent()
      expect(bench.count()).toBe(1)
    })

    test("une réponse incompréhensible ou une erreur 502 à l'envoi laissent un doute, jamais un échec", async () => {
      await using bench = await start()
      bench.faults.plan({ kind: 'garbage' }, { on: bench.creation })
      expect(await failureOf(bench.sent())).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      bench.faults.plan({ kind: 'status', status: 502 }, { on: bench.creation })
      expect(await failureOf(bench.sent())).toMatchObject({ name: 'TemporaryError', maybeSent: true })
    })

    test('parapheur arrêté : tout est passager, et tout reprend', async () => {
      await using bench = await start()
      const id = await bench.sent()
      bench.faults.goDown()
      for (const attempt of [
        async () => bench.sent(),
        async () => bench.signature.status(id),
        ...(bench.searches ? [async () => bench.signature.find('x')] : []),
        async () => bench.signature.close(id),
        async () => bench.check(),
      ])
        expect(await failureOf(attempt())).toBeInstanceOf(TemporaryError)
      bench.faults.clear()
      expect(await bench.signature.status(id)).toMatchObject({ is: 'pending' })
      expect(bench.count()).toBe(1)
    })

    test('pages de maintenance et erreurs 500 en lecture sont passagères', async () => {
      await using bench = await start()
      const id = await bench.sent()
      for (const fault of [{ kind: 'garbage' }, { kind: 'status', status: 500 }] as const) {
        bench.faults.plan(fault, { times: Infinity })
        for (const attempt of [
          async () => bench.signature.status(id),
          ...(bench.searches ? [async () => bench.signature.find('x')] : []),
          async () => bench.signature.circuits(),
          async () => bench.check(),
        ])
          expect(await failureOf(attempt())).toBeInstanceOf(TemporaryError)
        bench.faults.clear()
      }
    })

    test('une récupération interrompue se refait : le parapheur garde le dossier', async () => {
      await using bench = await start()
      const id = await bench.sent()
      await bench.sign()
      bench.faults.plan({ kind: 'status', status: 500 }, { on: bench.retrieval })
      expect(await failureOf(bench.signature.status(id))).toBeInstanceOf(TemporaryError)
      bench.faults.plan({ kind: 'garbage' }, { on: bench.retrieval })
      expect(await failureOf(bench.signature.status(id))).toBeInstanceOf(TemporaryError)
      expect(await bench.signature.status(id)).toMatchObject({ is: 'signed' })
    })

    test('identifiants refusés : erreur de configuration, sans que le secret paraisse', async () => {
      await using bench = await start()
      const settings = { ...bench.config, ...bench.refused.config }
      await using refused = await connectForTest(definition, settings, { files: bench.files })
      for (const attempt of [
        async () => refused.connector.check(),
        async () => refused.connector.signature.send(await bench.folder()),
      ]) {
        const failure = await failureOf(attempt())
        expect(failure).toBeInstanceOf(ConfigurationError)
        expect(`${String(failure)} ${JSON.stringify(refused.context.log.lines)}`).not.toContain(bench.refused.secret)
      }
      expect(bench.count()).toBe(0)
    })

    test('un dossier inconnu : le statut le dit, la fermeture est un succès', async () => {
      await using bench = await start()
      expect(await failureOf(bench.signature.status('inconnu'))).toBeInstanceOf(PermanentError)
      await bench.signature.close('inconnu')
    })

    test('un document de 150 Mo fait l’aller et le retour sans entrer en mémoire', async () => {
      await using bench = await start()
      const document = await bigFile(bench.files, 'plan.pdf', 150)
      const growth = await memoryGrowth(async () => {
        const id = await bench.sent({ document })
        await bench.sign()
        const status = await bench.signature.status(id)
        expect(status).toMatchObject({ is: 'signed', document: { sha256: document.sha256, size: document.size } })
      })
      expect(growth).toBeLessThan(100)
    }, 60_000)
  })
}
