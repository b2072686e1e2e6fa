import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import { ConfigurationError, TemporaryError } from '../authoring/errors.ts'
import { file, files as filesField, text as textField, type Fields } from '../authoring/fields.ts'
import type { FileRef } from '../authoring/values.ts'
import { Nth } from './conformance-ged.ts'
import { connectForTest, temporaryMemory } from './connect.ts'
import { temporaryFiles } from './disk-files.ts'
import { fakeInbox } from './fake-inbox.ts'
import type { Fault, Faults } from './simulator.ts'

export interface GleanerBench {
  /** Settings of the connection, and the three folders `entree`, `traites`, `erreurs`, which exist. */
  readonly config: Readonly<Record<string, unknown>>
  /** Settings that the remote refuses, and the secret that no message may show. */
  readonly refused: { readonly config: Readonly<Record<string, unknown>>; readonly secret: string }
  /** How the remote is cut. None on a real server: say so with `lacks`. */
  readonly faults?: Faults
  /** Somebody deposits a file, by its path from above the three folders; folders on the way are made. */
  put(path: string, content: string | Buffer): Promise<void>
  /** Everything there: path → content, working folders included. */
  contents(): Promise<Readonly<Record<string, Buffer>>>
  close(): Promise<void>
}

export interface GleanerTraits {
  /** Forms of deposit that are cut everywhere. One is enough for a protocol: the rest is the same machinery, proved once. */
  readonly cut?: readonly ('zip' | 'dossier' | 'vrac')[]
  /** What the bench cannot do: a real server is not cut at a chosen operation, its simulator is. */
  readonly lacks?: readonly 'faults'[]
}

const FIELDS = {
  objet: textField('Objet', { pastell: 'libelle' }),
  numero: textField('Numéro'),
  acte: file('Acte', { pastell: 'arrete' }),
  annexes: filesField('Annexes'),
}

const PATTERNS = {
  flux: 'courrier',
  correspondances: 'acte: #^acte_(\\d+)\\.txt$#i\nannexes: ^annexe_$matches[0][1]_.*\\.txt$',
  valeurs: 'objet: Acte n° $matches[0][1] : %acte%',
  attendreStable: false,
}

const MANIFEST = (files: string) =>
  `<?xml version='1.0' encoding='UTF-8'?><flux type='pastell-courrier'><data name='libelle' value='Été &amp; école'/><param name='x'/>${files}</flux>`

const zip = async (entries: Readonly<Record<string, string>>): Promise<Buffer> => {
  const archive = new ZipFile()
  for (const [name, content] of Object.entries(entries)) archive.addBuffer(Buffer.from(content), name)
  archive.end()
  return buffer(archive.outputStream)
}

