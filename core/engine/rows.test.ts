import { expect, expectTypeOf, test } from 'vitest'
import { choice, date, file, files, flag, remoteChoice, rows, secret, text, type Values } from '../authoring/fields.ts'
import { defineConnector } from '../authoring/connectors.ts'
import { completeRows } from '../authoring/rows.ts'
import { schemaOf } from '../authoring/schema.ts'
import { applySettings, settingsForConnect } from '../connectors/settings.ts'
import { filesOf } from '../documents/traces.ts'
import { labelled } from '../documents/labelled.ts'
import { displayOf, problemOf, rowProblems } from './values.ts'

const TODAY = '2026-07-01'
const units = rows(
  'Unités',
  {
    titre: text('Titre', { required: true, max: 10 }),
    genre: choice('Genre', { unite: 'Unité', fichier: 'Fichier' }, { default: 'unite' }),
    jour: date('Jour', { notAfterToday: true }),
    cache: flag('Caché'),
  },
  { nested: true, max: 3 },
)

const problems = (value: unknown) => rowProblems(units, value, TODAY).map(({ path, message }) => [path, message])

test('un arbre de lignes est vérifié champ par champ, chaque faute à sa place', () => {
  expect(problems([{ titre: 'A', enfants: [{ titre: 'B' }] }])).toEqual([])
  expect(
    problems([
      { titre: 'A' },
      { enfants: [{ titre: 'bien trop long' }, { titre: 'C', genre: 'x', jour: '2027-01-01' }] },
    ]),
  ).toEqual([
    ['1.titre', '« Titre » est à renseigner.'],
    ['1.enfants.0.titre', '« Titre » fait 14 caractères, le maximum est 10.'],
    ['1.enfants.1.genre', "« Genre » : la valeur n'est pas dans la liste (unite, fichier)."],
    ['1.enfants.1.jour', '« Jour » (01/01/2027) est dans le futur : indiquer une date passée ou celle du jour.'],
  ])
  expect(problemOf(units, [{ titre: 'A', enfants: [{}] }], TODAY)).toBe(
    '« Unités », ligne 1.1 : « Titre » est à renseigner.',
  )
})

test('ce qui n’est pas une liste de lignes, ou porte un champ inconnu, est refusé', () => {
  for (const wrong of ['texte', { titre: 'A' }, ['A'], [{ titre: 'A', autre: 1 }], [{ titre: 'A', enfants: 'B' }]])
    expect(problems(wrong)).toEqual([
      ['', '« Unités » attend une liste de lignes, chacune avec les seuls champs prévus.'],
    ])
  const flat = rows('Lignes', { titre: text('Titre') })
  expect(problemOf(flat, [{ titre: 'A', enfants: [] }], TODAY)).toContain('les seuls champs prévus')
})

test('trop de lignes, ou trop de niveaux, sont refusés là où ils sont', () => {
  const row = { titre: 'A' }
  expect(problems([{ titre: 'A', enfants: [row, row, row, row] }])).toEqual([
    ['0.enfants', '« Unités » compte 4 lignes, le maximum est 3.'],
  ])
  const deep = (levels: number): object => ({ titre: 'A', ...(levels > 1 ? { enfants: [deep(levels - 1)] } : {}) })
  expect(problems([deep(8)])).toEqual([])
  expect(problems([deep(9)])).toEqual([[`0${'.enfants.0'.repeat(7)}`, '« Unités » compte plus de 8 niveaux.']])
  const many = rows('Lignes', { titre: text('Titre') })
  expect(
    rowProblems(
      many,
      Array.from({ length: 501 }, () => row),
      TODAY,
    )[0]?.message,
  ).toContain('plus de 500 lignes')
})

test('un connecteur lit des lignes complètes : valeurs par défaut, cases jamais indéfinies, enfants toujours là', () => {
  expect(completeRows(units, [{ titre: 'A', enfants: [{ titre: 'B', cache: true }] }])).toEqual([
    {
      titre: 'A',
      genre: 'unite',
      jour: undefined,
      cache: false,
      enfants: [{ titre: 'B', genre: 'unite', jour: undefined, cache: true, enfants: [] }],
    },
  ])
  expect(completeRows(units, undefined)).toEqual([])
})

test('les lignes sont typées, décrites en JSON Schema et lisibles', () => {
  type Unit = Values<{ unites: typeof units }>['unites'][number]
  expectTypeOf<Unit['titre']>().toEqualTypeOf<string>()
  expectTypeOf<Unit['genre']>().toEqualTypeOf<'unite' | 'fichier'>()
  expectTypeOf<Unit['jour']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Unit['enfants'][number]['cache']>().toEqualTypeOf<boolean>()
  expect(schemaOf(units)).toMatchObject({
    type: 'array',
    items: { properties: { titre: { type: 'string' }, enfants: { type: 'array' } }, additionalProperties: false },
  })
  expect(displayOf(units, [{ titre: 'A' }, { titre: 'B' }])).toBe('A, B')
})

const projects = rows('Projets', {
  nom: text('Nom', { required: true }),
  rapport: file('Rapport', { required: true, accept: ['application/pdf'], maxBytes: 2_097_152 }),
  annexes: files('Annexes'),
  theme: remoteChoice('Thème', 'themes'),
})
const pdf = (name: string, size = 10) => ({
  sha256: Buffer.from(name).toString('hex').padEnd(64, '0'),
  name,
  size,
  type: 'application/pdf',
})

