import { once } from 'node:events'
import { connect } from 'node:net'
import { buffer as bufferOf, text as textOf } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesHeld } from '#core'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { clientOf, request, sendRaw } from './testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
})
afterAll(() => hub[Symbol.asyncDispose]())

const refused = (message: string) => ({ status: 'error', 'error-message': message })

describe('la façade HTTP de Pastell', () => {
  test.each([
    '/api/v2/version',
    '/api/v2//version',
    '//api/v2/version/',
    '/api/?api_function=v2/version',
    '/api/index.php?api_function=v2/version',
    '/api/v2/entite?api_function=v2%2Fversion',
    '/api/v2/Version/reste/ignore?inconnu=1',
  ])('%s donne la version', async path => {
    const { status, json, headers } = await api('GET', path)
    expect(status).toBe(200)
    expect(json).toMatchObject({ version: expect.stringMatching(/^4\.1\./u) as string })
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
  })

  test('l’ordre des refus est celui de Pastell : méthode, fonction, script, version, preuve, ressource', async () => {
    const nobody = { login: null }
    for (const method of ['PUT', 'HEAD', 'OPTIONS', 'TRACE'])
      expect((await api(method, '/version', nobody)).status, method).toBe(405)
    expect(await api('GET', '/api/', nobody)).toMatchObject({
      status: 400,
      json: refused("Il faut spécifier une fonction de l'api"),
    })
    expect(await api('GET', '/api/rien.php', nobody)).toMatchObject({
      status: 404,
      json: refused('Impossible de trouver le script rien.php'),
    })
    expect(await api('GET', '/api/V2/version', nobody)).toMatchObject({
      status: 400,
      json: refused("Version de l'API incorrecte ou version absente"),
    })
    const unknown = await api('GET', '/rien', nobody)
    expect(unknown).toMatchObject({ status: 401, json: refused('Accès interdit') })
    expect(unknown.headers['www-authenticate']).toBe('Basic realm="API Pastell"')
    expect(await api('GET', '/rien')).toMatchObject({
      status: 404,
      json: refused("La ressource Rien n'a pas été trouvée"),
    })
    expect(await api('GET', '/api/v2')).toMatchObject({ status: 400, json: refused('Ressource absente') })
    expect(await api('POST', '/version')).toMatchObject({
      status: 405,
      json: refused("La méthode post n'existe pas pour cette ressource"),
    })
  })

  test('une offre de HTTP/2 en clair est ignorée, la demande reçoit sa réponse', async () => {
    const headers = { Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' }
    const bytes = request('GET', '/api/v2/version', { headers })
    const asked = Buffer.from(
      bytes.toString('latin1').replace('Connection: close', 'Connection: Upgrade, HTTP2-Settings, close'),
      'latin1',
    )
    expect((await sendRaw(hub.port, asked)).status).toBe(200)
  })

  test('la sonde des outils de supervision répond, avec une preuve', async () => {
    expect(await api('GET', '/api/rest/allo')).toMatchObject({ status: 200, json: { produit: 'Pastell' } })
    expect((await api('GET', '/api/rest/allo', { login: null })).status).toBe(401)
  })

  test('la première version répond sur une ligne, avec des textes', async () => {
    const { status, text } = await api('DELETE', '/api/version.php', { body: 'x=1' })
    expect(status).toBe(200)
    expect(text).toContain('"last_changed_date":""')
    expect(text).not.toContain('\n')
  })

  test('« /api » renvoie à « /api/ », et l’API native garde ses adresses', async () => {
    expect((await api('GET', '/api', { login: null })).status).toBe(301)
    expect((await api('GET', '/api/v3/session')).json).toMatchObject({ user: { login: 'agent' } })
  })
})

describe('les demandes étranges des anciens clients, octet par octet', () => {
  const PDF = '%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n'
  const born = async (): Promise<string> => {
    const { status, json } = await api('POST', `/entite/${hub.town}/document`, { body: 'type=ls-actes' })
    expect(status).toBe(201)
    return (json as { readonly id_d: string }).id_d
  }
  const document = (id: string, below = '') => `/api/v2/entite/${hub.town}/document/${id}${below}`
  const titleOf = async (id: string): Promise<unknown> =>
    ((await api('GET', document(id))).json as { readonly info: { readonly titre: unknown } }).info.titre
  const withoutLength = (bytes: Buffer) =>
    Buffer.from(bytes.toString('latin1').replace(/Content-Length: \d+\r\n/u, ''), 'latin1')

  test('« Expect: 100-continue » reçoit son invitation, puis sa réponse', async () => {
    const body = 'type=ls-actes'
    const bytes = request('POST', `/api/v2/entite/${hub.town}/document`, { headers: { Expect: '100-continue' }, body })
    const socket = connect(hub.port, '127.0.0.1')
    socket.write(bytes.subarray(0, bytes.length - body.length))
    const [invited] = (await once(socket, 'data')) as [Buffer]
    expect(invited.toString('latin1')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write(body)
    expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 201 /u)
  })

  test('un corps en morceaux, sans longueur ni Content-Type, est un formulaire', async () => {
    const id = await born()
    const headers = { 'Transfer-Encoding': 'chunked' }
    const body = 'c\r\nobjet=Coup\u00e9\r\n3\r\n en\r\n6\r\n trois\r\n0\r\n\r\n'
    expect((await sendRaw(hub.port, withoutLength(request('PATCH', document(id), { headers, body })))).status).toBe(200)
    expect(await titleOf(id)).toBe('Coupé en trois')
  })

  test.each([
    ['du JSON', 'application/json', JSON.stringify({ objet: 'Été à Nîmes' })],
    ['du JSON de jeu de caractères dit', 'application/json;charset=UTF-8', JSON.stringify({ objet: 'Été à Nîmes' })],
    ['un formulaire au mauvais type', 'text/plain', 'objet=Été à Nîmes'],
    ['un formulaire aux paramètres vides', 'application/x-www-form-urlencoded', '&&objet=Été à Nîmes&=x&acte_nature=&'],
    ['un formulaire encodé', 'application/x-www-form-urlencoded', 'objet=%C3%89t%C3%A9+%C3%A0+N%C3%AEmes'],
    [
      'des parties à guillemets et fins de ligne LF',
      'multipart/form-data; boundary="fin de partie"',
      '--fin de partie\nContent-Disposition: form-data; name="objet"\n\nÉté à Nîmes\n--fin de partie--\n',
    ],
  ])('%s remplit le document', async (_what, type, body) => {
    const id = await born()
    const answer = await api('PATCH', document(id), { headers: { 'Content-Type': type }, body })
    expect(answer.status, answer.text).toBe(200)
    expect(await titleOf(id)).toBe('Été à Nîmes')
  })

  test.each([
    ['avec nom de fichier et délimiteur final', '; filename="ignoré.pdf"', 'application/pdf', '\r\n--b--\r\n'],
    ['sans nom de fichier ni délimiteur final', '', 'application/octet-stream', ''],
    ['au nom vide', '; filename=""', 'application/octet-stream', '\r\n--b--'],
  ])('une pièce %s arrive entière, sous le nom dit à part', async (_what, filename, type, end) => {
    const id = await born()
    const body = `--b\r\nContent-Disposition: form-data; name="file_content"${filename}\r\nContent-Type: ${type}\r\n\r\n${PDF}\r\n--b\r\nContent-Disposition: form-data; name="file_name"\r\n\r\ndélibération.pdf${end}`
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' }
    const sent = await api('POST', document(id, '/file/arrete/'), { headers, body })
    expect(sent.status, sent.text).toBe(201)
    expect(sent.json).toMatchObject({ content: { data: { arrete: ['délibération.pdf'] } } })
    expect((await api('GET', document(id, '//file//arrete/0'))).text).toBe(PDF)
  })

  // Every byte there is: neither a text nor a type says that these are a file.
  const BYTES = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))])
  const partOf = (head: string) => ({
    type: 'multipart/form-data; boundary=b',
    body: Buffer.concat([
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="file_content"${head}\r\n\r\n`),
      BYTES,
      Buffer.from('\r\n--b\r\nContent-Disposition: form-data; name="file_name"\r\n\r\na.pdf\r\n--b--\r\n'),
    ]),
  })
  test.each([
    [
      'dans un formulaire encodé',
      {
        type: 'application/x-www-form-urlencoded',
        body: Buffer.from(`file_name=a.pdf&file_content=${BYTES.toString('hex').replaceAll(/../gu, '%$&')}`),
      },
    ],
    ['dans une partie sans nom de fichier ni type', partOf('')],
    ['dans une partie qui se dit du texte', partOf('\r\nContent-Type: text/plain; charset=ISO-8859-1')],
  ])('un fichier binaire %s arrive à l’octet près', async (_what, { type, body }) => {
    const id = await born()
    const sent = await api('POST', document(id, '/file/arrete'), { headers: { 'Content-Type': type }, body })
    expect(sent.status, sent.text).toBe(201)
    const { data } = (await api('GET', document(id))).json as { readonly data: { readonly arrete: unknown } }
    expect(data.arrete).toEqual(['a.pdf'])
    const cradle = hub.hub.cradle
    const stored = await cradle.documents.get({ entityId: hub.town, documentId: id })
    const [file] = Object.values(stored.data).flatMap(value => filesHeld(value))
    expect(file && (await bufferOf(cradle.files.open(file)))).toEqual(BYTES)
  })

  test.each(['?', '?&', '?id_verrou=&=&&', '/?id_e='])(
    'l’adresse finie par « %s » mène au même document',
    async end => {
      const id = await born()
      expect((await api('GET', `${document(id)}${end}`)).json).toMatchObject({ info: { id_d: id } })
    },
  )

  test('une demande de HTTP/1.0, sans « Host », reçoit sa réponse', async () => {
    const bytes = request('GET', '/api/v2/version').toString('latin1')
    const old = bytes.replace('HTTP/1.1', 'HTTP/1.0').replace('Host: passeur.test\r\n', '')
    expect((await sendRaw(hub.port, Buffer.from(old, 'latin1'))).status).toBe(200)
  })

  test('une suppression répond 204 sans un octet de corps', async () => {
    const { status, text, headers } = await api('DELETE', document(await born()))
    expect([status, text]).toEqual([204, ''])
    expect(headers['cache-control']).toContain('no-store')
  })
})
