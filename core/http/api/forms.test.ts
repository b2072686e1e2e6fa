import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, twoTowns, type Client, type TestServer } from '../http.fixture.ts'
import { startApi } from './api.fixture.ts'

const PDF = '%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n'

let database: TestDatabase
let server: TestServer
let agent: Client
let documents: string

beforeAll(async () => {
  database = await testDatabase()
  const people = await twoTowns(database.knex)
  server = await startApi(database.knex, database.connectionString)
  agent = server.as(basic('agent'))
  documents = `/entites/${people.town}/documents`
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

type Part = readonly [name: string, content: string | Uint8Array<ArrayBuffer>, fileName?: string]

const send = async (method: string, path: string, parts: readonly Part[]) => {
  const form = new FormData()
  for (const [name, content, fileName] of parts)
    if (fileName === undefined) form.append(name, content as string)
    else form.append(name, new Blob([content]), fileName)
  const answer = await agent.raw(path, { method, body: form })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('un formulaire crée le document et dépose ses fichiers en une demande', async () => {
  const annexe = randomBytes(3_000_000)
  const { status, body } = await send('POST', documents, [
    ['flow', 'note'],
    ['values', '{"objet":"Formulaire"}'],
    ['acte', PDF, 'délibération.pdf'],
    ['annexes', annexe, 'a.bin'],
    ['annexes', 'b', 'b.txt'],
  ])
  expect([status, body['title']]).toEqual([201, 'Formulaire'])
  const sha256 = createHash('sha256').update(annexe).digest('hex')
  expect(body['values']).toMatchObject({
    acte: { name: 'délibération.pdf', type: 'application/pdf' },
    annexes: [{ name: 'a.bin', sha256 }, { name: 'b.txt' }],
  })
})

test('un formulaire modifie : ses fichiers s’ajoutent à ceux d’une liste, ou remplacent', async () => {
  const made = await send('POST', documents, [
    ['flow', 'note'],
    ['valeurs', '{}'],
    ['annexes', 'a', 'a.txt'],
  ])
  const path = `${documents}/${String(made.body['id'])}`
  const edited = await send('PATCH', path, [
    ['version', '1'],
    ['annexes', 'b', 'b.txt'],
    ['acte', PDF, 'acte.pdf'],
  ])
  expect(edited.body).toMatchObject({
    version: 2,
    values: { annexes: [{ name: 'a.txt' }, { name: 'b.txt' }], acte: { name: 'acte.pdf' } },
  })
  expect(
    await send('PATCH', path, [
      ['version', '1'],
      ['annexes', 'c', 'c.txt'],
    ]),
  ).toMatchObject({
    status: 409,
    body: { code: 'document_deja_modifie' },
  })
})

test.each<[string, readonly Part[], number, string]>([
  [
    'un champ inconnu',
    [
      ['flow', 'note'],
      ['autre', 'x', 'x.txt'],
    ],
    422,
    'saisie_invalide',
  ],
  [
    'un champ qui n’est pas un fichier',
    [
      ['flow', 'note'],
      ['objet', 'x', 'x.txt'],
    ],
    422,
    'saisie_invalide',
  ],
  [
    'un texte après un fichier',
    [
      ['flow', 'note'],
      ['acte', PDF, 'a.pdf'],
      ['values', '{}'],
    ],
    400,
    'corps_illisible',
  ],
  [
    'des valeurs qui ne sont pas du JSON',
    [
      ['flow', 'note'],
      ['values', 'objet=x'],
    ],
    400,
    'corps_illisible',
  ],
  ['un flux absent', [['acte', PDF, 'a.pdf']], 422, 'saisie_invalide'],
  [
    'un flux inconnu',
    [
      ['flow', 'autre'],
      ['acte', PDF, 'a.pdf'],
    ],
    404,
    'flux_introuvable',
  ],
  [
    'un fichier trop gros pour son champ',
    [
      ['flow', 'note'],
      ['acte', new Uint8Array(5_000_001), 'a.pdf'],
    ],
    413,
    'fichier_trop_volumineux',
  ],
])('%s est refusé, et rien n’est créé', async (_, parts, status, code) => {
  const before = await database.knex('documents').count<{ count: string }[]>()
  expect(await send('POST', documents, parts)).toMatchObject({ status, body: { code } })
  expect(await database.knex('documents').count()).toEqual(before)
})

test('un formulaire coupé est refusé', async () => {
  const body = `--x\r\ncontent-disposition: form-data; name="flow"\r\n\r\nnote\r\n--x\r\ncontent-disposition: form-data; name="acte"; filename="a.pdf"\r\n\r\n%PDF`
  const answer = await agent.raw(documents, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body,
  })
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'corps_illisible'])
})
