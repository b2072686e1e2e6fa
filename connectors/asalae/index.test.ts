import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { meaningOf, PermanentError, readSaeMessage, TemporaryError } from '#core'
import { bigFile, saeConformance, sampleSip, type SampleSipOptions } from '#core/conformance'
import { connectForTest, createAuthority, temporaryFiles, temporaryMemory } from '#core/testing'
import asalae from './index.ts'
import { createSimulator, type AsalaeSimulatorOptions } from './simulator.ts'

saeConformance('as@lae', asalae, async () => {
  const simulator = await createSimulator()
  return {
    config: simulator.config,
    refused: { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
    faults: simulator.faults,
    sending: /^POST /u,
    count: () => simulator.count('transfert'),
    acknowledge: () => simulator.acknowledge(),
    accept: () => simulator.accept(),
    refuse: (code, comment) => simulator.refuse(code, comment),
    close: () => simulator.close(),
  }
})

const start = async (options: AsalaeSimulatorOptions = {}, config: Readonly<Record<string, unknown>> = {}) => {
  const simulator = await createSimulator(options)
  const files = await temporaryFiles()
  const memory = temporaryMemory()
  const connect = (more: Readonly<Record<string, unknown>> = {}) =>
    connectForTest(asalae, { ...simulator.config, ...config, ...more }, { files, memory })
  const connected = await connect()
  return {
    simulator,
    files,
    connect,
    sae: connected.connector.sae,
    check: () => connected.connector.check(),
    sip: (sipOptions: SampleSipOptions = {}) => sampleSip(files, sipOptions),
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
      await files[Symbol.asyncDispose]()
    },
  }
}

const CHUNK = /sedaAttachmentsChunkFiles/u

describe('accusé et réponse', () => {
  for (const version of ['1.0', '2.1', '2.2'] as const)
    for (const adresses of ['chemin', 'parametres'])
      test(`SEDA ${version}, demandes en ${adresses} : de l'envoi à l'acceptation`, async () => {
        await using bench = await start({}, { adresses })
        const sip = await bench.sip({ version, transferId: 'TRANSFERT/2026 n° 1', agency: 'Ville/Été' })
        expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
        expect(await bench.sae.acknowledgement(sip)).toMatchObject({ is: 'pending' })
        bench.simulator.acknowledge()
        expect(await bench.sae.acknowledgement(sip)).toMatchObject({
          is: 'acknowledged',
          comment: expect.stringContaining('reçu') as string,
        })
        bench.simulator.accept()
        expect(await bench.sae.reply(sip)).toMatchObject({ is: 'accepted', archiveId: 'FRAD000_0001' })
      })

  test("le message d'un autre transfert n'est jamais pris pour le nôtre", async () => {
    await using bench = await start()
    const [ours, other] = [await bench.sip(), await bench.sip({ transferId: 'autre' })]
    await bench.sae.send(other)
    bench.simulator.accept()
    const reply = await bench.sae.reply(other)
    if (reply.is !== 'accepted') throw new Error(JSON.stringify(reply))
    const body = await text(bench.files.open(reply.reply))
    bench.simulator.faults.plan({ kind: 'status', status: 200, body }, { times: 2 })
    await expect(bench.sae.reply(ours)).rejects.toThrow(PermanentError)
    await expect(bench.sae.acknowledgement(ours)).rejects.toThrow(/autre transfert .*autre/u)
  })

  test("une réponse à un transfert que le SAE ne connaît plus n'est ni attendue ni inventée", async () => {
    await using bench = await start()
    await expect(bench.sae.reply(await bench.sip())).rejects.toThrow(/ne connaît plus le transfert « transfert-1 »/u)
  })

  test('les transferts avancent seuls quand le simulateur est ainsi réglé', async () => {
    await using bench = await start({ progress: 10 })
    const sip = await bench.sip()
    await bench.sae.send(sip)
    await expect.poll(async () => (await bench.sae.reply(sip)).is, { timeout: 5_000 }).toBe('accepted')
  })
})

