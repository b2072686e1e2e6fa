import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { ConfigurationError, PermanentError, TemporaryError } from '../authoring/errors.ts'
import type { Fields } from '../authoring/fields.ts'
import type { FileRef } from '../authoring/values.ts'
import { connectForTest, temporaryMemory } from './connect.ts'
import { sampleDocument } from './conformance-document.ts'
import { temporaryFiles } from './disk-files.ts'
import type { Fault, Faults } from './simulator.ts'

export interface GedBench {
  readonly config: Readonly<Record<string, unknown>>
  /** Settings that the remote refuses, and the secret that no message may show. */
  readonly refused: { readonly config: Readonly<Record<string, unknown>>; readonly secret: string }
  readonly faults: Faults
  /** Set where the protocol knows how to replace a file and this stand-in of its servers does not. */
  readonly refusesToReplace?: true
  /** What a consumer finds: path → content. Working names are left out, unless they lie in a deposit. */
  contents(): Promise<Readonly<Record<string, Buffer>>>
  /** Number of working names still there. */
  unfinished(): Promise<number>
  close(): Promise<void>
}

/** Matches the n-th operation only, whatever it is: a way to fail everywhere, once. */
export class Nth extends RegExp {
  seen = 0
  readonly #n: number
  constructor(n: number) {
    super('')
    this.#n = n
  }
  override test(): boolean {
    this.seen += 1
    return this.seen === this.#n
  }
}

