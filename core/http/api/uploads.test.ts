import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { grantRole } from '../../access/roles.ts'
import { createUser } from '../../access/users.ts'
import { forgetUploads, UPLOAD_LIFETIME } from '../../documents/uploads.ts'
import { testDatabase, type TestDatabase } from '../../testing/database.ts'
import { basic, clientOf, PASSWORD, twoTowns, type Client, type TestServer } from '../http.fixture.ts'
import { startApi } from './api.fixture.ts'

const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n')
const TUS = { 'tus-resumable': '1.0.0' }
const BYTES = { ...TUS, 'content-type': 'application/offset+octet-stream' }
const digest = (algorithm: string, content: Uint8Array) => createHash(algorithm).update(content).digest('base64')
const named = (name: string) => `filename ${Buffer.from(name).toString('base64')}`

let database: TestDatabase
let people: Awaited<ReturnType<typeof twoTowns>>
let server: TestServer
let agent: Client
let uploads: string
let documents: string

beforeAll(async () => {
  database = await testDatabase()
  people = await twoTowns(database.knex)
  server = await startApi(database.knex, database.connectionString)
  agent = server.as(basic('agent'))
  uploads = `/entites/${people.town}/depots`
  documents = `/entites/${people.town}/documents`
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await database.close()
})

/** Announces a file. @returns its path under the API */
const announce = async (length: number, name = 'délibération.pdf', by = agent): Promise<string> => {
  const answer = await by.raw(uploads, {
    method: 'POST',
    headers: { ...TUS, 'upload-length': String(length), 'upload-metadata': named(name) },
  })
  expect(answer.status).toBe(201)
  return (answer.headers.get('location') ?? '').replace('/api/v3', '')
}
const add = (path: string, offset: number, body: RequestInit['body'], headers = {}) =>
  agent.raw(path, {
    method: 'PATCH',
    headers: { ...BYTES, 'upload-offset': String(offset), ...headers },
    body: body ?? null,
  })
const offsetOf = async (path: string) => {
  const head = await agent.raw(path, { method: 'HEAD', headers: TUS })
  return Number(head.headers.get('upload-offset'))
}
const deposited = async (content: Uint8Array<ArrayBuffer> = PDF, name?: string) => {
  const path = await announce(content.length, name)
  expect((await add(path, 0, content)).status).toBe(204)
  return path.split('/').at(-1) ?? ''
}
const create = (values: object) => agent.send('POST', documents, { flow: 'note', values })
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code]

