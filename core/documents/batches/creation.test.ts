import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { filledIn, SLOT } from '../../connectors/service.fixture.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { batchesHub, runAll, zip, type BatchesHub } from './batches.fixture.ts'
import type { Asking, NewCreation } from './service.ts'
import { readCsv } from './csv.ts'

let database: TestDatabase
let hub: BatchesHub
let me: Asking

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  hub = await batchesHub(database.knex)
  me = await hub.asking(await hub.person())
})
afterEach(() => hub.close())

type Options = Partial<Omit<NewCreation, 'file'>>

const prepare = async (content: string | Buffer, name: string, options: Options = {}) => {
  const file = await hub.files.save(content, name)
  return hub.batches.prepare(me, { flow: 'deliberation', file, again: false, ...options })
}
/** The dry run. */
const examined = async (content: string | Buffer, name = 'lot.csv', options: Options = {}) => {
  const batch = await prepare(content, name, options)
  const lines = await runAll(hub.batches, batch, me)
  return { ...(await hub.batches.get(me, batch.id)), lines }
}
/** The dry run, then the real one. */
const created = async (content: string | Buffer, name = 'lot.csv', options: Options = {}) => {
  const { id } = await examined(content, name, options)
  return runAll(hub.batches, await hub.batches.confirm(me, id), me)
}
const documents = async () => {
  const rows = await database
    .knex('documents')
    .where({ entityId: me.entityId })
    .orderBy('title')
    .select<{ id: string }[]>('id')
  return Promise.all(rows.map(async ({ id }) => hub.documents.get({ entityId: me.entityId, documentId: id })))
}
const statuses = (lines: readonly (readonly [string, string])[]) => lines.map(([status]) => status)

const cells = async (content: Buffer) => {
  const all: (readonly string[])[] = []
  for await (const { cells: each } of readCsv(async () => Readable.from([content.subarray(0, 7), content.subarray(7)])))
    all.push(each)
  return all
}

describe('un CSV', () => {
  test.each([
    ['UTF-8', Buffer.from('Objet;Numéro\n"École; musique";A1\n')],
    ['UTF-8 avec sa marque', Buffer.from('\uFEFFObjet;Numéro\r\n"École; musique";A1\r\n')],
    ['Windows-1252', Buffer.from('Objet;Numéro\n"École; musique";A1\n', 'latin1')],
    ['UTF-16', Buffer.from('\uFEFFObjet;Numéro\n"École; musique";A1\n', 'utf16le')],
    ['virgules', Buffer.from('Objet,Numéro\n"École; musique",A1\n')],
    ['tabulations', Buffer.from('Objet\tNuméro\n\nÉcole; musique\tA1')],
  ])('se lit en %s', async (_, content) => {
    expect(await cells(content)).toEqual([
      ['Objet', 'Numéro'],
      ['École; musique', 'A1'],
    ])
  })
})

