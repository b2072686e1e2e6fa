import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ConfigurationError, TemporaryError } from '../authoring/errors.ts'
import { JOURNAL_SLOT } from '../connectors/associations.ts'
import { suspendInstance } from '../connectors/instances.ts'
import { rfc3161 } from '../contracts/rfc3161/load.ts'
import type { Horodatage } from '../contracts/horodatage.ts'
import { inTransaction } from '../db/unit-of-work.ts'
import { createEntity } from '../entities/entities.ts'
import { ROOT } from '../entities/model.ts'
import { addStamping } from '../jobs/rebuild.ts'
import { createLog } from '../log.ts'
import { testDatabase, type TestDatabase } from '../testing/database.ts'
import { createStampAuthority } from '../testing/stamp-pki.ts'
import { appendJournal } from './append.ts'
import { blockOf, LINES_OF_BLOCK } from './blocks.ts'
import { merkleTree, rootOf } from './merkle.ts'
import { leadsToBlock, lineOf, proofOf } from './proof.ts'
import { createStamping } from './stamping.ts'
import { verifyJournal } from './verify.ts'

const HOUR = 3_600_000
let database: TestDatabase
let authority: Uint8Array
let stranger: Uint8Array
let pem: string
let stamper: Horodatage
/** What the stamper does next, instead of answering. */
let trouble: Error | undefined
let now: Date
let town: string
let service: string
let instanceId: string

const derOf = (certificate: string): Uint8Array => new X509Certificate(certificate).raw

beforeAll(async () => {
  const { issueToken, requestFor, stampSigner, verifyToken } = await rfc3161()
  const own = await createStampAuthority()
  const { certificate, key } = await own.issue()
  pem = own.certificate
  authority = derOf(pem)
  stranger = derOf((await createStampAuthority('Une autre')).certificate)
  stamper = {
    async stamp(content) {
      if (trouble) throw trouble
      return issueToken(requestFor(content), stampSigner(certificate, key), { at: now, policy: '1.2.3' })
    },
    verify: (content, token) => verifyToken(token, { content, authorities: [authority] }),
  }
  database = await testDatabase()
})
afterAll(() => database.close())

beforeEach(async () => {
  const db = database.knex
  now = new Date()
  trouble = undefined
  await inTransaction(db, async trx => {
    await trx.raw('set local session_replication_role = replica')
    for (const table of ['journal_blocks', 'journal', 'journal_heads', 'associations', 'connector_instances'])
      await trx.raw('delete from ??', [table])
  })
  await db.raw(`select graphile_worker.remove_job('stamping')`)
  town = (await createEntity(db, { name: 'Ville' })).id
  service = (await createEntity(db, { name: 'Service', kind: 'service', parentId: town })).id
  const [made] = await db('connector_instances')
    .insert({ entityId: ROOT, connector: 'essai', connectorVersion: 1, label: 'TSA', createdAt: now, updatedAt: now })
    .returning<{ id: string }[]>('id')
  instanceId = made?.id ?? ''
  await db('associations').insert({ entityId: ROOT, flowId: '*', slot: JOURNAL_SLOT, instanceId })
})

const stamping = (horodatage = stamper) =>
  createStamping({
    db: database.knex,
    clock: { now: () => now },
    log: createLog('silent'),
    using: (_id, call) => call(horodatage),
    suspend: async (id, message) => {
      await inTransaction(database.knex, trx => suspendInstance(trx, id, message, now))
    },
    every: HOUR,
  })

const write = (entityId: string, ...messages: readonly string[]) =>
  inTransaction(database.knex, trx =>
    appendJournal(
      trx,
      { entityId, documentId: 'd1', at: now },
      messages.map(message => ({ kind: 'state', event: 'envoye', message, by: undefined })),
    ),
  )

const blocks = async (entityId: string) =>
  (await database.knex('journal_blocks').where({ entityId }).orderBy('last_seq').select('*')).map(
    ({ firstSeq, lastSeq }: { firstSeq: string; lastSeq: string }) => [Number(firstSeq), Number(lastSeq)],
  )

const planned = async () => {
  const job = await database.knex('graphile_worker.jobs').where('key', 'stamping').first<{ runAt: Date } | undefined>()
  return job?.runAt.getTime()
}

const told = (entityId: string) =>
  database.knex('journal').where({ entityId, kind: 'admin' }).orderBy('seq').pluck('message') as Promise<string[]>

const proved = async (entityId: string, seq: number) => {
  const line = await lineOf(database.knex, entityId, seq)
  const proof = line && (await proofOf(database.knex, line))
  if (!proof) throw new Error(`la ligne ${seq} n'est pas horodatée`)
  return proof
}

/** Falsifies as an administrator of the database could: triggers off for the session. */
const tamper = (sql: string, values: readonly (string | number | Buffer)[] = []) =>
  inTransaction(database.knex, async trx => {
    await trx.raw('set local session_replication_role = replica')
    await trx.raw(sql, [...values])
  })