/** Sends the first bytes of a PATCH by hand, then cuts the wire. */
const cutAfter = async (path: string, length: number, sent: Uint8Array) => {
  const { hostname, port } = new URL(server.origin)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const headers = {
    ...basic('agent'),
    ...BYTES,
    'upload-offset': '0',
    'content-length': String(length),
    host: hostname,
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.write(`PATCH /api/v3${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`)
  await new Promise<void>(resolve => void socket.write(sent, () => resolve()))
  socket.destroy()
}

describe('un dépôt en plusieurs fois', () => {
  test('annonce ce qu’il permet', async () => {
    const { status, headers } = await agent.raw(uploads, { method: 'OPTIONS' })
    expect([status, headers.get('tus-version'), headers.get('tus-max-size')]).toEqual([204, '1.0.0', '20000000'])
    expect(headers.get('tus-extension')).toBe('creation,creation-with-upload,expiration,checksum,termination')
  })

  test('coupé au milieu, reprend là où il s’est arrêté, et donne le fichier entier', async () => {
    const content = randomBytes(9_000_000)
    const path = await announce(content.length, 'gros.bin')
    await cutAfter(path, content.length, content.subarray(0, 8_700_000))
    await vi.waitFor(async () => expect(await offsetOf(path)).toBeGreaterThan(8_388_608), 5_000)
    const offset = await offsetOf(path)
    expect(offset).toBeLessThanOrEqual(8_700_000)
    const rest = await add(path, offset, content.subarray(offset))
    expect([rest.status, rest.headers.get('upload-offset')]).toEqual([204, String(content.length)])
    const made = await create({ objet: 'Gros', annexes: [{ upload: path.split('/').at(-1) }] })
    expect(made.status).toBe(201)
    const sha256 = createHash('sha256').update(content).digest('hex')
    expect(made.body['values']).toMatchObject({ annexes: [{ sha256, name: 'gros.bin', size: content.length }] })
  })

  test('peut commencer avec son annonce', async () => {
    const headers = { ...BYTES, 'upload-length': String(PDF.length), 'upload-metadata': named('a.pdf') }
    const answer = await agent.raw(uploads, { method: 'POST', headers, body: PDF.subarray(0, 10) })
    expect([answer.status, answer.headers.get('upload-offset')]).toEqual([201, '10'])
    expect(new Date(answer.headers.get('upload-expires') ?? '').getTime()).toBeGreaterThan(Date.now())
    expect(await answer.json()).toMatchObject({ name: 'a.pdf', length: PDF.length, received: 10 })
  })

  test('ne reprend qu’à l’endroit où il s’est arrêté', async () => {
    const path = await announce(PDF.length)
    expect(await codeOf(await add(path, 5, PDF.subarray(5)))).toEqual([409, 'depot_decale'])
    await add(path, 0, PDF.subarray(0, 10))
    expect(await codeOf(await add(path, 0, PDF))).toEqual([409, 'depot_decale'])
    expect(await offsetOf(path)).toBe(10)
  })

  test('repris par une autre demande, n’écoute plus la première', async () => {
    const path = await announce(PDF.length)
    const slow = new Readable({ read: () => undefined })
    slow.push(PDF.subarray(0, 10))
    const first = agent.raw(path, {
      method: 'PATCH',
      headers: { ...BYTES, 'upload-offset': '0' },
      body: Readable.toWeb(slow) as unknown as BodyInit,
      ...({ duplex: 'half' } as object),
    })
    await vi.waitFor(async () => {
      const { rows } = await database.knex.raw<{ rows: unknown[] }>('select from upload_parts where size is null')
      expect(rows).toHaveLength(1)
    })
    expect((await add(path, 0, PDF)).status).toBe(204)
    slow.push(null)
    expect(await codeOf(await first)).toEqual([409, 'depot_decale'])
    const made = await create({ objet: 'Repris', acte: { upload: path.split('/').at(-1) } })
    expect(made.body['values']).toMatchObject({ acte: { size: PDF.length, type: 'application/pdf' } })
  })

  test.each(['sha1', 'sha256'])('une empreinte fausse n’en garde rien (%s)', async algorithm => {
    const path = await announce(PDF.length)
    const wrong = await add(path, 0, PDF, {
      'upload-checksum': `${algorithm} ${digest(algorithm, Buffer.from('autre'))}`,
    })
    expect(await codeOf(wrong)).toEqual([460, 'empreinte_differente'])
    expect(await offsetOf(path)).toBe(0)
    const right = await add(path, 0, PDF, { 'upload-checksum': `${algorithm} ${digest(algorithm, PDF)}` })
    expect([right.status, await offsetOf(path)]).toEqual([204, PDF.length])
    expect(await codeOf(await add(path, PDF.length, '', { 'upload-checksum': 'md5 eA==' }))).toEqual([
      400,
      'requete_invalide',
    ])
  })

  test('n’accepte ni plus qu’annoncé, ni plus que la plateforme, ni une autre version du protocole', async () => {
    const path = await announce(10)
    expect(await codeOf(await add(path, 0, PDF))).toEqual([400, 'requete_invalide'])
    const large = await agent.raw(uploads, {
      method: 'POST',
      headers: { ...TUS, 'upload-length': '20000001', 'upload-metadata': named('a') },
    })
    expect(await codeOf(large)).toEqual([413, 'fichier_trop_volumineux'])
    const old = await agent.raw(path, { method: 'PATCH', headers: { ...BYTES, 'tus-resumable': '0.2' } })
    expect(old.headers.get('tus-version')).toBe('1.0.0')
    expect(await codeOf(old)).toEqual([412, 'version_tus_inconnue'])
    const text = await add(path, 0, 'x', { 'content-type': 'text/plain' })
    expect(await codeOf(text)).toEqual([415, 'contenu_non_pris_en_charge'])
  })

  test('d’un autre compte, ou d’une autre entité, est introuvable', async () => {
    const path = await announce(PDF.length)
    const colleague = await createUser(database.knex, { login: 'collegue', password: PASSWORD, entityId: people.town })
    await grantRole(database.knex, { userId: colleague.id, entityId: people.town, roleId: 'admin' })
    const other = server.as(basic('collegue'))
    expect((await other.get(path)).body.code).toBe('depot_introuvable')
    const id = path.split('/').at(-1)
    const taken = await other.send('POST', documents, { flow: 'note', values: { acte: { upload: id } } })
    expect(taken).toMatchObject({ status: 422, body: { fields: [{ field: 'acte' }] } })
    const elsewhere = await server.as(basic('voisin')).get(`/entites/${people.neighbour}/depots/${id}`)
    expect(elsewhere.body.code).toBe('depot_introuvable')
    expect((await server.as(basic('voisin')).get(path)).body.code).toBe('entite_introuvable')
  })

  test('abandonné ou périmé, ne laisse rien derrière lui', async () => {
    const path = await announce(PDF.length)
    await add(path, 0, PDF.subarray(0, 10))
    const stale = await announce(PDF.length)
    await add(stale, 0, PDF.subarray(0, 10))
    const parts = await database.knex('upload_parts').select<{ name: string }[]>('name')
    expect(parts.length).toBeGreaterThan(1)
    expect((await agent.raw(path, { method: 'DELETE', headers: TUS })).status).toBe(204)
    expect((await agent.get(path)).status).toBe(404)
    await forgetUploads(database.knex, server.services.files, new Date(Date.now() + UPLOAD_LIFETIME + 60_000))
    expect(await codeOf(await add(stale, 10, PDF.subarray(10)))).toEqual([404, 'depot_introuvable'])
    const { rows } = await database.knex.raw<{ rows: unknown[] }>('select from upload_parts')
    expect(rows).toEqual([])
    for (const { name } of parts) await expect(buffer(server.services.files.parts.open(name))).rejects.toThrow('ENOENT')
  })
})

describe('employé dans un document', () => {
  test('ne sert qu’une fois', async () => {
    const upload = await deposited()
    const made = await create({ objet: 'Une fois', acte: { upload, name: 'acte signé.pdf' } })
    expect(made.body['values']).toMatchObject({ acte: { name: 'acte signé.pdf', type: 'application/pdf' } })
    expect(await create({ objet: 'Deux fois', acte: { upload } })).toMatchObject({
      status: 422,
      body: { code: 'saisie_invalide', fields: [{ field: 'acte' }] },
    })
  })

  test('refusé avec le reste, attend toujours', async () => {
    const upload = await deposited()
    expect((await create({ objet: 'x'.repeat(60), acte: { upload } })).status).toBe(422)
    expect((await create({ objet: 'Corrigé', acte: { upload } })).status).toBe(201)
  })

  test('doit être entier, et tenir dans le champ', async () => {
    const path = await announce(PDF.length)
    const partial = await create({ acte: { upload: path.split('/').at(-1) } })
    expect(partial.body['fields']).toMatchObject([
      { field: 'acte', message: expect.stringContaining('pas terminé') as string },
    ])
    const large = await deposited(new Uint8Array(5_000_001))
    const refused = await create({ acte: { upload: large } })
    expect(refused.body['fields']).toMatchObject([
      { field: 'acte', message: expect.stringContaining('trop volumineux') as string },
    ])
  })

  test('les annexes se rangent, se renomment, se retirent et s’ajoutent en une fois', async () => {
    const [a, b] = [await deposited(Buffer.from('un'), 'a.txt'), await deposited(Buffer.from('deux'), 'b.txt')]
    const { body } = await create({ annexes: [{ upload: a }, { upload: b }] })
    const [first, second] = (body['values'] as { annexes: { sha256: string }[] }).annexes
    const c = await deposited(Buffer.from('trois'), 'c.txt')
    const edited = await agent.send('PATCH', `${documents}/${String(body['id'])}`, {
      version: body['version'],
      values: { annexes: [{ upload: c }, { sha256: second?.sha256, name: 'bis.txt' }] },
    })
    expect(edited.body['values']).toMatchObject({ annexes: [{ name: 'c.txt' }, { name: 'bis.txt', size: 4 }] })
    const again = await agent.send('PATCH', `${documents}/${String(body['id'])}`, {
      version: edited.body['version'],
      values: { annexes: [{ sha256: first?.sha256, name: 'a.txt' }] },
    })
    expect(again).toMatchObject({ status: 422, body: { fields: [{ field: 'annexes' }] } })
  })

  test('le fichier d’un autre document n’entre pas par son empreinte', async () => {
    const { body } = await create({ acte: { upload: await deposited() } })
    const { acte } = body['values'] as { acte: object }
    expect(await create({ acte })).toMatchObject({ status: 422, body: { fields: [{ field: 'acte' }] } })
  })
})

describe('un très gros fichier', () => {
  const SIZE = 300 * 1_048_576
  const PIECE = Buffer.alloc(1_048_576, 'passeur')

  /** Bytes made as they leave. */
  async function* pieces(hash?: ReturnType<typeof createHash>) {
    for (let sent = 0; sent < SIZE; sent += PIECE.length) {
      hash?.update(PIECE)
      yield await Promise.resolve(PIECE)
    }
  }

  test('arrive et s’emploie en mémoire bornée', async () => {
    await using large = await startApi(database.knex, database.connectionString, { uploadLimit: SIZE })
    const by = large.as(basic('agent'))
    const announced = await by.raw(uploads, {
      method: 'POST',
      headers: { ...TUS, 'upload-length': String(SIZE), 'upload-metadata': named('archive.bin') },
    })
    const path = (announced.headers.get('location') ?? '').replace('/api/v3', '')
    const hash = createHash('sha256')
    const before = process.memoryUsage().rss
    let most = before
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20)
    const sent = await by.raw(path, {
      method: 'PATCH',
      headers: { ...BYTES, 'upload-offset': '0' },
      body: Readable.toWeb(Readable.from(pieces(hash))) as unknown as BodyInit,
      ...({ duplex: 'half' } as object),
    })
    expect([sent.status, sent.headers.get('upload-offset')]).toEqual([204, String(SIZE)])
    const made = await by.send('POST', documents, {
      flow: 'note',
      values: { annexes: [{ upload: path.split('/').at(-1) }] },
    })
    clearInterval(watch)
    expect(made.body['values']).toMatchObject({ annexes: [{ size: SIZE, sha256: hash.digest('hex') }] })
    expect((most - before) / 1_048_576).toBeLessThan(100)
  }, 120_000)
})

