import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import yauzl from 'yauzl'
import { ConfigurationError, PermanentError } from '../../authoring/errors.ts'
import type { FileRef } from '../../authoring/values.ts'
import { sampleDocument } from '../../testing/conformance-document.ts'
import { temporaryMemory } from '../../testing/connect.ts'
import { temporaryFiles } from '../../testing/disk-files.ts'
import { deposit } from './deposit.ts'
import { depositFields, type DepositOptions } from './fields.ts'
import { planDeposit } from './plan.ts'
import { replaceCharacters } from './replacement.ts'
import type { Volume } from '../../volumes/volume.ts'

const DEFAULTS = Object.fromEntries(
  Object.entries(depositFields).map(([name, field]) => [
    name,
    (field.options as { default?: unknown }).default ?? (field.kind === 'flag' ? false : undefined),
  ]),
) as unknown as DepositOptions

/** The smallest volume: a map. `journal` keeps the order of what was done. */
const memoryVolume = () => {
  const tree = new Map<string, Buffer | 'folder'>()
  const journal: string[] = []
  const under = (path: string) => [...tree.keys()].filter(each => each === path || each.startsWith(`${path}/`))
  const volume: Volume = {
    async stat(path) {
      const found = tree.get(path)
      return found && (found === 'folder' ? { kind: 'folder', size: 0 } : { kind: 'file', size: found.length })
    },
    async list(path) {
      return under(path).flatMap(each => {
        const name = each.slice(path === '' ? 0 : path.length + 1)
        const found = tree.get(each)
        if (name === '' || name.includes('/') || !found) return []
        const kind = found === 'folder' ? 'folder' : 'file'
        return [{ name, kind, size: found === 'folder' ? 0 : found.length, modifiedAt: undefined }]
      })
    },
    async read(path) {
      const found = tree.get(path)
      return Readable.from(found instanceof Buffer ? found : Buffer.alloc(0), { objectMode: false })
    },
    async makeFolder(path) {
      tree.set(path, 'folder')
    },
    async write(path, content) {
      journal.push(`write ${path}`)
      tree.set(path, await buffer(content))
    },
    async rename(from, to) {
      if (tree.has(to)) return 'exists'
      journal.push(`rename ${from} ${to}`)
      for (const path of under(from)) {
        const found = tree.get(path)
        if (found) tree.set(to + path.slice(from.length), found)
        tree.delete(path)
      }
      return 'renamed'
    },
    async remove(path) {
      for (const each of under(path)) tree.delete(each)
    },
    location: path => `essai:/${path}`,
    check: async () => 'Prêt.',
    close: async () => undefined,
  }
  return { volume, tree, journal }
}

const run = async (
  options: Partial<DepositOptions>,
  values: Readonly<Record<string, unknown>> = {},
  title?: string,
) => {
  await using files = await temporaryFiles()
  const document = await sampleDocument(files, { values, ...(title ? { title } : {}) })
  const { volume, tree, journal } = memoryVolume()
  const context = {
    volume,
    files,
    memory: temporaryMemory(),
    clock: { now: () => new Date('2026-07-28T10:15:00Z') },
    options: { ...DEFAULTS, ...options },
  }
  const deposited = await deposit(document, 'clé', context)
  const text = (path: string) => {
    const found = tree.get(path)
    return found instanceof Buffer ? found.toString() : undefined
  }
  return { deposited, paths: [...tree.keys()].filter(path => tree.get(path) !== 'folder').sort(), text, tree, journal }
}

describe('les métadonnées', () => {
  test('en XML suivent la forme de Pastell, noms des fichiers tels que déposés', async () => {
    const { text } = await run(
      { metadonnees: 'xml', metadonneesNoms: 'pastell', titre: 'id' },
      { objet: 'École & "cantine"\u0001' },
    )
    expect(text('d-0001/metadata.xml')).toBe(`<?xml version="1.0"?>
<flux>
  <files name="arrete">
    <file content="délibération 12.pdf"/>
  </files>
  <files name="autre_document_attache">
    <file content="annexe.pdf"/>
    <file content="annexe_1.pdf" name_original="annexe.pdf"/>
  </files>
  <files name="tdtActes.ar">
    <file content="ar.xml"/>
  </files>
  <data name="objet" value="École &amp; &quot;cantine&quot;"/>
  <data name="numero_de_lacte" value="2026_012"/>
  <data name="acte_nature" value="1"/>
  <data name="jour" value="2026-06-30"/>
  <data name="envoiGed" value="true"/>
</flux>
`)
  })
  test('en JSON et en YAML disent la même chose, limitées aux champs demandés', async () => {
    const options = { metadonneesChamps: 'objet, autre_document_attache', titre: 'id' } as const
    const json = await run({ ...options, metadonnees: 'json' })
    expect(JSON.parse(json.text('d-0001/metadata.json') ?? '')).toEqual({
      objet: 'Délibération n° 12 : école & cantine',
      annexes: ['annexe.pdf', 'annexe_1.pdf'],
    })
    const yaml = await run({ ...options, metadonnees: 'yaml' })
    expect(yaml.text('d-0001/metadata.txt')).toBe(
      '"objet": "Délibération n° 12 : école & cantine"\n"annexes":\n  - "annexe.pdf"\n  - "annexe_1.pdf"\n',
    )
  })
})