describe('la vérification', () => {
  test('dit ligne à ligne ce qui serait créé et ce qui ne va pas, à sa colonne, et ne crée rien', async () => {
    const { stage, remarks, counts, lines } = await examined(
      'objet;Numéro;publier;Couleur\nVoirie;A1;oui;rouge\nÉcole;a b;peut-être;\nCourte;A3\n',
    )
    expect(stage).toBe('ready')
    expect(remarks).toEqual([
      "Colonne « Couleur » laissée de côté : « Couleur » n'est pas un champ de « Délibération ».",
    ])
    expect(lines).toEqual([
      ['ready', 'Sera créé en brouillon. Restera à compléter : Il manque le fichier « Acte » : le déposer.'],
      [
        'invalid',
        'Colonne « Numéro » : Valeur non reprise : Le numéro ne comporte pas d’espace.\nColonne « publier » : Valeur non reprise : « Publier » attend oui ou non (true ou false).',
      ],
      ['invalid', 'La ligne compte 2 colonnes au lieu de 4 : vérifiez les séparateurs et les guillemets.'],
    ])
    expect(counts).toEqual({ ready: 1, invalid: 2 })
    expect(
      (
        await hub.batches.items(me, (await hub.batches.list(me, { after: undefined, limit: 1 }))[0]?.id ?? '', {
          after: 0,
          limit: 9,
        })
      ).map(({ line }) => line),
    ).toEqual([2, 3, 4])
    expect(await documents()).toEqual([])
  })

  test('reconnaît les colonnes par le nom complet, le libellé ou le nom Pastell, et laisse ce que Passeur remplit', async () => {
    const { remarks, lines } = await examined('titre_pastell;NUMÉRO;visa.dossierId\nVoirie;A1;X\n')
    expect(remarks).toEqual([
      'Colonne « visa.dossierId » laissée de côté : « Numéro du dossier » est rempli par Passeur.',
    ])
    expect(statuses(lines)).toEqual(['ready'])
  })

  test('cherche les fichiers cités, regarde leur type, et signale ceux que rien ne cite', async () => {
    const { lines, remarks } = await examined(
      await zip({
        'lot/lot.csv': 'Objet;Acte;Annexes\nUn;un.txt;a.txt|B.TXT\nDeux;absent.pdf;\nTrois;image.png;\n',
        'lot/pieces/un.txt': 'acte un',
        'lot/a.txt': 'a',
        'lot/b.txt': 'b',
        'lot/image.png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
        'lot/oublié.txt': 'x',
      }),
      'lot.zip',
    )
    expect(statuses(lines)).toEqual(['ready', 'invalid', 'invalid'])
    expect(lines[1]?.[1]).toBe(
      "Colonne « Acte » : le fichier « absent.pdf » n'est pas dans l'archive, ou plusieurs y portent ce nom.",
    )
    expect(lines[2]?.[1]).toContain('est de type PNG')
    expect(remarks).toEqual(["1 fichier de l'archive n'est cité par aucune ligne : « oublié.txt »."])
  })

  test.each([
    ['vide', '', 'lot.csv', 'vide'],
    ['sans colonne connue', 'a;b\n1;2\n', 'lot.csv', "Aucune colonne du CSV n'est un champ"],
    ['au guillemet ouvert', 'Objet;Numéro\n"Voirie;A1\nÉcole;A2\n', 'lot.csv', 'guillemet'],
    ['d’un autre format', '%PDF-1.7\n', 'lot.pdf', "n'est ni un CSV ni un zip"],
    ['coupé', Buffer.from('PK\u0003\u0004 coupé'), 'lot.zip', "n'est pas un zip lisible"],
  ])('refuse en une phrase un fichier %s', async (_, content, name, sentence) => {
    const { stage, remarks } = await examined(content, name)
    expect(stage).toBe('unreadable')
    expect(remarks.join()).toContain(sentence)
  })

  test('interrompue, recommence sans rien doubler', async () => {
    const batch = await prepare('Objet\nUn\nDeux\n', 'lot.csv')
    await database
      .knex('batch_items')
      .insert({ entityId: batch.entityId, batchId: batch.id, line: 2, status: 'ready', flowId: 'deliberation' })
    expect(statuses(await runAll(hub.batches, batch, me))).toEqual(['ready', 'ready'])
  })

  test('cherche les codes dans la liste du service distant ; hors d’atteinte, elle le dit une fois', async () => {
    const content = 'Objet;Circuit\nUn;1\nDeux;inconnu\n'
    const unreachable = await examined(content)
    expect(statuses(unreachable.lines)).toEqual(['ready', 'ready'])
    expect(unreachable.remarks.join()).toContain("n'ont pas pu être vérifiées : Aucun connecteur n'est associé")
    const { id } = await hub.connectors.create(
      { entityId: me.entityId, userId: me.userId },
      { connector: 'parapheur-essai', label: 'Parapheur', config: filledIn },
    )
    await hub.connectors.associate(
      { entityId: me.entityId, userId: me.userId },
      { flow: 'deliberation', slot: SLOT, instanceId: id },
    )
    const reached = await examined(content)
    expect(statuses(reached.lines)).toEqual(['ready', 'invalid'])
    expect(reached.lines[1]?.[1]).toContain('Circuit')
  })
})