/** What every connector that watches a folder owes the hub. `definition` is played whole, settings included. */
export const gleanerConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'glaneur'>,
  setup: () => Promise<GleanerBench>,
  { cut = ['dossier'], lacks = [] }: GleanerTraits = {},
): void => {
  const start = async (settings: Readonly<Record<string, unknown>> = {}) => {
    const bench = await setup()
    const files = await temporaryFiles()
    const memory = temporaryMemory()
    const inbox = fakeInbox(FIELDS)
    const connect = (config: Readonly<Record<string, unknown>> = {}) =>
      connectForTest(
        definition,
        { ...bench.config, ...PATTERNS, actif: true, ...settings, ...config },
        { files, memory },
      )
    /** One run, in a process of its own. */
    const run = async (schedule: 'relever' | 'essayer' = 'relever', config: Readonly<Record<string, unknown>> = {}) => {
      await using connected = await connect(config)
      const planned = definition.schedules?.[schedule]
      if (!planned) throw new Error(`no schedule ${schedule}`)
      return await planned.run({ ...connected.context, connector: connected.connector, inbox })
    }
    return {
      ...bench,
      get faults() {
        if (!bench.faults) throw new Error('this bench cannot be cut: it must say so')
        return bench.faults
      },
      files,
      memory,
      inbox,
      connect,
      run,
      paths: async () => Object.keys(await bench.contents()).sort(),
      /** Names and contents of what went to a field of the n-th document. */
      held: async (field: string, n = 0) =>
        Promise.all(
          ((inbox.delivered[n]?.values[field] ?? []) as readonly FileRef[]).map(
            async ref => `${ref.name} = ${await text(files.open(ref))}`,
          ),
        ),
      [Symbol.asyncDispose]: async () => {
        await bench.close()
        await files[Symbol.asyncDispose]()
      },
    }
  }
  const faulty = !lacks.includes('faults')
  type Started = Awaited<ReturnType<typeof start>>

  describe(`${name} tient le contrat des glaneurs`, () => {
    test('« Tester » ouvre les répertoires, dit ce qui attend, et ne touche à rien', async () => {
      await using bench = await start()
      await bench.put('entree/a.zip', 'x')
      await using connected = await bench.connect()
      expect(await connected.connector.check()).toMatch(/1 élément attend\.$/u)
      expect(await connected.connector.glaneur.waiting()).toEqual(['a.zip'])
      expect(await bench.paths()).toEqual(['entree/a.zip'])
    })

    test('une archive devient un dossier, une fois, puis est rangée', async () => {
      await using bench = await start({ actionOk: 'envoyer' })
      await bench.put(
        'entree/dépôt 1.zip',
        await zip({ 'annexe_12_b.txt': 'B', 'acte_12.txt': 'A', 'annexe_12_a.txt': 'C', 'annexe_13.txt': 'D' }),
      )
      expect(await bench.run()).toBe('1 dossier créé.')
      expect(bench.inbox.delivered[0]).toMatchObject({
        flow: 'courrier',
        values: { objet: 'Acte n° 12 : acte_12.txt' },
        then: { whenValid: 'envoyer', evenIfInvalid: false },
      })
      expect(await bench.held('acte')).toEqual(['acte_12.txt = A'])
      expect(await bench.held('annexes')).toEqual(['annexe_12_b.txt = B', 'annexe_12_a.txt = C'])
      expect(await bench.paths()).toEqual(['traites/dépôt 1.zip'])
      expect(await bench.run()).toBe('Rien à relever.')
      expect(bench.inbox.delivered).toHaveLength(1)
    })

    test('un répertoire et son manifeste deviennent un dossier, noms de Pastell et accents compris', async () => {
      await using bench = await start({ forme: 'dossier', manifeste: 'xml', manifesteNom: 'manifest.xml' })
      await bench.put(
        'entree/lot é/manifest.xml',
        MANIFEST("<files name='arrete'><file content='sous/délibération.txt' name_original='acte.txt'/></files>"),
      )
      await bench.put('entree/lot é/sous/délibération.txt', 'contenu')
      expect(await bench.run()).toBe('1 dossier créé.')
      expect(bench.inbox.delivered[0]?.values['libelle']).toBe('Été & école')
      expect(await bench.held('arrete')).toEqual(['acte.txt = contenu'])
      expect(await bench.paths()).toEqual(['traites/lot é/manifest.xml', 'traites/lot é/sous/délibération.txt'])
    })

    test('des fichiers en vrac sont réunis par leurs noms ; ceux qui ne vont à personne restent', async () => {
      await using bench = await start({ forme: 'vrac' })
      for (const each of ['acte_2.txt', 'annexe_1_x.txt', 'acte_1.txt', 'annexe_2_y.txt', 'annexe_2_z.txt', 'note.txt'])
        await bench.put(`entree/${each}`, each)
      expect(await bench.run()).toBe('2 dossiers créés ; 1 fichier ne correspond à aucun dossier.')
      const made = await Promise.all(
        [0, 1].map(async n => [...(await bench.held('acte', n)), ...(await bench.held('annexes', n))].length),
      )
      expect(made.sort()).toEqual([2, 3])
      expect((await bench.paths()).filter(path => path.startsWith('entree/'))).toEqual(['entree/note.txt'])
    })

    test('un élément fautif est mis de côté avec la raison, et les autres passent', async () => {
      await using bench = await start()
      await bench.put('entree/a.zip', 'ceci n’est pas un zip')
      await bench.put('entree/b.zip', await zip({ 'autre.txt': 'x' }))
      await bench.put('entree/c.zip', await zip({ 'acte_3.txt': 'x' }))
      expect(await bench.run()).toMatch(/^1 dossier créé ; 2 mis en erreur \(« [ab]\.zip » : /u)
      expect(await bench.paths()).toEqual([
        'erreurs/a.zip',
        'erreurs/a.zip.erreur.txt',
        'erreurs/b.zip',
        'erreurs/b.zip.erreur.txt',
        'traites/c.zip',
      ])
      const contents = await bench.contents()
      expect(contents['erreurs/a.zip.erreur.txt']?.toString()).toContain("n'est pas un zip lisible")
      expect(contents['erreurs/b.zip.erreur.txt']?.toString()).toContain('Aucun de ses fichiers ne correspond')
    })

    test('ce qui grandit encore, ou porte un nom provisoire, attend', async () => {
      await using bench = await start({ attendreStable: true })
      const content = await zip({ 'acte_1.txt': 'x' })
      await bench.put('entree/a.zip', content.subarray(0, 40))
      for (const each of ['b.zip.part', 'c.tmp', 'd.filepart', '.e.zip']) await bench.put(`entree/${each}`, 'x')
      expect(await bench.run()).toBe('1 attend de ne plus changer.')
      await bench.put('entree/a.zip', content)
      expect(await bench.run()).toBe('1 attend de ne plus changer.')
      expect(await bench.run()).toBe('1 dossier créé.')
      expect(await bench.paths()).toHaveLength(5)
    })

    test('un nom déjà pris chez les traités ou les erreurs reçoit un rang, et rien n’est écrasé', async () => {
      await using bench = await start()
      const content = await zip({ 'acte_1.txt': 'x' })
      await bench.put('traites/a.zip', 'ancien')
      await bench.put('erreurs/b.zip', 'ancien')
      await bench.put('erreurs/b-0.zip', 'ancien')
      await bench.put('entree/a.zip', content)
      await bench.put('entree/b.zip', 'pas un zip')
      await bench.run()
      const contents = await bench.contents()
      expect(contents['traites/a.zip']?.toString()).toBe('ancien')
      expect(contents['traites/a-0.zip']?.equals(content)).toBe(true)
      expect(contents['erreurs/b-1.zip']?.toString()).toBe('pas un zip')
      expect(contents['erreurs/b-1.zip.erreur.txt']).toBeDefined()
    })

    test('sans répertoire des traités, l’élément importé est supprimé', async () => {
      await using bench = await start({ repertoireTraites: undefined })
      await bench.put('entree/a.zip', await zip({ 'acte_1.txt': 'x' }))
      await bench.run()
      expect(bench.inbox.delivered).toHaveLength(1)
      expect(await bench.paths()).toEqual([])
    })

    test('l’essai à blanc dit ce qui serait fait, sans rien faire', async () => {
      await using bench = await start({ actif: false })
      expect(await bench.run('essayer')).toContain('Rien à essayer')
      await bench.put('entree/a.zip', await zip({ 'acte_7.txt': 'x' }))
      expect(await bench.run()).toContain('pas active')
      const sentence = await bench.run('essayer')
      expect(sentence).toContain('« a.zip » créerait un dossier « Courrier » avec objet : « Acte n° 7 : acte_7.txt »')
      expect(await bench.paths()).toEqual(['entree/a.zip'])
      expect(bench.inbox.delivered).toEqual([])
    })

    test('un répertoire absent, ou un réglage fautif, est une erreur de configuration', async () => {
      await using bench = await start()
      for (const change of [
        { repertoireErreurs: `${String(bench.config['repertoireErreurs'])}-absent/x` },
        { repertoire: bench.config['repertoireErreurs'] },
        { correspondances: 'acte: (' },
        { correspondances: 'sans deux-points' },
        { correspondances: undefined },
        { forme: 'vrac', manifeste: 'xml' },
      ]) {
        await using connected = await bench.connect(change)
        const checking: unknown = await connected.connector.check().catch((error: unknown) => error)
        // A store of objects knows no missing folder.
        if (!('repertoireErreurs' in change) || checking instanceof Error)
          expect(checking, JSON.stringify(change)).toBeInstanceOf(ConfigurationError)
      }
      await bench.put('entree/a.zip', await zip({ 'acte_7.txt': 'x' }))
      await expect(bench.run('essayer', { flux: 'absent' })).rejects.toThrow(/« absent » n'est pas installé/u)
    })

    if (faulty)
      test('serveur arrêté : erreur passagère, puis un seul dossier au retour', async () => {
        await using bench = await start()
        await bench.put('entree/a.zip', await zip({ 'acte_1.txt': 'x' }))
        bench.faults.goDown()
        await expect(bench.run()).rejects.toThrow(TemporaryError)
        bench.faults.clear()
        expect(await bench.run()).toBe('1 dossier créé.')
      })

    test('identifiants refusés : erreur de configuration, sans que le secret paraisse', async () => {
      await using bench = await start()
      await using connected = await bench.connect(bench.refused.config)
      const refusal: unknown = await connected.connector.check().catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(ConfigurationError)
      expect(`${String(refusal)} ${JSON.stringify(connected.context.log.lines)}`).not.toContain(bench.refused.secret)
    })

    for (const forme of cut) {
      const deposit = async (bench: Started, n: number): Promise<void> => {
        if (forme === 'zip') return bench.put(`entree/${n}.zip`, await zip({ [`acte_${n}.txt`]: 'x' }))
        const folder = forme === 'dossier' ? `entree/${n}` : 'entree'
        await bench.put(`${folder}/annexe_${n}_a.txt`, 'y')
        await bench.put(`${folder}/acte_${n}.txt`, 'x')
      }
      const once = async (bench: Started, n: number): Promise<void> => {
        expect(bench.inbox.delivered, `operation ${n}`).toHaveLength(n)
        const paths = await bench.paths()
        expect(
          paths.filter(path => !path.startsWith('traites/')),
          `operation ${n}`,
        ).toEqual([])
        expect(paths, `operation ${n}`).toHaveLength(forme === 'zip' ? n : 2 * n)
      }

      for (const kind of faulty ? (['cutBefore', 'cutAfter'] as const) : [])
        test(`coupé ${kind === 'cutBefore' ? 'avant' : 'après'} chacune de ses opérations (${forme}), un élément n’est importé qu’une fois et rien n’est perdu`, async () => {
          await using bench = await start({ forme })
          for (let n = 1, reached = true; reached; n++) {
            await deposit(bench, n)
            reached = await survives({ kind }, n, bench)
            await once(bench, n)
            expect(n).toBeLessThan(150)
          }
        }, 60_000)

      test(`tué à chaque écriture de sa mémoire, ou autour de la remise (${forme}), de même`, async () => {
        await using bench = await start({ forme })
        const set = bench.memory.set.bind(bench.memory)
        const death = new TemporaryError('tué')
        let n = 0
        for (const when of ['before', 'after'] as const)
          for (let at = 0; at < 4; at++) {
            await deposit(bench, ++n)
            let left = at
            if (at === 0) bench.inbox.die(when, death)
            else
              bench.memory.set = async (key, value) => {
                left -= 1
                if (left === 0 && when === 'before') throw death
                await set(key, value)
                if (left === 0) throw death
              }
            await bench.run().catch((error: unknown) => expect(error).toBeInstanceOf(TemporaryError))
            bench.memory.set = set
            await bench.run()
            await once(bench, n)
          }
      })
    }
  })

  /** Runs with a fault on the n-th operation, then again without. @returns whether there was an n-th operation */
  const survives = async (fault: Fault, n: number, bench: Started): Promise<boolean> => {
    const nth = new Nth(n)
    bench.faults.plan(fault, { on: nth })
    const failure: unknown = await bench.run().catch((error: unknown) => error)
    const reached = nth.seen >= n
    bench.faults.clear()
    if (failure instanceof Error) expect(failure, `operation ${n}`).toBeInstanceOf(TemporaryError)
    await bench.run()
    return reached
  }
}

/** The bench of a remote that serves a real folder: deposits are written there directly, as another program would. */
export const onFolder = async (folder: string): Promise<Pick<GleanerBench, 'put' | 'contents'>> => {
  for (const name of ['entree', 'traites', 'erreurs']) await mkdir(join(folder, name), { recursive: true })
  return {
    async put(path, content) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    },
    async contents() {
      const found: Record<string, Buffer> = {}
      for (const name of await readdir(folder, { recursive: true }))
        if ((await lstat(join(folder, name))).isFile()) found[name] = await readFile(join(folder, name))
      return found
    },
  }
}