test('une ligne porte des fichiers et des choix du partenaire, vérifiés comme ailleurs', () => {
  const found = (row: object) =>
    rowProblems(projects, [{ nom: 'Budget', rapport: pdf('a.pdf'), ...row }], TODAY).map(({ path, message }) => [
      path,
      message,
    ])
  expect(found({ annexes: [pdf('b.pdf')], theme: { value: '1', label: 'Finances' } })).toEqual([])
  expect(found({ rapport: undefined })).toEqual([['0.rapport', 'Il manque le fichier « Rapport » : le déposer.']])
  expect(found({ rapport: { ...pdf('a.png'), type: 'image/png' } })[0]?.[1]).toContain("est de type PNG d'après son")
  expect(found({ rapport: pdf('a.pdf', 3_000_000) })[0]?.[1]).toContain('le maximum est 2 Mo')
  expect(found({ annexes: [pdf('vide.pdf', 0)] })).toEqual([
    ['0.annexes', 'Le fichier « vide.pdf » est vide : déposer le bon fichier.'],
  ])
  expect(found({ theme: 'Finances' })[0]?.[1]).toContain('({ value, label })')
})

test('les fichiers d’un document sont tous retrouvés, ceux des lignes et de leurs lignes compris, à leur champ', () => {
  const data = {
    objet: 'Séance',
    convocation: pdf('c.pdf'),
    types: [{ sha256: 'a'.repeat(64), name: 'c.pdf', value: '99_DE', label: 'Délibération' }],
    projets: [
      { nom: 'Budget', rapport: pdf('a.pdf'), annexes: [pdf('b.pdf')], enfants: [{ rapport: pdf('d.pdf') }] },
      { nom: 'Vœu' },
    ],
  }
  expect(filesOf(data).map(({ field, name }) => `${field} ${name}`)).toEqual([
    'convocation c.pdf',
    'projets a.pdf',
    'projets b.pdf',
    'projets d.pdf',
  ])
})

test('un brouillon garde une ligne à moitié remplie, pas une ligne fausse ; partir la demande entière', () => {
  const half = [{ nom: 'Budget' }, { nom: 'Vœu', rapport: { ...pdf('a.png'), type: 'image/png' } }]
  expect(rowProblems(projects, half, TODAY, 'valid').map(({ path }) => path)).toEqual(['1.rapport'])
  expect(rowProblems(projects, half, TODAY).map(({ path }) => path)).toEqual(['0.rapport', '1.rapport'])
})

test('un code seul, dans une ligne, prend le libellé de la liste ; un code inconnu est refusé à sa place', async () => {
  const asked: string[] = []
  const complete = (value: unknown) =>
    labelled(projects, value, { name: 'seance.projets', path: 'seance.projets' }, async name => {
      asked.push(name)
      return Promise.resolve([{ value: '1', label: 'Finances', level: 0 }])
    })
  const row = { nom: 'Budget', rapport: pdf('a.pdf') }
  expect(await complete([row, { ...row, theme: '1' }, { ...row, theme: null }])).toEqual([
    row,
    { ...row, theme: { value: '1', label: 'Finances' } },
    row,
  ])
  expect(asked).toEqual(['seance.projets.theme'])
  await expect(complete([row, { ...row, theme: '2' }])).rejects.toMatchObject({
    fields: [{ field: 'seance.projets.1.theme', message: expect.stringContaining('« 2 » n') as string }],
  })
  expect(await complete('texte')).toBe('texte')
})

test('un secret, des lignes ou une liste qui dépend d’un autre champ : la déclaration elle-même est refusée', () => {
  expect(() => rows('Lignes', { type: { ...remoteChoice('Type', 'types'), by: ['nature'] } })).toThrow(
    /« type » dépend/u,
  )
  expect(() => rows('Lignes', { mot: secret('Mot de passe') })).toThrow(/« mot » \(secret\)/u)
  expect(() => rows('Lignes', { autres: rows('Autres', {}) })).toThrow(/\(rows\)/u)
})

test('les réglages d’un connecteur disent la faute au champ de la ligne, et reçoivent des lignes complètes', () => {
  const connector = defineConnector({
    id: 'essai',
    version: 1,
    label: 'Essai',
    provides: [],
    config: { unites: units },
    connect: () => ({ check: async () => Promise.resolve('') }),
  })
  const apply = (unites: unknown) =>
    applySettings(connector, { config: {}, secrets: {} }, { unites }, { now: new Date('2026-07-01T10:00:00Z') })
  const stored = apply([{ titre: 'A' }])
  expect(stored.config).toEqual({ unites: [{ titre: 'A' }] })
  expect(settingsForConnect(connector, stored)).toEqual({
    unites: [{ titre: 'A', genre: 'unite', jour: undefined, cache: false, enfants: [] }],
  })
  expect(() => apply([{ titre: 'A', enfants: [{ titre: '' }] }])).toThrow(
    expect.objectContaining({
      fields: [
        {
          field: 'config.unites.0.enfants.0.titre',
          message: '« Titre » est à renseigner.',
          code: 'invalide',
        },
      ],
    }),
  )
})