/** A server in a process of its own, over the same database and the same store. */
const serving = async (folder: string) => {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      fileURLToPath(new URL('./uploads.child.ts', import.meta.url)),
      database.connectionString,
      folder,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const gone = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await gone
  }
  const [origin] = (await Promise.race([once(child.stdout, 'data'), gone])) as [Buffer]
  return {
    agent: clientOf(`${String(origin).trim()}/api/v3`, basic('agent')),
    kill,
    [Symbol.asyncDispose]: kill,
  }
}

test('le serveur tué au milieu d’un envoi, un autre reprend là où les octets sont gardés, jusqu’à la même empreinte', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passeur-depot-'))
  const content = Buffer.concat([PDF, randomBytes(3 * 8 * 1_048_576)])
  await using first = await serving(folder)
  const path = await announce(content.length, 'gros.pdf', first.agent)
  const halfway = Readable.from(
    (async function* () {
      yield content.subarray(0, 20 * 1_048_576)
      await new Promise(() => undefined)
    })(),
  )
  const sending = first.agent.raw(path, {
    method: 'PATCH',
    headers: { ...BYTES, 'upload-offset': '0' },
    body: Readable.toWeb(halfway) as unknown as ReadableStream,
    duplex: 'half',
  } as RequestInit)
  const cut = expect(sending).rejects.toThrow()
  await vi.waitFor(async () => expect(await offsetOf(path)).toBe(16 * 1_048_576), { timeout: 20_000 })
  await first.kill()
  await cut

  await using second = await serving(folder)
  const head = await second.agent.raw(path, { method: 'HEAD', headers: TUS })
  const offset = Number(head.headers.get('upload-offset'))
  expect(offset).toBe(16 * 1_048_576)
  const rest = await second.agent.raw(path, {
    method: 'PATCH',
    headers: { ...BYTES, 'upload-offset': String(offset) },
    body: content.subarray(offset),
  })
  expect(rest.status).toBe(204)
  const values = { objet: 'Gros', annexes: [{ upload: path.split('/').at(-1) }] }
  const { status, body } = await second.agent.send('POST', documents, { flow: 'note', values })
  expect(status, JSON.stringify(body)).toBe(201)
  expect(JSON.stringify(body['values'])).toContain(createHash('sha256').update(content).digest('hex'))
  await second.kill()
  await rm(folder, { recursive: true })
}, 120_000)
