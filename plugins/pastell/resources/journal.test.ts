import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { createStampAuthority } from '#core/testing'
import { basic, clientOf } from '../testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
let id_d: string
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
  const made = await api('POST', `/entite/${hub.town}/document`, { body: 'type=ls-actes' })
  id_d = (made.json as { readonly id_d: string }).id_d
  await api('PATCH', `/entite/${hub.town}/document/${id_d}`, { body: 'objet=Budget, primitif' })
  await api('POST', `/entite/${hub.neighbour}/document`, { login: 'voisin', body: 'type=ls-actes' })
})
afterAll(() => hub[Symbol.asyncDispose]())

type Row = Readonly<Record<string, string | null>>
const refused = (message: string) => ({ status: 'error', 'error-message': message })
const rows = async (query: string, login = 'agent') => (await api('GET', `/journal?${query}`, { login })).json as Row[]

const COLUMNS = [
  ...['id_j', 'type', 'id_e', 'id_u', 'id_d', 'action', 'message', 'date', 'date_horodatage', 'message_horodate'],
  ...['document_type', 'titre', 'denomination', 'nom', 'prenom', 'siren', 'document_type_libelle', 'action_libelle'],
]

describe('le journal de l’API de Pastell', () => {
  test('les événements sont des textes, du plus récent au plus ancien', async () => {
    const found = await rows(`id_e=${hub.town}`)
    expect(found.length).toBeGreaterThanOrEqual(2)
    const last = found.at(-1)
    expect(Object.keys(last ?? {})).toEqual(COLUMNS)
    expect(last).toMatchObject({
      type: '1',
      id_e: hub.town,
      id_u: hub.users.agent,
      id_d,
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/u) as string,
      date_horodatage: '0000-00-00 00:00:00',
      document_type: 'ls-actes',
      denomination: 'Ville',
      nom: 'Durand',
      prenom: 'Camille',
      siren: '213400005',
    })
    expect(last?.['message_horodate']).toMatch(
      new RegExp(`^1 - ${hub.town} - ${hub.users.agent} - ${id_d} - .* - ls-actes$`, 'u'),
    )
    const numbers = found.map(each => Number(each['id_j']))
    expect(numbers).toEqual(numbers.toSorted((a, b) => b - a))
  })

  test('les filtres se combinent, sans jamais sortir de l’entité demandée', async () => {
    const all = await rows(`id_e=${hub.town}`)
    const today = (all[0]?.['date'] ?? '').slice(0, 10)
    expect(await rows(`id_e=${hub.town}&id_d=${id_d}&type=ls-actes&id_user=${hub.users.agent}`)).toEqual(all)
    expect(await rows(`id_e=${hub.town}&date_debut=${today}&date_fin=${today}`)).toEqual(all)
    expect(await rows(`id_e=${hub.town}&date_fin=2020-01-01`)).toEqual([])
    expect(await rows(`id_e=${hub.town}&type=inconnu`)).toEqual([])
    expect(await rows(`id_e=${hub.town}&recherche=${id_d.toLowerCase()}`)).toEqual(all)
    expect(await rows(`id_e=${hub.town}&recherche=%25zut_`)).toEqual([])
    expect(await rows(`id_e=${hub.town}&limit=1&offset=1`)).toEqual(all.slice(1, 2))
    expect((await rows('limit=-1', 'admin')).map(each => each['id_e'])).toContain(hub.neighbour)
  })

  test('le droit se vérifie sur l’entité demandée, la racine par défaut', async () => {
    const message = (id: string) => refused(`Acces interdit id_e=${id}, droit=journal:lecture,id_u=${hub.users.agent}`)
    for (const [query, id] of [
      ['', '0'],
      [`?id_e=${hub.neighbour}`, hub.neighbour],
      ['?id_e=999999', '999999'],
      ['?id_e=1abc', '1abc'],
    ] as const)
      expect(await api('GET', `/journal${query}`)).toMatchObject({ status: 403, json: message(id) })
    const [theirs] = await rows(`id_e=${hub.neighbour}`, 'voisin')
    expect(await api('GET', `/journal/${theirs?.['id_j']}`)).toMatchObject({
      status: 403,
      json: message(hub.neighbour),
    })
  })

  test('un événement garde le nom que Pastell lui donne, et son type de dossier quand le dossier n’est plus là', async () => {
    const made = await api('POST', `/entite/${hub.town}/document`, { body: 'type=ls-document-pdf' })
    const gone = (made.json as { readonly id_d: string }).id_d
    const of = `/entite/${hub.town}/document/${gone}`
    await api('POST', `${of}/file/document`, { body: 'file_name=a.txt&file_content=a' })
    await api('PATCH', of, { body: 'libelle=Courrier' })
    await api('POST', `${of}/file/document`, { body: 'file_name=a.pdf&file_content=%25PDF-1.4' })
    expect((await api('GET', `${of}/file/document`)).status).toBe(200)
    expect((await api('DELETE', of)).status).toBe(204)
    const told = (await rows(`id_e=${hub.town}&id_d=${gone}`)).toReversed()
    expect(told.map(each => [each['type'], each['action'], each['action_libelle']])).toEqual([
      ['1', 'creation', 'Créé'],
      ...told.slice(1, -2).map(() => ['1', 'modification', 'En cours de rédaction']),
      ['7', 'consultation', 'Consulté'],
      ['1', 'supression', 'Supprimé'],
    ])
    expect(new Set(told.map(each => each['document_type']))).toEqual(new Set(['ls-document-pdf']))
    const { json } = await api('GET', `/journal/${told[0]?.['id_j']}`)
    expect(json).toMatchObject({ document_type: 'ls-document-pdf', action: 'creation', titre: null })
  })

  test('le détail porte la preuve : le texte dont l’empreinte enchaîne la ligne suivante', async () => {
    const [, previous] = await rows(`id_e=${hub.town}`)
    const [next] = await rows(`id_e=${hub.town}`)
    const proofOf = async (row: Row | undefined) => {
      const { json } = await api('GET', `/journal/${row?.['id_j']}`)
      expect(Object.keys(json as object)).toEqual([
        ...COLUMNS.slice(0, 8),
        'preuve',
        ...COLUMNS.slice(8).filter(name => name !== 'siren'),
      ])
      return Buffer.from((json as { readonly preuve: string }).preuve, 'base64').toString('utf8')
    }
    const quoted = JSON.parse(await proofOf(next)) as { readonly prevHash: string }
    expect(
      createHash('sha256')
        .update(await proofOf(previous))
        .digest('hex'),
    ).toBe(quoted.prevHash)
  })

  test('un événement non horodaté a un jeton vide ; un inconnu est introuvable', async () => {
    const [row] = await rows(`id_e=${hub.town}`)
    const token = await api('GET', `/journal/${row?.['id_j']}/jeton`)
    expect(token).toMatchObject({ status: 200, text: '' })
    expect(token.headers['content-type']).toBe('application/timestamp-reply')
    expect(token.headers['content-disposition']).toBe(
      `attachment; filename=pastell-journal-preuve-${row?.['id_j']}.tsr`,
    )
    expect(await api('GET', `/journal/${row?.['id_j']}/zut`)).toMatchObject({
      status: 404,
      json: refused('Ressource zut non trouvée'),
    })
    for (const id of ['999999', 'abc'])
      expect(await api('GET', `/journal/${id}`)).toMatchObject({
        status: 404,
        json: refused(`L'événement ${id} n'a pas été trouvé`),
      })
  })

  test('l’export CSV va du plus ancien au plus récent, en plusieurs lectures', async () => {
    await hub.hub.cradle.db.raw(
      `insert into journal (entity_id, seq, at, kind, event, message, prev_hash, hash)
       select ?, n, now(), 'admin', 'essai', format(E'Essai %s, dit "premier"\\nsuite', n), '0', '0'
       from generate_series(1, 1203) n order by n`,
      [hub.service],
    )
    const answer = await api('GET', `/journal?id_e=${hub.service}&format=csv&csv_entete_colonne=1&limit=-1`)
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(answer.headers['content-disposition']).toContain(`pastell-export-journal-${hub.service}-`)
    const [heading, ...lines] = answer.text.trimEnd().split('\n')
    expect(heading).toBe(COLUMNS.join(','))
    expect(lines).toHaveLength(1203)
    expect(lines[0]).toContain('"Essai 1, dit ""premier"" suite"')
    expect(lines.at(-1)).toContain('"Essai 1203, ')
    const some = await api('GET', `/journal?id_e=${hub.service}&format=csv&limit=2&offset=3`)
    expect(some.text.split('\n')).toEqual([
      expect.stringContaining('Essai 4,'),
      expect.stringContaining('Essai 5,'),
      '',
    ])
  })

  test.each(['offset=-1', 'limit=abc', 'limit=-2', 'date_debut=31/12/2024', 'date_fin=2024-02-31'])(
    '« %s » est une erreur lisible, sans SQL',
    async query => {
      const { status, json } = await api('GET', `/journal?id_e=${hub.town}&${query}`)
      expect(status).toBe(400)
      expect((json as Row)['error-message']).toMatch(/^Le paramètre /u)
    },
  )
})