describe('messages SEDA', () => {
  const ns = (version: string) => `xmlns="fr:gouv:culture:archivesdefrance:seda:v${version}"`
  const read = (xml: string) => readSaeMessage(Buffer.from(xml))

  test('l’identifiant du transfert est reconnu à l’une ou l’autre place, en 2.1', () => {
    const reply = (message: string, request: string) =>
      read(
        `<ArchiveTransferReply ${ns('2.1')}><MessageIdentifier>${message}</MessageIdentifier><ReplyCode>000</ReplyCode><MessageRequestIdentifier>${request}</MessageRequestIdentifier></ArchiveTransferReply>`,
      )
    expect(reply('T-1', 'ATR-1').identifiers).toContain('T-1')
    expect(reply('ATR-1', 'T-1').identifiers).toContain('T-1')
  })

  test('un code 0xx accepte, avec ou sans remarque ; tout autre refuse', () => {
    const meaning = (code: string) =>
      meaningOf(read(`<ArchiveTransferReply ${ns('1.0')}><ReplyCode>${code}</ReplyCode></ArchiveTransferReply>`)).is
    expect(['000', '001', '002'].map(meaning)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(['101', '207', '300', '0', '00 0', 'OK'].map(meaning)).toEqual(Array(6).fill('refused'))
  })

  test('une réponse sans code ne décide rien', () => {
    expect(meaningOf(read(`<ArchiveTransferReply ${ns('2.2')}/>`))).toEqual({ is: 'senseless' })
  })

  test('SEDA 0.2 : le même message accuse réception ou refuse, un autre accepte', () => {
    const ns02 = 'xmlns="fr:gouv:ae:archive:draft:standard_echange_v0.2"'
    const reply = (code: string) =>
      meaningOf(
        read(
          `<ArchiveTransferReply ${ns02}><ReplyCode>${code}</ReplyCode><TransferIdentifier>T</TransferIdentifier></ArchiveTransferReply>`,
        ),
      ).is
    expect(reply('000')).toBe('pending')
    expect(reply('101')).toBe('refused')
    const acceptance = read(
      `<ArchiveTransferAcceptance ${ns02}><TransferIdentifier>T</TransferIdentifier><Archive><ArchivalAgencyArchiveIdentifier>A-7</ArchivalAgencyArchiveIdentifier></Archive></ArchiveTransferAcceptance>`,
    )
    expect(meaningOf(acceptance).is).toBe('accepted')
    expect(acceptance).toMatchObject({ identifiers: ['T'], archiveId: 'A-7' })
  })

  test("l'encodage déclaré est respecté, et l'identifiant de l'archive est le premier", () => {
    const xml = `<?xml version="1.0" encoding="ISO-8859-1"?><ArchiveTransferReply ${ns('2.1')}><Comment>accepté</Comment><Comment>avec réserve</Comment><DataObjectPackage><DescriptiveMetadata><ArchiveUnit><Content><ArchivalAgencyArchiveUnitIdentifier>A-1</ArchivalAgencyArchiveUnitIdentifier></Content><ArchiveUnit><Content><ArchivalAgencyArchiveUnitIdentifier>A-2</ArchivalAgencyArchiveUnitIdentifier></Content></ArchiveUnit></ArchiveUnit></DescriptiveMetadata></DataObjectPackage></ArchiveTransferReply>`
    expect(readSaeMessage(Buffer.from(xml, 'latin1'))).toMatchObject({
      comment: 'accepté\navec réserve',
      archiveId: 'A-1',
    })
  })

  test('un message hostile ne lit aucun fichier', () => {
    expect(() =>
      read(
        '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><Acknowledgement><Comment>&e;</Comment></Acknowledgement>',
      ),
    ).toThrow()
  })
})

describe('refus immédiats', () => {
  test("le simulateur refuse une archive dont l'empreinte, la taille ou le contenu ne sont pas ceux du bordereau", async () => {
    await using bench = await start()
    const good = await bench.sip()
    const wrong = await bench.sip({
      announced: { 'ar.xml': { sha256: 'a'.repeat(64), size: 9 } },
    })
    expect(await bench.sae.send(wrong)).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining("L'empreinte de « ar.xml » ne correspond pas") as string,
    })
    const others = await bench.sip({ contents: { 'autre.pdf': 'x' } })
    const swapped = await bench.sae.send({ ...good, archive: others.archive })
    expect(swapped).toMatchObject({ is: 'refused', reason: expect.stringContaining('manque dans l') as string })
    expect(swapped).toMatchObject({ reason: expect.stringContaining('« autre.pdf » est dans l') as string })
    const notTar = await bench.sae.send({ ...good, archive: await bench.files.save('rien', 'archive.tar.gz') })
    expect(notTar).toMatchObject({ is: 'refused', reason: expect.stringContaining('tar.gz lisible') as string })
    expect(bench.simulator.count('transfert')).toBe(0)
    expect(await bench.sae.send(good)).toEqual({ is: 'sent' })
  })

  test('un bordereau illisible est un refus, pas une panne', async () => {
    await using bench = await start()
    const sip = await bench.sip()
    const slip = await bench.files.save('<ArchiveTransfer>', 'bordereau.xml')
    expect(await bench.sae.send({ ...sip, bordereau: slip })).toMatchObject({ is: 'refused' })
  })

  test('une archive trop grande pour le serveur est un refus qui dit quel réglage changer', async () => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'status', status: 413 }, { on: /^POST/u })
    expect(await bench.sae.send(await bench.sip())).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining('envoi par morceaux') as string,
    })
  })

  test("une réponse vide à l'envoi laisse un doute", async () => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'status', status: 200, body: '{}' }, { on: /^POST/u })
    await expect(bench.sae.send(await bench.sip())).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: true })
  })
})

