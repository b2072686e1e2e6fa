import { expect, test } from 'vitest'
import { connectForTest, createAuthority, samplePes } from '#core/testing'
import connector from './index.ts'
import { createSimulator } from './simulator.ts'

const authority = createAuthority()

const start = async (config: Readonly<Record<string, unknown>> = {}, progress?: number) => {
  const simulator = await createSimulator({ authority, ...(progress === undefined ? {} : { progress }) })
  const connected = await connectForTest(connector, { ...simulator.config, ...config })
  const tdt = connected.connector.tdtHelios
  const send = async () =>
    tdt.send({ key: 'document-1/1', pes: await connected.context.files.save(samplePes(), 'pes.xml') })
  return {
    simulator,
    tdt,
    send,
    async sent(): Promise<string> {
      const answer = await send()
      if (answer.is !== 'sent') throw new Error(answer.reason)
      return answer.id
    },
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

test('le PES part dans le circuit des réglages, donné par son nom ou par son identifiant', async () => {
  for (const circuit of ['Signature puis HELIOS', '22']) {
    await using bench = await start({ circuit })
    await bench.sent()
    expect(bench.simulator.documents[0]).toMatchObject({
      circuit: '22',
      label: 'PESALR2_Démonstration_001',
      comment: 'Passeur : document-1/1',
    })
  }
})

test('une erreur dont le texte n’est pas connu laisse un doute, avant comme après l’acceptation', async () => {
  for (const when of ['before', 'after'] as const) {
    await using bench = await start()
    bench.simulator.fault('upload', 'Erreur interne', when)
    await expect(bench.send()).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: true })
  }
})

test('l’acquit déjà téléchargé n’est plus listé, et reste lisible : l’état le dit', async () => {
  await using bench = await start()
  const id = await bench.sent()
  await bench.simulator.answer('accepted')
  expect(await bench.tdt.status(id, 'pes.xml')).toMatchObject({ is: 'answered' })
  bench.simulator.push('Classé')
  expect(await bench.tdt.status(id, 'pes.xml')).toMatchObject({ is: 'answered', acquit: { name: 'pes_ACK.xml' } })
})

test('un échec dit quand et où en chercher la cause ; ses libellés se règlent', async () => {
  await using bench = await start({ etatsEchec: 'Rejet technique' })
  const id = await bench.sent()
  bench.simulator.failPes()
  expect(await bench.tdt.status(id, 'pes.xml')).toMatchObject({ is: 'pending' })
  bench.simulator.push('Rejet technique')
  expect(await bench.tdt.status(id, 'pes.xml')).toMatchObject({
    is: 'refused',
    reason: expect.stringMatching(/Rejet technique\. Consultez le document \d+ sur FAST/u) as string,
  })
})

test('tout avance seul quand le simulateur est ainsi réglé', async () => {
  await using bench = await start({}, 20)
  const id = await bench.sent()
  await expect.poll(async () => (await bench.tdt.status(id, 'pes.xml')).is, { timeout: 20_000 }).toBe('answered')
})