test('avec un horodateur global, un événement a sa date, son jeton que reconnaît OpenSSL, et toute sa preuve', async () => {
  const { connectors, stamping } = hub.hub.cradle
  const authority = await createStampAuthority()
  const { certificate, key } = await authority.issue()
  const files = { certificat: certificate, cle: key, autorite: authority.certificate }
  const { id } = await connectors.create(
    { entityId: '0', userId: hub.users.admin },
    {
      connector: 'horodatage-interne',
      label: 'Horodateur',
      config: Object.fromEntries(
        Object.entries(files).map(([name, pem]) => [name, Buffer.from(pem).toString('base64')]),
      ),
    },
  )
  const bound = await api('POST', `/entite/0/flux/global/connecteur/${id}`, { login: 'admin', body: 'type=horodateur' })
  expect(bound.json).toEqual({ id_fe: expect.any(String) as string })
  expect((await api('GET', '/entite/0/flux?type=horodateur', { login: 'admin' })).json).toMatchObject([
    { flux: 'global', id_ce: id, type: 'horodateur', num_same_type: 0 },
  ])
  await stamping.run()

  const [row] = await rows(`id_e=${hub.town}`)
  expect(row?.['date_horodatage']).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/u)
  const { json } = await api('GET', `/journal/${row?.['id_j']}`)
  const proof = JSON.parse(Buffer.from((json as { readonly preuve: string }).preuve, 'base64').toString('utf8')) as {
    readonly line: { readonly seq: number; readonly text: string; readonly hash: string }
    readonly block: { readonly text: string }
  }
  expect(createHash('sha256').update(proof.line.text).digest('hex')).toBe(proof.line.hash)
  const native = await api('GET', `/api/v3/entites/${hub.town}/journal/${proof.line.seq}/preuve`)
  expect(native.json).toEqual(proof)
  const folder = await mkdtemp(join(tmpdir(), 'passeur-tsr-'))
  try {
    const answer = await fetch(`${hub.origin}/api/v2/journal/${row?.['id_j']}/jeton`, {
      headers: { authorization: basic('agent') },
    })
    await writeFile(join(folder, 'jeton.tsr'), Buffer.from(await answer.arrayBuffer()))
    await writeFile(join(folder, 'bloc.json'), proof.block.text)
    await writeFile(join(folder, 'ca.pem'), authority.certificate)
    const args = ['ts', '-verify', '-in', 'jeton.tsr', '-data', 'bloc.json', '-CAfile', 'ca.pem']
    expect(execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }).toString()).toContain('OK')
  } finally {
    await rm(folder, { recursive: true })
  }
  expect(await api('GET', `/api/v3/entites/${hub.town}/journal/999999/preuve`)).toMatchObject({ status: 404 })
  expect(await api('GET', `/api/v3/entites/${hub.town}/journal/1/preuve`, { login: 'voisin' })).toMatchObject({
    status: 404,
  })
})