describe('envoi par morceaux', () => {
  const tailleMorceau = 200_000
  const bigSip = async (bench: Awaited<ReturnType<typeof start>>, transferId = 'grand') =>
    bench.sip({ transferId, contents: { 'plan.pdf': await bigFile(bench.files, 'plan.pdf', 1), 'ar.xml': '<ar/>' } })

  test("une archive plus grande que le réglage part en morceaux et arrive entière, une plus petite d'un bloc", async () => {
    await using bench = await start({}, { tailleMorceau })
    const sip = await bigSip(bench)
    expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
    expect(bench.simulator.count('transfert')).toBe(1)
    expect(bench.simulator.count('inachevé')).toBe(0)
    expect(await bench.sae.acknowledgement(sip)).toMatchObject({ is: 'pending' })
    expect(await bench.sae.send(await bench.sip({ transferId: 'petit' }))).toEqual({ is: 'sent' })
    expect(bench.simulator.count('transfert')).toBe(2)
  })

  test("coupé avant ou après n'importe quelle requête, l'envoi repris par un autre processus fait un seul transfert entier", async () => {
    await using bench = await start({}, { tailleMorceau })
    const requests = 1 + Math.ceil((await bigSip(bench)).archive.size / tailleMorceau)
    for (const kind of ['cutBefore', 'cutAfter'] as const)
      for (let rank = 1; rank <= requests; rank += 1) {
        const own = await bigSip(bench, `${kind} ${rank}`)
        const before = bench.simulator.count('transfert')
        let posts = 0
        const nth = new (class extends RegExp {
          override test(request: string): boolean {
            return request.startsWith('POST') && (posts += 1) === rank
          }
        })('')
        bench.simulator.faults.plan({ kind }, { on: nth })
        await expect(bench.sae.send(own)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: true })
        bench.simulator.faults.clear()
        await using restarted = await bench.connect()
        const { sae } = restarted.connector
        // What the step does: look, and send again only when the remote does not hold it.
        if ((await sae.acknowledgement(own)).is === 'unknown') expect(await sae.send(own)).toEqual({ is: 'sent' })
        expect(bench.simulator.count('transfert'), own.transferId).toBe(before + 1)
        expect(await sae.acknowledgement(own)).toMatchObject({ is: 'pending' })
      }
    expect(bench.simulator.count('inachevé')).toBe(0)
  }, 60_000)

  test('repris, l’envoi ne recommence pas les morceaux déjà reçus', async () => {
    await using bench = await start({}, { tailleMorceau })
    const sip = await bigSip(bench)
    const all = Math.ceil(sip.archive.size / tailleMorceau)
    let chunks = 0
    const isFourth = new (class extends RegExp {
      override test(request: string): boolean {
        return CHUNK.test(request) && (chunks += 1) === 4
      }
    })('')
    // Matches once, but is asked about every request: it counts them all.
    bench.simulator.faults.plan({ kind: 'cutBefore' }, { on: isFourth, times: Infinity })
    await expect(bench.sae.send(sip)).rejects.toThrow(TemporaryError)
    expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
    expect(chunks).toBe(all + 1)
    expect(bench.simulator.count('transfert')).toBe(1)
  })

  test('les sessions perdues par as@lae, l’envoi reprend depuis le début', async () => {
    await using bench = await start({}, { tailleMorceau })
    const sip = await bigSip(bench)
    bench.simulator.faults.plan({ kind: 'cutBefore' }, { on: CHUNK })
    await expect(bench.sae.send(sip)).rejects.toThrow(TemporaryError)
    bench.simulator.loseSessions()
    expect(await bench.sae.acknowledgement(sip)).toEqual({ is: 'unknown' })
    expect(await bench.sae.send(sip)).toEqual({ is: 'sent' })
    expect(bench.simulator.count('transfert')).toBe(1)
  })

  test('un as@lae qui ne sait pas recevoir de morceaux le dit par un refus, avec le réglage à changer', async () => {
    await using bench = await start({}, { tailleMorceau })
    const sip = await bigSip(bench)
    bench.simulator.faults.plan({ kind: 'status', status: 200, body: '{"success":true}' }, { on: /^POST/u })
    expect(await bench.sae.send(sip)).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining('ne sait pas recevoir une archive par morceaux') as string,
    })
  })
})

