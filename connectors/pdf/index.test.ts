import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError } from '#core'
import { bigFile, conversionConformance, memoryGrowth, sampleOdt } from '#core/conformance'
import { connectForTest, createAuthority, startSimServer, temporaryFiles } from '#core/testing'
import pdf from './index.ts'
import { createSimulator, type CloudoooSimulatorOptions } from './simulator.ts'
import { readFileAnswer, UnreadableAnswer } from './xml-rpc.ts'

conversionConformance('cloudooo', pdf, () => createSimulator())

const start = async (options: CloudoooSimulatorOptions = {}, config: Readonly<Record<string, unknown>> = {}) => {
  const simulator = await createSimulator(options)
  const connected = await connectForTest(pdf, { ...simulator.config, ...config })
  return {
    simulator,
    files: connected.context.files,
    check: () => connected.connector.check(),
    convert: connected.connector.conversion.toPdf,
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

describe('cloudooo', () => {
  test('un PDF incomplet est refusé, puis le même document se convertit', async () => {
    await using bench = await start()
    const source = await sampleOdt(bench.files, 'a.odt')
    bench.simulator.breakNextPdf()
    await expect(bench.convert(source)).rejects.toThrow(/« a\.odt » .*PDF complet/u)
    expect(await bench.convert(source)).toMatchObject({ name: 'a.pdf' })
    expect(bench.simulator.count('conversion')).toBe(2)
  })

  test('le refus du serveur est dit en une ligne, sans la trace', async () => {
    await using bench = await start()
    const source = {
      ...(await bench.files.save('tronqué', 'a.docx')),
      type: (await sampleOdt(bench.files, 'b.odt')).type,
    }
    const message = await bench.convert(source).catch((error: unknown) => String(error))
    expect(message).toContain('cloudooo répond « IOError: Failed to load document')
    expect(message).not.toContain('Trace')
  })

  test.each([
    [404, ConfigurationError],
    [403, ConfigurationError],
    [500, TemporaryError],
    [503, TemporaryError],
    [429, TemporaryError],
  ])('une réponse %d est classée %s', async (status, kind) => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'status', status })
    await expect(bench.check()).rejects.toThrow(kind)
  })

  test('sans nom de serveur, le réglage manquant est nommé', async () => {
    await using bench = await start({}, { hote: undefined })
    await expect(bench.check()).rejects.toThrow(ConfigurationError)
    await expect(bench.check()).rejects.toThrow('nom du serveur cloudooo')
  })

  test('en https, le certificat est vérifié et une autorité peut être ajoutée', async () => {
    const authority = createAuthority('Autorité de la ville')
    await using bench = await start({ tls: authority.issueServer() }, { autorite: Buffer.from(authority.certificate) })
    expect(await bench.check()).toContain('127.0.0.1')
    await using wary = await start({ tls: authority.issueServer() })
    await expect(wary.check()).rejects.toThrow(ConfigurationError)
  })

  test('un document plus grand que le réglage est refusé avant de partir', async () => {
    await using bench = await start({}, { tailleMax: 1 })
    const source = { ...(await bigFile(bench.files, 'grand.odt', 2)), type: 'application/msword' }
    await expect(bench.convert(source)).rejects.toThrow(PermanentError)
    expect(bench.simulator.count('conversion')).toBe(0)
  })

  test('une réponse coupée au milieu du PDF est une panne passagère', async () => {
    await using files = await temporaryFiles()
    const body = `<?xml version="1.0"?><methodResponse><params><param><value><string>${'QUJD'.repeat(5_000)}`
    const server = await startSimServer({ handler: () => ({ body, truncated: 5_000 }) })
    const { hostname, port } = new URL(server.url)
    const config = { moteur: 'cloudooo', hote: hostname, port: Number(port) }
    await using connected = await connectForTest(pdf, config, { files })
    const failing = connected.connector.conversion.toPdf(await sampleOdt(files, 'a.odt'))
    await expect(failing).rejects.toThrow(TemporaryError)
    await server.close()
  })
})

describe('réponses XML-RPC', () => {
  const read = async (...parts: readonly string[]) => {
    await using files = await temporaryFiles()
    return await readFileAnswer(Readable.from(parts.map(part => Buffer.from(part))), files, 'a.pdf')
  }
  const answer = (value: string) =>
    `<methodResponse><params><param><value>${value}</value></param></params></methodResponse>`

  test.each(['<string>JVBERi0x\n</string>', '<base64>JVBERi0x</base64>', 'JVBERi0x'])(
    'le contenu est lu dans %s, où que la réponse soit coupée',
    async value => {
      const whole = await read(answer(value))
      expect(whole).toMatchObject({ is: 'file', file: { size: 6 } })
      expect(await read(...answer(value))).toEqual(whole)
    },
  )

  test('une faute donne sa raison, une réponse vide se dit vide', async () => {
    const members =
      '<member><name>faultCode</name><value><int>1</int></value></member><member><name>faultString</name><value><string>non &amp; non</string></value></member>'
    expect(
      await read(`<methodResponse><fault><value><struct>${members}</struct></value></fault></methodResponse>`),
    ).toEqual({
      is: 'fault',
      reason: 'non & non',
    })
    expect(await read(answer(''))).toEqual({ is: 'empty' })
  })

  test.each(['<html><body>Maintenance</body></html>', '<methodResponse>', 'x', ''])(
    '« %s » n’est pas une réponse',
    async body => {
      await expect(read(body)).rejects.toThrow(UnreadableAnswer)
    },
  )
})

test('un fichier de 200 Mo passe dans les deux sens sans être tenu en mémoire', { timeout: 120_000 }, async () => {
  await using files = await temporaryFiles()
  const block = Buffer.alloc(3 * 1024 * 1024, '%PDF-1.7 %%EOF ').toString('base64')
  const server = await startSimServer({
    bodies: 'disk',
    handler: () => ({
      body: Readable.from(
        (function* () {
          yield '<methodResponse><params><param><value><string>'
          for (let rank = 0; rank < 67; rank += 1) yield block
          yield '</string></value></param></params></methodResponse>'
        })(),
      ),
    }),
  })
  const { hostname, port } = new URL(server.url)
  const config = { moteur: 'cloudooo', hote: hostname, port: Number(port), tailleMax: 300 }
  await using connected = await connectForTest(pdf, config, { files })
  const source = { ...(await bigFile(files, 'grand.doc', 200)), type: 'application/msword' }
  let size = 0
  const growth = await memoryGrowth(async () => void (size = (await connected.connector.conversion.toPdf(source)).size))
  expect(size).toBe(67 * 3 * 1024 * 1024)
  expect(growth).toBeLessThan(150)
  await server.close()
})
