import { randomBytes, scryptSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashRaw } from '@node-rs/argon2'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EntityModel, saveRole } from '#core'
import { HUB_PASSWORD, startWholeHub, type WholeHub } from '#core/conformance'
import { entityImporter } from './command.ts'
import { bringOver, lineOf } from './report.ts'

let hub: WholeHub
let folder: string
beforeAll(async () => {
  hub = await startWholeHub()
  folder = await mkdtemp(join(tmpdir(), 'passeur-entite-'))
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const PASSWORD = 'Le mot de passe montré par Pastell'
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64')

/** What Pastell writes of an entity, its daughter, and their connectors (pastell-domain.md §1.8, §5.13). */
const EXPORT = {
  entity_info: {
    id_e: '12',
    denomination: 'Métropole',
    siren: '213400005',
    type: 'collectivite',
    entite_mere: '0',
    is_active: '1',
  },
  entity_child: [
    { id_e: 15, denomination: 'Crèche fermée', siren: '', type: 'collectivite', entite_mere: '14', is_active: '0' },
    { id_e: 14, denomination: 'Bourg', siren: '123', type: 'collectivite', entite_mere: '12', is_active: '1' },
  ],
  connecteur_info: [
    {
      id_ce: '7',
      id_e: '12',
      libelle: 'GED centrale',
      id_connecteur: 'depot-webdav',
      type: 'GED',
      data: {
        metadata: { depot_webdav_url: 'https://ged.exemple.fr/dav', depot_webdav_password: 'S3CRET', couleur: 'bleu' },
      },
    },
    {
      id_ce: '8',
      id_e: '12',
      libelle: 'S²low',
      id_connecteur: 's2low',
      type: 'TdT',
      data: JSON.stringify({
        metadata: { url: 'https://s2low.exemple.fr', user_certificat: ['moi.p12'], user_certificat_password: 'P12' },
        file: { user_certificat: [base64('un certificat')] },
      }),
    },
    {
      id_ce: '9',
      id_e: '12',
      libelle: 'Bordereaux',
      id_connecteur: 'generateur-seda-asalae-2.1',
      type: 'Bordereau SEDA',
      data: { metadata: { hash_algorithm: 'sha256' }, file: { data: [base64('{"titre":"Actes"}')] } },
    },
    { id_ce: '10', id_e: '14', libelle: 'Robot', id_connecteur: 'robot-maison', type: 'Robot', data: { metadata: {} } },
  ],
  association_info: {
    '12': [
      { id_fe: '1', id_e: '12', flux: 'ls-actes', id_ce: '7', type: 'GED', num_same_type: '0' },
      { id_fe: '2', id_e: '12', flux: 'ls-actes', id_ce: '8', type: 'TdT', num_same_type: '0' },
      { id_fe: '3', id_e: '12', flux: 'flux-maison', id_ce: '7', type: 'GED', num_same_type: '0' },
      { id_fe: '4', id_e: '12', flux: 'ls-actes', id_ce: '10', type: 'GED', num_same_type: '0' },
    ],
    '14': [{ id_fe: '5', id_e: '14', flux: 'ls-actes', id_ce: '7', type: 'GED', num_same_type: '0' }],
  },
  association_heritage_info: { '14': ['ls-actes'] },
}

const INTERACTIVE = { timeCost: 2, memoryCost: 65_536 }
const sealed = async (
  content: object,
  {
    cost = INTERACTIVE,
    keyOf = salt => hashRaw(PASSWORD, { salt, ...cost, parallelism: 1, outputLen: 32 }),
    saltBytes = 16,
    box = xsalsa20poly1305,
    written = 'hex',
  }: {
    readonly cost?: typeof INTERACTIVE
    readonly keyOf?: (salt: Uint8Array) => Promise<Uint8Array>
    readonly saltBytes?: number
    readonly box?: typeof xsalsa20poly1305
    readonly written?: BufferEncoding
  } = {},
): Promise<string> => {
  const [salt, nonce] = [randomBytes(saltBytes), randomBytes(24)]
  const key = await keyOf(salt)
  const seal = box(key, nonce).encrypt(Buffer.from(JSON.stringify(content)))
  return JSON.stringify({ salt: salt.toString(written), message: Buffer.concat([nonce, seal]).toString('base64') })
}

const bring = async (mode: 'dry' | 'apply', content: object = EXPORT) => {
  const { services } = hub.hub.cradle
  const importing = { parentId: hub.neighbour, userId: hub.users.admin, mode } as const
  return (await bringOver(await sealed(content), { password: PASSWORD }, services, importing)).map(lineOf)
}
const entityNamed = (name: string) => EntityModel.query(hub.hub.cradle.db).findOne({ name })

describe('la configuration d’une entité', () => {
  let promised: readonly string[]

  test('est dite d’abord, sans rien écrire', async () => {
    const lines = await bring('dry')
    expect(await entityNamed('Métropole')).toBeUndefined()
    promised = lines
  })

  test('vient entière : entités, connecteurs et leurs secrets, associations ; ce qui ne peut pas venir est dit', async () => {
    const lines = (await bring('apply')).map(line => line.replace(/ \(\d+\)$/u, ''))
    expect(lines).toMatchSnapshot()
    expect(promised).toEqual(lines)
    expect(lines.join()).not.toMatch(/S3CRET|P12\b|certificat\b.*un/u)

    const { connectors, connections, services } = hub.hub.cradle
    const [town, village, closed] = await Promise.all(['Métropole', 'Bourg', 'Crèche fermée'].map(entityNamed))
    expect(town).toMatchObject({ parentId: hub.neighbour, siren: '213400005' })
    expect(village).toMatchObject({ parentId: town?.id, siren: null })
    expect(closed).toMatchObject({ parentId: village?.id, active: false })
    const own = (await connectors.list(town?.id ?? '')).filter(each => each.entityId === town?.id)
    const ged = own.find(each => each.label === 'GED centrale')
    expect((await connections.open(ged?.id ?? '')).context.config).toMatchObject({ motDePasse: 'S3CRET' })
    expect(own.find(each => each.label === 'S²low')?.secretsSet).toContain('certificat')
    const bindings = await services.connectors.bindings({ entityId: town?.id ?? '' })
    expect(bindings).toContainEqual(expect.objectContaining({ flow: 'ls-actes', instanceId: ged?.id }))
    expect(await services.connectors.bindings({ entityId: village?.id ?? '' })).toEqual([])
    const told = await hub.hub.cradle.db('journal').where({ event: 'entite.creation' }).pluck<string[]>('message')
    expect(told).toContainEqual(expect.stringContaining('« Métropole »'))
  })

  test('reprise une seconde fois, ne crée ni ne défait rien : ce qu’un administrateur a changé depuis demeure', async () => {
    const { db } = hub.hub.cradle
    await EntityModel.query(db).findOne({ name: 'Crèche fermée' }).patch({ active: true })
    const count = async () => [
      await EntityModel.query(db).resultSize(),
      ...(await db('connector_instances').count()),
      ...(await db('associations').count()),
    ]
    const before = await count()
    const lines = await bring('apply')
    expect(lines).toMatchSnapshot()
    expect(await count()).toEqual(before)
    expect(await entityNamed('Crèche fermée')).toMatchObject({ active: true })
  })

  test('sans entité dans l’export, ses connecteurs vont là où l’import est fait', async () => {
    const { connecteur_info } = EXPORT
    const lines = await bring('apply', { connecteur_info: [{ ...connecteur_info[0], id_e: '99', libelle: 'Seul' }] })
    expect(lines).toContain('créé : le connecteur « Seul » (depot-webdav)')
    const own = await hub.hub.cradle.connectors.list(hub.neighbour)
    expect(own.some(each => each.label === 'Seul' && each.entityId === hub.neighbour)).toBe(true)
  })
})

describe('un export chiffré', () => {
  const open = (text: string, password?: string, derivation?: string) =>
    bringOver(text, { password, derivation }, hub.hub.cradle.services, {
      parentId: hub.neighbour,
      userId: hub.users.admin,
      mode: 'dry',
    })

  test('ne s’ouvre pas avec un autre mot de passe, ni sans', async () => {
    const text = await sealed(EXPORT)
    await expect(open(text, 'autre', 'argon2id:2:64')).rejects.toMatchObject({
      detail: expect.stringContaining('exporter à nouveau') as unknown,
    })
    await expect(open(text)).rejects.toMatchObject({ detail: expect.stringContaining('chiffré') as unknown })
    const { salt } = JSON.parse(text) as { salt: string }
    await expect(open(JSON.stringify({ salt, message: 'AAAA' }), PASSWORD)).rejects.toThrow()
  })

  test('s’ouvre quelle que soit la boîte de libsodium, et avec une dérivation que l’on dit', async () => {
    const small = { entity_info: { id_e: '3', denomination: 'Canton', entite_mere: '0' } }
    const other = await sealed(small, { box: xchacha20poly1305, written: 'base64' })
    expect((await open(other, PASSWORD)).map(lineOf)).toEqual(["créé : l'entité « Canton »"])
    const heavier = await sealed(small, { cost: { timeCost: 5, memoryCost: 16 * 1024 } })
    expect((await open(heavier, PASSWORD, 'argon2id:5:16')).map(lineOf)).toEqual(["créé : l'entité « Canton »"])
  })

  test('s’ouvre sans rien dire quand Pastell a employé argon2i ou scrypt', async () => {
    const small = { entity_info: { id_e: '3', denomination: 'Canton', entite_mere: '0' } }
    const options = { algorithm: 1, timeCost: 4, memoryCost: 32 * 1024, parallelism: 1, outputLen: 32 }
    const argon2i = await sealed(small, { keyOf: salt => hashRaw(PASSWORD, { ...options, salt }) })
    expect((await open(argon2i, PASSWORD)).map(lineOf)).toEqual(["créé : l'entité « Canton »"])
    // `crypto_pwhash_scryptsalsa208sha256`, OPSLIMIT and MEMLIMIT « INTERACTIVE »; its salt has 32 bytes.
    const scrypt = await sealed(small, {
      saltBytes: 32,
      keyOf: async salt => scryptSync(PASSWORD, salt, 32, { N: 2 ** 14, r: 8, p: 1, maxmem: 2 ** 26 }),
    })
    expect((await open(scrypt, PASSWORD)).map(lineOf)).toEqual(["créé : l'entité « Canton »"])
    await expect(open(scrypt, 'autre')).rejects.toMatchObject({ code: 'requete_invalide' })
  })

  test('ce qui n’est pas un export est refusé avec une phrase', async () => {
    await expect(open('pas du JSON')).rejects.toMatchObject({ detail: expect.stringContaining('JSON') as unknown })
    await expect(open('{"a":1}')).rejects.toMatchObject({ detail: expect.stringContaining('export') as unknown })
  })
})

test('la commande dit ce qui viendrait, et refuse un compte inconnu', async () => {
  const path = join(folder, 'export.json')
  await writeFile(path, JSON.stringify({ entity_info: { id_e: '3', denomination: 'Canton', entite_mere: '0' } }))
  const { services } = hub.hub.cradle
  const lines = await entityImporter.run([path, '--compte', 'admin'], services)
  expect(lines).toEqual([
    "créé : l'entité « Canton »",
    'Essai, rien n’est écrit (--appliquer pour reprendre) : 1 créé.',
  ])
  await expect(entityImporter.run([path, '--compte', 'personne'], services)).rejects.toMatchObject({
    detail: expect.stringContaining('personne') as unknown,
  })
})

test('l’API reçoit l’export de qui administre l’entité, et de lui seul ; son mot de passe ne reste nulle part', async () => {
  const { db } = hub.hub.cradle
  const send = async (login: string, appliquer: 'oui' | 'non', entityId = hub.neighbour) => {
    const form = new FormData()
    form.set('motDePasse', PASSWORD)
    form.set('appliquer', appliquer)
    form.set('fichier', new Blob([await sealed({ ...EXPORT, entity_info: { id_e: '12', denomination: 'Port' } })]), 'x')
    return fetch(`${hub.origin}/api/v3/entites/${entityId}/import-pastell`, {
      method: 'POST',
      headers: { authorization: `Basic ${base64(`${login}:${HUB_PASSWORD}`)}`, 'idempotency-key': `import-${login}` },
      body: form,
    })
  }
  const answer = await send('voisin', 'oui')
  const text = await answer.text()
  expect([answer.status, text]).toEqual([200, expect.stringContaining("l'entité « Port »")])
  expect((await entityNamed('Port'))?.parentId).toBe(hub.neighbour)
  expect((await send('agent', 'non')).status).toBe(404)
  expect((await send('voisin', 'non', '0')).status).toBe(404)

  await saveRole(db, { id: 'regisseur', label: 'Régisseur', rights: ['entite:edition'] })
  await db('user_roles').where({ user_id: hub.users.voisin }).update({ role_id: 'regisseur' })
  const refused = await send('voisin', 'non')
  expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('connecteur:edition')])

  const tables = await db('pg_tables').where({ schemaname: 'public' }).pluck<string[]>('tablename')
  for (const table of tables) {
    const held: unknown = await db(table)
      .whereRaw('??::text like ?', [table, `%${PASSWORD}%`])
      .first()
    expect([table, held]).toEqual([table, undefined])
  }
  expect(text).not.toContain(PASSWORD)
})