describe('réglages', () => {
  test('« Tester » donne la version et le compte', async () => {
    await using bench = await start()
    expect(await bench.check()).toBe("Connecté à as@lae 2.1.0 avec l'identifiant « passeur ».")
  })

  test('le mot de passe part en empreinte ou tel quel, selon le réglage ; le mauvais choix est refusé', async () => {
    await using plain = await start({ passwordForm: 'clair' })
    expect(await plain.check()).toMatch(/^Connecté/u)
    await using wrong = await start({ passwordForm: 'clair' }, { formeMotDePasse: 'sha256-hex' })
    await expect(wrong.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
    await expect(wrong.check()).rejects.toThrow(/forme sous laquelle le mot de passe est envoyé/u)
  })

  test('une mauvaise adresse, une redirection ou un droit manquant sont des erreurs de réglage', async () => {
    await using bench = await start()
    await using elsewhere = await bench.connect({ url: bench.simulator.url.replace('restservices', 'asalae') })
    await expect(elsewhere.connector.check()).rejects.toThrow(/finit d'ordinaire par \/restservices/u)
    for (const status of [302, 403]) {
      bench.simulator.faults.plan({ kind: 'status', status })
      await expect(bench.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
    }
  })

  test("l'autorité interne s'ajoute dans les réglages ; sans elle, la connexion est refusée", async () => {
    await using bench = await start({ authority: createAuthority() })
    expect(await bench.check()).toMatch(/^Connecté/u)
    await using without = await bench.connect({ autorite: undefined })
    await expect(without.connector.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })
})