/** What every connector that deposits files owes the hub. */
export const gedConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'ged'>,
  setup: () => Promise<GedBench & AsyncDisposable>,
): void => {
  const start = async (settings: Readonly<Record<string, unknown>> = {}) => {
    const bench = await setup()
    const files = await temporaryFiles()
    const memory = temporaryMemory()
    const connect = (config: Readonly<Record<string, unknown>> = {}) =>
      connectForTest(definition, { ...bench.config, ...settings, ...config }, { files, memory })
    return {
      ...bench,
      files,
      connect,
      [Symbol.asyncDispose]: async () => {
        await bench.close()
        await files[Symbol.asyncDispose]()
      },
    }
  }

  describe(`${name} tient le contrat des dépôts`, () => {
    test('« Tester » dit ce qui a été trouvé et ne laisse rien sur le serveur', async () => {
      await using bench = await start()
      await using connected = await bench.connect()
      expect(await connected.connector.check()).toMatch(/^\p{Lu}.{20,}\.$/u)
      expect(await bench.contents()).toEqual({})
      expect(await bench.unfinished()).toBe(0)
    })

    test('les fichiers déposés sont identiques à ceux du dossier, noms accentués et homonymes compris', async () => {
      await using bench = await start()
      await using connected = await bench.connect()
      const document = await sampleDocument(bench.files)
      const deposited = await connected.connector.ged.deposit(document, 'clé 1')
      const contents = await bench.contents()
      const folder = 'Délibération n° 12 : école & cantine'
      expect(Object.keys(contents).sort()).toEqual(
        ['annexe.pdf', 'annexe_1.pdf', 'ar.xml', 'délibération 12.pdf'].map(each => `${folder}/${each}`),
      )
      const acte = document.values['acte'] as FileRef
      expect(contents[`${folder}/délibération 12.pdf`]).toEqual(await buffer(bench.files.open(acte)))
      expect(Object.keys(deposited.ids)).toContain('annexe_1.pdf')
      expect(deposited.location).toContain(folder)
      expect(await bench.unfinished()).toBe(0)
    })

    test('rejoué avec la même clé, le dépôt répond la même chose et n’en fait pas un deuxième', async () => {
      await using bench = await start({ existeDeja: 'renommer' })
      await using connected = await bench.connect()
      const document = await sampleDocument(bench.files)
      const first = await connected.connector.ged.deposit(document, 'clé 1')
      const before = await bench.contents()
      await using restarted = await bench.connect()
      expect(await restarted.connector.ged.deposit(document, 'clé 1')).toEqual(first)
      expect(await bench.contents()).toEqual(before)
    })

    test('un nom déjà pris est refusé avec une phrase, et ce qui s’y trouve n’est pas touché', async () => {
      await using bench = await start()
      await using connected = await bench.connect()
      await connected.connector.ged.deposit(await sampleDocument(bench.files, { id: 'd-1' }), 'clé 1')
      const before = await bench.contents()
      const second = connected.connector.ged.deposit(await sampleDocument(bench.files, { id: 'd-2' }), 'clé 2')
      await expect(second).rejects.toThrow(PermanentError)
      await expect(second).rejects.toThrow('existe déjà')
      expect(await bench.contents()).toEqual(before)
      expect(await bench.unfinished()).toBe(0)
    })

    test('un nom déjà pris reçoit une date et un suffixe quand les réglages le demandent', async () => {
      await using bench = await start({ existeDeja: 'renommer', typeDepot: 'zip' })
      await using connected = await bench.connect()
      await connected.connector.ged.deposit(await sampleDocument(bench.files, { id: 'd-1', title: 'Acte' }), 'clé 1')
      await connected.connector.ged.deposit(await sampleDocument(bench.files, { id: 'd-2', title: 'Acte' }), 'clé 2')
      expect(Object.keys(await bench.contents()).sort()).toEqual([
        'Acte.zip',
        expect.stringMatching(/^Acte_\d{8}-\d{6}_[0-9a-f]{8}\.zip$/u) as string,
      ])
    })

    test('serveur arrêté : erreur passagère, puis un seul dépôt au retour', async () => {
      await using bench = await start()
      await using connected = await bench.connect()
      const document = await sampleDocument(bench.files)
      bench.faults.goDown()
      await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(TemporaryError)
      await expect(connected.connector.check()).rejects.toThrow(TemporaryError)
      bench.faults.clear()
      await connected.connector.ged.deposit(document, 'clé')
      expect(Object.keys(await bench.contents())).toHaveLength(4)
    })

    test('identifiants refusés : erreur de configuration, sans que le secret paraisse', async () => {
      await using bench = await start()
      await using connected = await bench.connect(bench.refused.config)
      const refusal: unknown = await connected.connector.ged
        .deposit(await sampleDocument(bench.files), 'clé')
        .catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(ConfigurationError)
      expect(`${String(refusal)} ${JSON.stringify(connected.context.log.lines)}`).not.toContain(bench.refused.secret)
    })

    test('un fichier remplacé, coupé où que ce soit, se lit toujours entier : l’ancien ou le nouveau', async () => {
      await using bench = await start()
      const put = async (text: string, key: string) => {
        await using connected = await bench.connect()
        return await connected.connector.ged.replace?.(await bench.files.save(text, 'année.csv'), key)
      }
      await using connected = await bench.connect()
      if (!connected.connector.ged.replace) return
      if (bench.refusesToReplace) {
        await expect(put('a', 'a')).rejects.toThrow(PermanentError)
        return
      }
      expect((await put('texte 0', 'clé 0'))?.location).toContain('année.csv')
      for (let n = 1, reached = true; reached; n++) {
        const nth = new Nth(n)
        bench.faults.plan({ kind: n % 2 ? 'cutBefore' : 'cutAfter' }, { on: nth })
        const failure: unknown = await put(`texte ${n}`, `clé ${n}`).catch((error: unknown) => error)
        reached = nth.seen >= n
        bench.faults.clear()
        if (reached && failure instanceof Error) expect(failure, `operation ${n}`).toBeInstanceOf(TemporaryError)
        const { 'année.csv': seen, ...others } = await bench.contents()
        expect([`texte ${n - 1}`, `texte ${n}`], `operation ${n}`).toContain(String(seen))
        expect(others).toEqual({})
        await put(`texte ${n}`, `clé ${n}`)
        expect(String((await bench.contents())['année.csv']), `operation ${n}`).toBe(`texte ${n}`)
        expect(await bench.unfinished(), `operation ${n}`).toBe(0)
      }
    }, 60_000)

    test('un fichier que le connecteur n’a pas mis là n’est pas remplacé', async () => {
      await using bench = await start({ typeDepot: 'fichiers' })
      await using connected = await bench.connect()
      if (!connected.connector.ged.replace) return
      await connected.connector.ged.deposit(await sampleDocument(bench.files), 'clé')
      const before = await bench.contents()
      const [name = ''] = Object.keys(before)
      const file = await bench.files.save('autre', name)
      await expect(connected.connector.ged.replace(file, 'clé 2')).rejects.toThrow("n'a pas été touché")
      expect(await bench.contents()).toEqual(before)
    })

    for (const typeDepot of ['dossier', 'zip', 'fichiers'] as const)
      for (const kind of ['cutBefore', 'cutAfter'] as const)
        test(`coupé ${kind === 'cutBefore' ? 'avant' : 'après'} chacune de ses opérations (${typeDepot}), le dépôt repris est entier et unique`, async () => {
          await using bench = await start({ typeDepot, ...(typeDepot === 'dossier' ? { metadonnees: 'json' } : {}) })
          const expected = { dossier: 3, zip: 1, fichiers: 2 }[typeDepot]
          for (let n = 1, reached = true; reached; n++) {
            reached = await survives({ kind }, n, bench)
            const mine = Object.keys(await bench.contents()).filter(path => path.includes(`coupure ${n} `))
            expect(mine, `operation ${n}`).toHaveLength(expected)
            expect(await bench.unfinished(), `operation ${n}`).toBe(0)
            expect(n).toBeLessThan(200)
          }
        }, 60_000)
  })

  /** Deposits with a fault on the n-th operation, then again without. @returns whether there was an n-th operation */
  const survives = async (fault: Fault, n: number, bench: Awaited<ReturnType<typeof start>>): Promise<boolean> => {
    const title = `coupure ${n} x`
    // Few and small: every operation costs two sessions. Names of their own, since some are deposited side by side.
    const files = await Promise.all(
      ['acte', 'annexe'].map(each => bench.files.save(`${each} ${title}`, `${title} ${each}.txt`)),
    )
    const contents = await sampleDocument(bench.files, {
      id: title,
      title,
      values: { acte: files[0], annexes: [files[1]], 'tdtActes.ar': undefined },
    })
    const nth = new Nth(n)
    bench.faults.plan(fault, { on: nth })
    const attempt = async () => {
      await using connected = await bench.connect()
      return await connected.connector.ged.deposit(contents, title)
    }
    const failure: unknown = await attempt().catch((error: unknown) => error)
    const reached = nth.seen >= n
    bench.faults.clear()
    if (reached && failure instanceof Error) expect(failure, `operation ${n}`).toBeInstanceOf(TemporaryError)
    await attempt()
    return reached
  }
}