test('la création d’une entité et celle d’un compte s’y lisent, et n’empêchent pas de les supprimer', async () => {
  const body = 'denomination=Syndicat des eaux&type=collectivite'
  const entity = (await api('POST', '/entite', { login: 'admin', body })).json as { readonly id_e: string }
  const user = await api('POST', '/utilisateur', {
    login: 'admin',
    body: `login=eaux&nom=Source&prenom=Claire&email=eaux@ville.example&id_e=${entity.id_e}`,
  })
  const { id_u } = user.json as { readonly id_u: string }
  for (const path of [`/utilisateur/${id_u}`, `/entite/${entity.id_e}`])
    expect((await api('DELETE', path, { login: 'admin' })).status, path).toBe(200)
  const lines = (await api('GET', '/journal?limit=4', { login: 'admin' })).json as readonly Record<string, unknown>[]
  expect(lines.map(({ type, action, message, id_u: by }) => [type, action, message, by])).toEqual([
    ['3', 'entite.suppression', `Entité « Syndicat des eaux » (n° ${entity.id_e}) supprimée.`, hub.users.admin],
    ['4', 'compte.suppression', `Compte « eaux » (n° ${id_u}) supprimé.`, hub.users.admin],
    ['4', 'compte.creation', `Compte « eaux » (n° ${id_u}) créé.`, hub.users.admin],
    ['3', 'entite.creation', `Entité « Syndicat des eaux » (n° ${entity.id_e}) créée.`, hub.users.admin],
  ])
})

describe('les extensions de l’API de Pastell', () => {
  test('se lisent, et s’installent sur le serveur seulement', async () => {
    const { json } = await api('GET', '/extension', { login: 'admin' })
    const all = Object.values((json as { readonly result: Record<string, Row> }).result)
    const own = all.find(each => each['id'] === 'pastell')
    expect(own).toMatchObject({ path: 'plugins/pastell', error: false, 'pastell-version-ok': true })
    const path = `/extension/${own?.['id_e']}`
    expect((await api('GET', path, { login: 'admin' })).json).toEqual(own)
    expect((await api('GET', '/extension')).status).toBe(403)
    expect(await api('POST', '/extension', { login: 'admin', body: 'path=plugins/pastell' })).toMatchObject({
      status: 409,
      json: refused("L'extension #pastell est déja présente"),
    })
    expect((await api('POST', '/extension', { login: 'admin', body: 'path=/opt/x' })).json).toEqual(
      refused("Le chemin « /opt/x » n'existe pas sur le système de fichier"),
    )
    expect((await api('DELETE', path, { login: 'admin' })).status).toBe(403)
    expect(await api('PATCH', '/extension/999', { login: 'admin' })).toMatchObject({
      status: 404,
      json: refused('Extension #999 non trouvée'),
    })
    expect(await api('GET', '/extension/999', { login: 'admin' })).toMatchObject({
      status: 404,
      json: refused("L'extension #999 n'existe pas."),
    })
  })
})