describe('les noms', () => {
  test('du répertoire suit l’expression, les barres obliques n’ouvrent pas de dossier', async () => {
    const { paths } = await run(
      { titre: 'expression', titreExpression: '%nature%-%numero_de_lacte%-%objet%-%acte%-%inconnu%-%%' },
      { objet: '../a/b' },
    )
    expect(paths[0]).toMatch(/^1-2026_012-\.\.-a-b-délibération 12--%\//u)
  })
  test('d’une expression vide est refusé avec une phrase', async () => {
    await expect(run({ titre: 'expression', titreExpression: '%inconnu%' })).rejects.toThrow(PermanentError)
  })
  test('des fichiers suivent une expression par champ, avec rang et extension', async () => {
    const { paths } = await run({
      titre: 'id',
      nomsFichiers: 'expression',
      nomsFichiersExpressions: 'arrete: %numero%:v1\nannexes: PJ',
      fichiers: 'arrete,annexes',
    })
    expect(paths).toEqual(['d-0001/2026_012:v1.pdf', 'd-0001/PJ_0.pdf', 'd-0001/PJ_1.pdf'])
  })
  test('internes portent le dossier, le champ et le rang', async () => {
    const { paths } = await run({ titre: 'id', nomsFichiers: 'interne', fichiers: 'annexes' })
    expect(paths).toEqual(['d-0001/d-0001_annexes_0.pdf', 'd-0001/d-0001_annexes_1.pdf'])
  })
  test('une ligne d’expression sans deux-points est une erreur de réglage', async () => {
    await expect(run({ nomsFichiers: 'expression', nomsFichiersExpressions: 'arrete' })).rejects.toThrow(
      ConfigurationError,
    )
  })
  test('un fichier du dossier ne prend pas le nom du fichier de métadonnées', async () => {
    await using files = await temporaryFiles()
    const acte = await files.save('{}', 'metadata.json')
    const document = await sampleDocument(files, { values: { acte } })
    const plan = planDeposit(document, { ...DEFAULTS, metadonnees: 'json' }, files)
    expect(plan.entries.map(entry => entry.name)).toEqual([
      'metadata_1.json',
      'annexe.pdf',
      'annexe_1.pdf',
      'ar.xml',
      'metadata.json',
    ])
  })
})

describe('les caractères remplacés', () => {
  test('acceptent la forme de Pastell et la forme nue', () => {
    expect(replaceCharacters(['a/b\\c'], '#[\\\\/]#')).toEqual(['a-b-c'])
    expect(replaceCharacters(['ÀB c'], '/[^a-z]/i')).toEqual(['-B-c'])
    expect(replaceCharacters(['a_b'], '\\_')).toEqual(['a-b'])
    expect(replaceCharacters(['a'], '')).toEqual(['a'])
  })
  test('une expression ruineuse est refusée au lieu de bloquer le serveur', () => {
    expect(() => replaceCharacters([`${'a'.repeat(40)}!`], '(a+)+$')).toThrow(ConfigurationError)
    expect(() => replaceCharacters(['a'], '[')).toThrow(/n'est pas valide/u)
  })
})

describe('les formes de dépôt', () => {
  test('le fichier de fin est écrit le dernier, avant que le répertoire ne prenne son nom', async () => {
    const { journal } = await run({ titre: 'id', fichierTermine: true, metadonnees: 'json', fichiers: 'acte' })
    const steps = journal.map(line => line.replace(/\.passeur-[0-9a-f]{16}\.part/u, 'TRAVAIL'))
    expect(steps).toEqual([
      'write TRAVAIL/délibération 12.pdf',
      'write TRAVAIL/metadata.json',
      'write TRAVAIL/fichier_termine.txt',
      'rename TRAVAIL d-0001',
    ])
  })
  test('un zip contient les mêmes fichiers, noms accentués compris', async () => {
    const { tree } = await run({ typeDepot: 'zip', titre: 'id' })
    const content = tree.get('d-0001.zip')
    const names: string[] = []
    await new Promise<void>((resolve, reject) => {
      yauzl.fromBuffer(content instanceof Buffer ? content : Buffer.alloc(0), {}, (error, zip) => {
        if (error) return reject(error)
        zip.on('entry', (entry: { fileName: string }) => names.push(entry.fileName))
        zip.on('end', resolve)
      })
    })
    expect(names).toEqual(['délibération 12.pdf', 'annexe.pdf', 'annexe_1.pdf', 'ar.xml'])
  })
  test('un contenu absent de l’entrepôt arrête le dépôt sans rien publier', async () => {
    for (const typeDepot of ['dossier', 'zip', 'fichiers'] as const) {
      const absent: FileRef = { sha256: 'f'.repeat(64), name: 'perdu.pdf', size: 3, type: 'application/pdf' }
      await expect(run({ typeDepot }, { annexes: [absent] })).rejects.toThrow("absent de l'entrepôt")
    }
  })
  test('un contenu absent d’un zip que le serveur tarde à lire est dit de même', async () => {
    await using files = await temporaryFiles()
    const { volume, tree } = memoryVolume()
    const slow: Volume = {
      ...volume,
      write: async (path, content, size) => {
        await pause(50)
        await volume.write(path, content, size)
      },
    }
    const missing = { sha256: '0'.repeat(64), name: 'a.pdf', size: 3, type: 'application/pdf' } as FileRef
    const document = await sampleDocument(files, { values: { acte: missing } })
    const context = {
      volume: slow,
      files,
      memory: temporaryMemory(),
      clock: { now: () => new Date('2026-07-28T10:15:00Z') },
      options: { ...DEFAULTS, typeDepot: 'zip' as const },
    }
    await expect(deposit(document, 'clé', context)).rejects.toThrow()
    expect([...tree.keys()]).toEqual([])
  })

  test('un dossier sans fichier est refusé, sauf si des métadonnées sont demandées', async () => {
    const empty = { acte: undefined, annexes: [], 'tdtActes.ar': undefined }
    await expect(run({}, empty)).rejects.toThrow(PermanentError)
    expect((await run({ metadonnees: 'json', titre: 'id' }, empty)).paths).toEqual(['d-0001/metadata.json'])
  })
})
