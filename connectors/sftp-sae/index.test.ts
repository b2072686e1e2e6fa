import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError } from '#core'
import { saeConformance, sampleSip, type SampleSipOptions } from '#core/conformance'
import { connectForTest, temporaryFiles, temporaryMemory } from '#core/testing'
import sftpSae from './index.ts'
import { fileName } from './names.ts'
import { createSimulator, type SftpSaeSimulatorOptions } from './simulator.ts'

for (const accuse of ['fichier', 'aucun'] as const)
  saeConformance(
    `Le SAE par SFTP (accusé : ${accuse})`,
    sftpSae,
    async () => {
      const simulator = await createSimulator()
      return {
        config: { ...simulator.config, accuse },
        refused: { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
        faults: simulator.faults,
        sending: /^RENAME .*\.xml$/u,
        count: () => simulator.count('transfert'),
        acknowledge: () => simulator.acknowledge(),
        accept: () => simulator.accept(),
        refuse: (code, comment) => simulator.refuse(code, comment),
        close: () => simulator.close(),
      }
    },
    { over: 'files', acknowledges: accuse === 'fichier' },
  )

const start = async (options: SftpSaeSimulatorOptions = {}) => {
  const simulator = await createSimulator(options)
  const files = await temporaryFiles()
  const memory = temporaryMemory()
  const connect = (config: Readonly<Record<string, unknown>> = {}) =>
    connectForTest(sftpSae, { ...simulator.config, ...config }, { files, memory })
  const connected = await connect()
  return {
    simulator,
    connect,
    sae: connected.connector.sae,
    sip: (sipOptions: SampleSipOptions = {}) => sampleSip(files, sipOptions),
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
      await files[Symbol.asyncDispose]()
    },
  }
}

describe('le versement', () => {
  test('fait apparaître l’archive avant le bordereau, sous les noms des réglages', async () => {
    await using bench = await start()
    const seen: string[] = []
    for (const name of ['acte-7.tgz', 'VILLE acte-7 bordereau.xml'])
      bench.simulator.faults.once(new RegExp(`^RENAME .* /versements/${name}$`, 'u'), () => void seen.push(name))
    await using connected = await bench.connect({
      nomArchive: '%transfert%.tgz',
      nomBordereau: '%service% %transfert% bordereau.xml',
    })
    await connected.connector.sae.send(await bench.sip({ transferId: 'acte-7' }))
    expect(seen).toEqual(['acte-7.tgz', 'VILLE acte-7 bordereau.xml'])
  })

  test('relevé par le SAE avant la réponse, le transfert n’est pas versé une deuxième fois', async () => {
    await using bench = await start()
    const sip = await bench.sip()
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: /^RENAME .*\.xml$/u })
    await expect(bench.sae.send(sip)).rejects.toThrow(TemporaryError)
    await bench.simulator.collect()
    expect(await bench.sae.acknowledgement(sip)).toMatchObject({ is: 'pending' })
    expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
    expect(bench.simulator.count('transfert')).toBe(0)
  })

  test('un fichier d’autrui du même nom n’est pas écrasé', async () => {
    await using bench = await start()
    await bench.sae.send(await bench.sip())
    await using other = await connectForTest(sftpSae, bench.simulator.config)
    const sip = await sampleSip(other.context.files)
    await expect(other.connector.sae.send(sip)).rejects.toThrow(PermanentError)
    expect(bench.simulator.count('transfert')).toBe(1)
  })
})

describe('la réponse', () => {
  for (const version of ['1.0', '2.1', '2.2'] as const)
    test(`en SEDA ${version} donne l'identifiant de l'archive`, async () => {
      await using bench = await start()
      const sip = await bench.sip({ version })
      await bench.sae.send(sip)
      await bench.simulator.accept()
      expect(await bench.sae.acknowledgement(sip)).toMatchObject({ is: 'acknowledged', comment: 'Transfert reçu' })
      expect(await bench.sae.reply(sip)).toMatchObject({ is: 'accepted', archiveId: 'ARCHIVE_1' })
    })

  test('d’une archive qui ne correspond pas à son bordereau est un refus', async () => {
    await using bench = await start()
    const sip = await bench.sip({ announced: { 'ar.xml': { sha256: '0'.repeat(64), size: 9 } } })
    await bench.sae.send(sip)
    await bench.simulator.accept()
    expect(await bench.sae.reply(sip)).toMatchObject({ is: 'refused', code: '202' })
  })

  test('d’un autre transfert, sans code, d’une autre nature ou à moitié écrite n’est jamais une acceptation', async () => {
    await using bench = await start()
    const sip = await bench.sip()
    await bench.sae.send(sip)
    const write = (content: string) => bench.simulator.answer('transfert-1_ATR.xml', content)
    const reply = (inside: string) =>
      `<ArchiveTransferReply xmlns="fr:gouv:culture:archivesdefrance:seda:v2.1">${inside}</ArchiveTransferReply>`
    await write(reply('<MessageRequestIdentifier>autre</MessageRequestIdentifier><ReplyCode>000</ReplyCode>'))
    await expect(bench.sae.reply(sip)).rejects.toThrow(/autre transfert \(autre\)/u)
    await write(reply('<MessageRequestIdentifier>transfert-1</MessageRequestIdentifier>'))
    await expect(bench.sae.reply(sip)).rejects.toThrow(/aucun code/u)
    await write('<ArchiveTransferReply><Mess')
    await expect(bench.sae.reply(sip)).rejects.toThrow(TemporaryError)
    await bench.simulator.answer('transfert-1_ACK.xml', '<Autre/>')
    await expect(bench.sae.acknowledgement(sip)).rejects.toThrow(/pas un accusé de réception/u)
  })

  test('arrive seule quand le simulateur est ainsi réglé', async () => {
    await using bench = await start({ progress: 20 })
    const sip = await bench.sip()
    await bench.sae.send(sip)
    await expect.poll(async () => (await bench.sae.reply(sip)).is, { timeout: 10_000 }).toBe('accepted')
  })
})

describe('les réglages', () => {
  test('un nom de fichier sans l’identifiant du transfert et un répertoire absent sont refusés par « Tester »', async () => {
    await using bench = await start()
    await using constant = await bench.connect({ nomReponse: 'reponse.xml' })
    await expect(constant.connector.check()).rejects.toThrow(/doit contenir « %transfert% »/u)
    for (const wrong of [{ repertoire: '/absent' }, { repertoireReponses: '/absent' }]) {
      await using absent = await bench.connect(wrong)
      await expect(absent.connector.check()).rejects.toThrow(ConfigurationError)
    }
  })

  test('un identifiant ne choisit jamais un dossier', () => {
    const transfer = { transferId: '../a/b:c', agency: 'V\\W' }
    expect(fileName('%service%_%transfert%.xml', transfer)).toBe('V-W_..-a-b-c.xml')
  })
})
