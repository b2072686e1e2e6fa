import { afterAll, beforeAll, expect, test } from 'vitest'
import { localDay } from '#core'
import { HUB_PASSWORD, onePdf, startWholeHub, type WholeHub } from '#core/conformance'
import { createSimulator, type IdelibreSimulator } from './simulator.ts'

let hub: WholeHub
let simulator: IdelibreSimulator
let town: string
beforeAll(async () => {
  hub = await startWholeHub({ worker: 'here' })
  simulator = await createSimulator()
  town = `/entites/${hub.town}`
})
afterAll(async () => {
  await simulator.close()
  await hub[Symbol.asyncDispose]()
})

type Body = Readonly<Record<string, unknown>>
const authorization = `Basic ${Buffer.from(`agent:${HUB_PASSWORD}`).toString('base64')}`

/** One request of the native API, which must be accepted. */
const ask = async (method: string, path: string, body?: RequestInit['body'], headers: Record<string, string> = {}) => {
  const response = await fetch(`${hub.origin}/api/v3${path}`, {
    method,
    headers: { authorization, ...headers },
    ...(body === undefined ? {} : { body }),
  })
  if (!response.ok) throw new Error(`${method} ${path} : ${await response.text()}`)
  return response
}
const send = async (method: string, path: string, body: Body = {}): Promise<Body> =>
  (await (await ask(method, path, JSON.stringify(body), { 'content-type': 'application/json' })).json()) as Body
const get = async (path: string): Promise<Body> => (await (await ask('GET', path)).json()) as Body

/** What changes a document names the version that it saw. */
const change = async (method: string, document: string, path = '', body: Body = {}): Promise<Body> =>
  send(method, `${document}${path}`, { version: (await get(document))['version'], ...body })

/** A file sent to wait, as the page of a document does before saving its rows. */
const deposit = async (name: string): Promise<Body> => {
  const pdf = await onePdf()
  const answer = await ask('POST', `${town}/depots`, Buffer.from(pdf), {
    'tus-resumable': '1.0.0',
    'upload-length': String(pdf.length),
    'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
    'content-type': 'application/offset+octet-stream',
  })
  return { upload: ((await answer.json()) as { id: string }).id }
}

test('une séance, de sa saisie à des convocations lues, par l’API du hub et celle d’i-delibRE', async () => {
  const { autorite, ...config } = simulator.config
  const instance = await send('POST', `${town}/connecteurs`, {
    connector: 'idelibre',
    label: 'i-delibRE',
    config: { ...config, autorite: Buffer.from(autorite as Uint8Array).toString('base64') },
  })
  const slot = 'convocation:convocation'
  await send('PUT', `${town}/associations`, { flow: 'seance', slot, instanceId: instance['id'] })

  const { id } = await send('POST', `${town}/documents`, { flow: 'seance' })
  const document = `${town}/documents/${String(id)}`
  const code = async (field: string, label: string) => {
    const { choices } = (await get(`${document}/choix/${field}`)) as {
      choices: readonly { value: string; label: string }[]
    }
    return choices.find(choice => choice.label === label)?.value
  }
  const [type, theme] = [
    await code('convocation.type', 'Conseil municipal'),
    await code('convocation.projets.theme', 'Finances, Budget'),
  ]
  const values = {
    objet: 'Conseil municipal',
    'convocation.date': localDay(new Date(Date.now() + 30 * 86_400_000)),
    'convocation.heure': '18:30',
    'convocation.type': type,
    'convocation.lieu': 'Hôtel de ville',
    'convocation.convocation': await deposit('convocation.pdf'),
    'convocation.projets': [
      { nom: 'Budget', rapport: await deposit('budget.pdf'), theme, annexes: [await deposit('tableau.pdf')] },
      { nom: 'Vœu', rapport: await deposit('voeu.pdf') },
    ],
  }
  const { values: kept } = await change('PATCH', document, '', { values })
  const projets = (kept as Body)['convocation.projets'] as readonly {
    readonly rapport: { readonly sha256: string; readonly name: string }
  }[]
  expect(projets).toMatchObject([
    { nom: 'Budget', theme: { value: theme, label: 'Finances, Budget' }, annexes: [{ name: 'tableau.pdf' }] },
    { nom: 'Vœu', rapport: { name: 'voeu.pdf', type: 'application/pdf' } },
  ])
  const held = await ask('GET', `${document}/fichiers/convocation.projets/${projets[0]?.rapport.sha256 ?? ''}`)
  expect(held.headers.get('content-type')).toContain('application/pdf')
  const zip = Buffer.from(await (await ask('GET', `${document}/archive`)).arrayBuffer()).toString('latin1')
  for (const name of ['convocation.pdf', 'budget.pdf', 'tableau.pdf']) expect(zip).toContain(name)

  await change('POST', document, '/actions/envoyer')
  const reached = async () => ((await get(document))['state'] as { name: string }).name
  await expect.poll(reached, { timeout: 20_000, interval: 200 }).toBe('convocation.suivie')
  expect(simulator.sittings[0]).toMatchObject({
    projects: [{ name: 'Budget', annexes: [{ file: { name: 'tableau.pdf' } }] }, { name: 'Vœu' }],
  })

  simulator.sendConvocations()
  simulator.read(0, { attendance: 'present' })
  await change('POST', document, '/actions/convocation.suivre')
  const message = async () => (await get(document))['message']
  await expect.poll(message, { timeout: 20_000, interval: 200 }).toMatch(/^\d+ convoqués, 1 a lu, 1 présent\.$/u)
  const { values: followed } = await get(document)
  expect((followed as Body)['convocation.convoques']).toMatchObject([{ nom: 'Anne Batte', presence: 'present' }, {}])
}, 60_000)