const firstFault = async (entityId: string, authorities: readonly Uint8Array[] | undefined = [authority]) =>
  (await verifyJournal(database.knex, entityId, authorities)).broken[0]

test('chaque ligne mène à la racine de l’arbre, et aucune autre ligne à sa place', () => {
  for (const count of [1, 2, 3, 5, 8, 13, 64]) {
    const lines = Array.from({ length: count }, (_, n) => n.toString(16).padStart(64, '0'))
    const { root } = merkleTree(lines)
    lines.forEach((line, place) => {
      const { path } = merkleTree(lines, place)
      expect(rootOf(line, path), `${place} sur ${count}`).toBe(root)
      expect(rootOf('f'.repeat(64), path)).not.toBe(root)
      expect(path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)))
    })
  }
})

test('deux entités ont chacune leur bloc, par l’horodateur dont elles héritent, et le suivant continue', async () => {
  await write(town, 'un', 'deux', 'trois')
  await write(service, 'ailleurs')
  await stamping().run()
  await write(town, 'quatre')
  now = new Date(now.getTime() + HOUR)
  await stamping().run()
  expect(await blocks(town)).toEqual([
    [1, 3],
    [4, 4],
  ])
  expect(await blocks(service)).toEqual([[1, 1]])
  expect(await planned()).toBe(now.getTime() + HOUR)
  expect(await verifyJournal(database.knex, town, [authority])).toMatchObject({ lines: 4, blocks: 2, broken: [] })
  expect((await verifyJournal(database.knex, service)).blocks).toBe(1)
  expect((await proved(service, 1)).block).toMatchObject({ authority: 'Horodateur de test', instanceLabel: 'TSA' })
})