describe('la création en lot', () => {
  const archive = () =>
    zip({
      'lot.csv':
        'Objet;Numéro;Acte;Annexes;Circuit\nComplète;A1;un.txt;a.txt|b.txt;1\nIncomplète;A2;;;\nFausse;a b;;;\n',
      'un.txt': 'acte un',
      'a.txt': 'a',
      'b.txt': 'b',
    })

  test('crée ce qui est juste, avec ses fichiers, puis demande l’action ; chaque ligne dit ce qu’elle est devenue', async () => {
    const lines = await created(await archive(), 'lot.zip', { action: 'envoyer' })
    expect(statuses(lines)).toEqual(['done', 'partial', 'refused'])
    expect(lines[1]?.[1]).toBe(
      'Créé en brouillon. Le formulaire est à compléter : Il manque le fichier « Acte » : le déposer.',
    )
    const [complete, incomplete] = await documents()
    expect(complete).toMatchObject({
      title: 'Complète',
      state: 'visa.aEnvoyer',
      createdBy: me.userId,
      due: { task: 'visa.envoyer' },
    })
    expect(complete?.data['acte']).toMatchObject({ name: 'un.txt', size: 7 })
    expect((complete?.data['annexes'] as { name: string }[]).map(({ name }) => name)).toEqual(['a.txt', 'b.txt'])
    expect(incomplete?.state).toBe('brouillon')
    expect((await hub.journal(complete?.id ?? '')).at(-1)).toMatch(/créé par le lot n° \d+, ligne 2 de « lot.zip »/u)
  })

  test('du même fichier une seconde fois ne crée rien, même corrigé ailleurs, sauf si on le demande', async () => {
    await created('Objet;Numéro\nUn;A1\nUn;A1\nDeux;a b\n')
    expect(await documents()).toHaveLength(2)
    const again = await examined('Objet;Numéro\nUn;A1\nUn;A1\nDeux;A2\n')
    expect(statuses(again.lines)).toEqual(['known', 'known', 'ready'])
    expect(again.lines[0]?.[1]).toContain('a déjà créé un document')
    await runAll(hub.batches, await hub.batches.confirm(me, again.id), me)
    expect(await documents()).toHaveLength(3)
    expect(statuses(await created('Objet;Numéro\nUn;A1\n', 'lot.csv', { again: true }))).toEqual(['done'])
    expect(await documents()).toHaveLength(4)
  })

  test('de deux personnes qui déposent le même fichier ensemble ne crée qu’une fois', async () => {
    const content = 'Objet\nUn\nDeux\n'
    const [one, two] = [await examined(content), await examined(content)]
    for (const { id } of [one, two]) await hub.batches.confirm(me, id)
    const both = await Promise.all([runAll(hub.batches, one, me), runAll(hub.batches, two, me)])
    expect(statuses(both.flat()).toSorted()).toEqual(['done', 'done', 'known', 'known'])
    expect(await documents()).toHaveLength(2)
  })

  test('d’un zip sans CSV fait un document par fichier et un par répertoire', async () => {
    const lines = await created(
      await zip({ 'Voirie.txt': 'v', 'École/1.txt': '1', 'École/2.txt': '2', 'École/3.txt': '3' }),
      'lot.zip',
    )
    expect(statuses(lines)).toEqual(['done', 'done'])
    const found = await documents()
    expect(
      found.map(({ title, data }) => [
        title,
        (data['acte'] as { name: string }).name,
        (data['annexes'] as unknown[] | undefined)?.length,
      ]),
    ).toEqual([
      ['Voirie', 'Voirie.txt', undefined],
      ['École', '1.txt', 2],
    ])
  })

  test('demande le droit de créer, à la confirmation comme au dépôt', async () => {
    const nobody: Asking = { ...me, rights: new Set(['deliberation:lecture']) }
    const file = await hub.files.save('Objet\nUn\n', 'lot.csv')
    await expect(hub.batches.prepare(nobody, { flow: 'deliberation', file, again: false })).rejects.toThrow('droit')
    const { id } = await examined('Objet\nUn\n')
    await hub.batches.confirm(me, id)
    await database.knex('user_roles').where({ userId: me.userId }).delete()
    expect(statuses(await runAll(hub.batches, { entityId: me.entityId, id }, me))).toEqual(['refused'])
    expect(await documents()).toEqual([])
  })

  test('refuse à la demande un champ ou une action qui n’en sont pas, et deux confirmations', async () => {
    await expect(prepare('Objet\nUn\n', 'lot.csv', { field: 'objet' })).rejects.toMatchObject({
      fields: [{ field: 'champ' }],
    })
    await expect(prepare('Objet\nUn\n', 'lot.csv', { action: 'supprimer' })).rejects.toMatchObject({
      fields: [{ field: 'action' }],
    })
    const { id } = await examined('Objet\nUn\n')
    await hub.batches.confirm(me, id)
    await expect(hub.batches.confirm(me, id)).rejects.toMatchObject({ code: 'conflit' })
  })

  test('de 5 000 lignes tient en peu de mémoire', async () => {
    const rows = Array.from({ length: 5_000 }, (_, n) => `Délibération ${n};N${n};${'x'.repeat(200)}`)
    const content = `Objet;Numéro;Remarque\n${rows.join('\n')}\n`
    const batch = await prepare(content, 'lot.csv')
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    await hub.batches.run(batch.entityId, batch.id)
    expect((await hub.batches.get(me, batch.id)).counts).toEqual({ ready: 5_000 })
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(80_000_000)
  })
})