test('OpenSSL reconnaît le jeton gardé, sur le texte que la preuve donne', async () => {
  await write(town, 'un', 'deux', 'trois')
  await stamping().run()
  const { block, blockText, text, line } = await proved(town, 2)
  expect(text).toContain('"message":"deux"')
  expect(leadsToBlock(await proved(town, 2))).toBe(true)
  expect(leadsToBlock({ ...(await proved(town, 2)), line: { ...line, message: 'faux' } })).toBe(false)
  const folder = await mkdtemp(join(tmpdir(), 'passeur-bloc-'))
  try {
    const verify = async (content: string) => {
      await writeFile(join(folder, 'bloc.json'), content)
      await writeFile(join(folder, 'jeton.der'), block.token)
      await writeFile(join(folder, 'ca.pem'), pem)
      const args = ['ts', '-verify', '-token_in', '-in', 'jeton.der', '-data', 'bloc.json', '-CAfile', 'ca.pem']
      return execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }).toString()
    }
    expect(await verify(blockText)).toContain('Verification: OK')
    await expect(verify(blockText.replace('"last":3', '"last":4'))).rejects.toThrow()
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each([
  ['une ligne récrite', `update journal set message = 'faux' where entity_id = ? and seq = 2`, 2, /après coup/u],
  [
    'un jeton abîmé',
    `update journal_blocks set token = '\\x3000' where entity_id = ? and last_seq = 3`,
    1,
    /illisible/u,
  ],
  [
    'le jeton d’un autre bloc',
    `update journal_blocks set token = (select token from journal_blocks where last_seq = 4) where entity_id = ? and last_seq = 3`,
    1,
    /lignes 1 à 3 a perdu sa preuve.*autre contenu/u,
  ],
  [
    'une racine changée',
    `update journal_blocks set root = repeat('0', 64) where entity_id = ? and last_seq = 3`,
    1,
    /racine/u,
  ],
  [
    'une date changée',
    `update journal_blocks set stamped_at = '2020-01-01' where entity_id = ? and last_seq = 4`,
    4,
    /daté du 2020/u,
  ],
  ['un bloc retiré', `delete from journal_blocks where entity_id = ? and last_seq = 3`, 1, /manque un bloc/u],
])('une falsification se voit : %s', async (_what, sql, seq, why) => {
  await write(town, 'un', 'deux', 'trois')
  await stamping().run()
  await write(town, 'quatre')
  await stamping().run()
  await tamper(sql, [town])
  expect(await firstFault(town)).toMatchObject({ seq, why: expect.stringMatching(why) as string })
})

test('une chaîne refaite avec des empreintes justes, ou raccourcie avec sa tête, ne trompe pas les blocs', async () => {
  await write(town, 'un', 'deux')
  await stamping().run()
  const { hashOf } = await import('./chain.ts')
  const line = await lineOf(database.knex, town, 2)
  if (!line) throw new Error('no line')
  const forged = hashOf({ ...line, message: 'faux' })
  await tamper(`update journal set message = 'faux', hash = ? where entity_id = ? and seq = 2`, [forged, town])
  await tamper('update journal_heads set hash = ? where entity_id = ?', [forged, town])
  expect(await firstFault(town, undefined)).toMatchObject({
    seq: 1,
    why: expect.stringContaining('récrites') as string,
  })
  await tamper('delete from journal where entity_id = ? and seq = 2', [town])
  await tamper('update journal_heads set seq = 1 where entity_id = ?', [town])
  expect(await firstFault(town)).toMatchObject({ seq: 2, why: expect.stringContaining("il s'arrête à la 1") as string })
})

test('un jeton d’une autorité que l’on ne connaît pas ne prouve rien', async () => {
  await write(town, 'un')
  await stamping().run()
  expect((await firstFault(town, [stranger]))?.why).toMatch(/ne dépendait pas de l'autorité/u)
  expect(await firstFault(town, undefined)).toBeUndefined()
})

test('une panne de l’horodateur se dit une fois à qui l’administre, puis tout se rattrape', async () => {
  await write(town, 'un')
  trouble = new TemporaryError('La TSA ne répond pas.')
  await stamping().run()
  const retry = (await planned()) ?? 0
  expect(retry).toBeGreaterThan(now.getTime())
  expect(retry).toBeLessThan(now.getTime() + 60_000)
  // Too early: it is not even asked.
  trouble = new Error('asked too early')
  await stamping().run()
  trouble = new TemporaryError('La TSA ne répond pas.')
  now = new Date(retry)
  await stamping().run()
  expect(await told(ROOT)).toEqual([expect.stringContaining('« TSA » ne rend pas de jeton. La TSA ne répond pas.')])
  expect(await blocks(town)).toEqual([])
  trouble = undefined
  now = new Date((await planned()) ?? 0)
  await stamping().run()
  expect(await blocks(town)).toEqual([[1, 1]])
  expect((await told(ROOT)).at(-1)).toContain('répond de nouveau')
  expect(await planned()).toBe(now.getTime() + HOUR)
})

test('des réglages refusés suspendent l’horodateur, et lui seul', async () => {
  await write(town, 'un')
  trouble = new ConfigurationError('Le certificat a expiré.')
  await stamping().run()
  trouble = undefined
  await stamping().run()
  expect(await blocks(town)).toEqual([])
  expect(await told(ROOT)).toEqual(['Connecteur « TSA » suspendu : Le certificat a expiré.'])
})

test('un arrêt entre le jeton reçu et son écriture se rattrape : il est redemandé', async () => {
  await write(town, 'un')
  let asked = 0
  const dying: Horodatage = {
    ...stamper,
    stamp(content) {
      if (Buffer.from(content).toString().includes(`"entityId":"${town}"`)) asked++
      return stamper.stamp(content)
    },
    verify: () => Promise.reject(new Error('le processus s’arrête')),
  }
  await stamping(dying).run()
  expect(await blocks(town)).toEqual([])
  now = new Date((await planned()) ?? 0)
  await stamping({ ...dying, verify: stamper.verify }).run()
  expect([asked, await blocks(town)]).toEqual([2, [[1, 1]]])
})

test('deux passages en même temps gardent un bloc et un seul', async () => {
  await write(town, 'un', 'deux')
  await Promise.all([stamping().run(), stamping().run()])
  expect(await blocks(town)).toEqual([[1, 2]])
  expect(await firstFault(town)).toBeUndefined()
})

test('un long journal se coupe en blocs de dix mille lignes, et une preuve y tient en quatorze empreintes', async () => {
  const lines = Array.from({ length: 2_500 }, (_, n) => `ligne ${n}`)
  for (let n = 0; n < 4; n++) await write(town, ...lines)
  await write(town, 'la dernière')
  await stamping().run()
  expect(await blocks(town)).toEqual([
    [1, LINES_OF_BLOCK],
    [LINES_OF_BLOCK + 1, LINES_OF_BLOCK + 1],
  ])
  const proof = await proved(town, 7_777)
  expect(proof.path.length).toBeLessThanOrEqual(14)
  expect(leadsToBlock(proof)).toBe(true)
  expect(await blockOf(database.knex, town, LINES_OF_BLOCK + 2)).toBeUndefined()
  expect(await verifyJournal(database.knex, town, [authority])).toMatchObject({ blocks: 2, broken: [] })
})

test('sans horodateur associé rien n’est demandé ; avec, un seul passage est prévu', async () => {
  const db = database.knex
  await db('associations').delete()
  await addStamping(db, now)
  expect(await planned()).toBeUndefined()
  await db('associations').insert({ entityId: ROOT, flowId: '*', slot: JOURNAL_SLOT, instanceId })
  await addStamping(db, now)
  await addStamping(db, new Date(now.getTime() + HOUR))
  expect(await planned()).toBe(now.getTime())
})
