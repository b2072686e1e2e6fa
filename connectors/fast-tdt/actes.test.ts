import { describe, expect, test } from 'vitest'
import { at, childrenOf, type ActeATransmettre, type FileRef } from '#core'
import { samplePdf } from '#core/conformance'
import { connectForTest, createAuthority, fakeInbox, temporaryFiles, temporaryMemory } from '#core/testing'
import connector from './index.ts'
import { classificationMessage } from './simulator-messages.ts'
import { createSimulator, type FastTdtSimulatorOptions } from './simulator.ts'

const authority = createAuthority()
const DAY = 86_400_000
const ID = '034-000000000-20260115-DEL_2026_012-DE'

const start = async (config: Readonly<Record<string, unknown>> = {}, options: FastTdtSimulatorOptions = {}) => {
  const simulator = await createSimulator({ authority, ...options })
  const files = await temporaryFiles()
  const memory = temporaryMemory()
  let now = Date.now()
  const clock = { now: () => new Date(now) }
  const connect = (changes: Readonly<Record<string, unknown>> = {}) =>
    connectForTest(connector, { ...simulator.config, ...config, ...changes }, { files, memory, clock })
  const connected = await connect()
  const tdt = connected.connector.tdtActes
  const file = await samplePdf(files, 'délibération.PDF')
  const acte = async (changes: Partial<ActeATransmettre> = {}): Promise<ActeATransmettre> => ({
    key: 'document-1/1',
    nature: '1',
    numero: 'DEL_2026_012',
    objet: "Création d'une école à Saint-Étienne : « cœur » & <avis> n° 3",
    date: '2026-01-15',
    classification: '1.1.2',
    papier: true,
    acte: { file, type: '99_DE' },
    annexes: [],
    ...changes,
  })
  return {
    simulator,
    files,
    connected,
    connect,
    tdt,
    acte,
    check: () => connected.connector.check(),
    send: async (changes: Partial<ActeATransmettre> = {}) => tdt.send(await acte(changes)),
    later: (days: number) => void (now += days * DAY),
    run: (schedule: 'classification' | 'rangement') =>
      connector.schedules?.[schedule]?.run({
        ...connected.context,
        connector: connected.connector,
        inbox: fakeInbox({}),
      }) ?? Promise.reject(new Error('no such schedule')),
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
      await files[Symbol.asyncDispose]()
    },
  }
}

const annexesOf = async (files: Parameters<typeof samplePdf>[0], count: number) => {
  const annexes: { file: FileRef; type: string }[] = []
  for (let rank = 0; rank < count; rank += 1)
    annexes.push({ file: await samplePdf(files, `annexe ${rank}.pdf`), type: '22_NE' })
  return annexes
}

describe('dépôt', () => {
  test('le message 1-1 dit tout, en ISO-8859-1, et les pièces portent leurs noms officiels', async () => {
    await using bench = await start({}, { keeps: true })
    expect(await bench.send({ annexes: await annexesOf(bench.files, 1) })).toEqual({ is: 'sent', id: ID })
    const [transaction] = bench.simulator.transactions
    if (!transaction) throw new Error('nothing arrived')
    const { message, pieces } = transaction
    expect(message.namespace).toBe('http://www.interieur.gouv.fr/ACTES#v1.1-20040216')
    expect(message.attributes).toMatchObject({ Date: '2026-01-15', NumeroInterne: 'DEL_2026_012', CodeNatureActe: '1' })
    expect([1, 2, 3].map(level => at(message, `CodeMatiere${level}`)?.attributes['CodeMatiere'])).toEqual([
      '1',
      '1',
      '2',
    ])
    expect(at(message, 'Objet')?.text).toBe("Création d'une école à Saint-Étienne : « coeur » & <avis> n° 3")
    expect(at(message, 'ClassificationDateVersion')?.text).toBe('2026-01-01')
    expect(at(message, 'DocumentPapier')?.text).toBe('O')
    expect(childrenOf(at(message, 'Annexes'), 'Annexe')).toHaveLength(1)
    expect(pieces.map(([name]) => name)).toEqual([`99_DE-${ID}-1-1_1.pdf`, `22_NE-${ID}-1-1_2.pdf`])
    expect(bench.simulator.names.slice(1)).toEqual([`${ID}-1-1_0.xml`, ...pieces.map(([name]) => name)])
    expect(transaction.treatment).toBe('TELETRANSMISSION')
  })

  test('plus de huit annexes : leurs numéros se trient', async () => {
    await using bench = await start()
    await bench.send({ annexes: await annexesOf(bench.files, 9) })
    const names = bench.simulator.transactions[0]?.pieces.map(([name]) => name.split('_').at(-1))
    expect(names).toEqual([
      '1.pdf',
      '02.pdf',
      '03.pdf',
      '04.pdf',
      '05.pdf',
      '06.pdf',
      '07.pdf',
      '08.pdf',
      '09.pdf',
      '10.pdf',
    ])
  })

  test.each([
    ['sans place', 507, 'TemporaryError', /plus de place/u],
    ['panne', 503, 'TemporaryError', /répond 503/u],
    ['dossier absent', 409, 'ConfigurationError', /n'existe pas/u],
    ['trop grand', 413, 'PermanentError', /trop grand/u],
    ['interdit', 403, 'ConfigurationError', /refuse notre certificat ou nos droits/u],
  ])(
    'un dépôt refusé (%s) n’est pas un envoi ; ses restes sont remplacés à l’essai suivant',
    async (_name, status, name, message) => {
      await using bench = await start()
      bench.simulator.faults.plan({ kind: 'status', status }, { on: /^PUT .*_1\.pdf$/u })
      await expect(bench.send()).rejects.toMatchObject({ name, message: expect.stringMatching(message) as string })
      expect(bench.simulator.names).toContain(`${ID}-1-1_0.xml`)
      expect(await bench.tdt.find(await bench.acte())).toBeUndefined()
      expect(await bench.send()).toEqual({ is: 'sent', id: ID })
      expect(bench.simulator.count('acte')).toBe(1)
    },
  )

  test('un dépôt coupé ne laisse aucun doute', async () => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: /^PUT / })
    await expect(bench.send()).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: false })
  })

  test('un refus de FAST est rendu dans ses mots, et le numéro reste libre', async () => {
    await using bench = await start({ utilisateur: 'CN=Inconnu' })
    expect(await bench.send()).toEqual({ is: 'refused', reason: "FAST refuse l'acte : Utilisateur CN=Inconnu inconnu" })
    await using right = await bench.connect({ utilisateur: bench.simulator.config['utilisateur'] })
    expect(await right.connector.tdtActes.send(await bench.acte())).toMatchObject({ is: 'sent' })
  })

  test('préparé seulement, l’acte attend une personne sur FAST', async () => {
    await using bench = await start({ traitement: 'PREPARATION' })
    await bench.send()
    expect(bench.simulator.transactions[0]?.treatment).toBe('PREPARATION')
    expect(await bench.tdt.status(ID)).toMatchObject({
      message: expect.stringContaining('à télétransmettre') as string,
    })
  })
})

describe('réponse perdue', () => {
  const lost = async (bench: Awaited<ReturnType<typeof start>>) => {
    bench.simulator.fault('traiterACTES', 'java.net.SocketTimeoutException', 'after')
    await expect(bench.send()).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: true })
  }

  test('si l’on ignore ce que FAST fait des fichiers, un agent tranche ; rien ne part deux fois tout seul', async () => {
    await using bench = await start({}, { keeps: true })
    await lost(bench)
    await expect(bench.tdt.find(await bench.acte())).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining('Regardez sur FAST') as string,
    })
    expect(bench.simulator.count('acte')).toBe(1)
  })

  test('une réponse de la préfecture prouve l’arrivée : la recherche et un nouvel essai la reconnaissent', async () => {
    await using bench = await start({}, { keeps: true })
    await lost(bench)
    await bench.simulator.acknowledge()
    expect(await bench.send()).toEqual({ is: 'sent', id: ID })
    expect(await bench.tdt.find(await bench.acte())).toBe(ID)
    expect(bench.simulator.count('acte')).toBe(1)
  })

  test('si FAST retire ce qu’il accepte, l’absence du message prouve l’arrivée', async () => {
    await using bench = await start()
    await lost(bench)
    expect(await bench.tdt.find(await bench.acte())).toBe(ID)
  })
})

describe('réponses', () => {
  test('plusieurs réponses sont une incohérence : rien n’est retiré', async () => {
    await using bench = await start()
    await bench.send()
    await bench.simulator.acknowledge()
    bench.simulator.lay(`${ID}-1-3_1.xml`, Buffer.from('<x/>'))
    const before = bench.simulator.names
    await expect(bench.tdt.status(ID)).rejects.toMatchObject({ name: 'PermanentError' })
    bench.later(30)
    await bench.run('rangement')
    expect(bench.simulator.names).toEqual(before)
  })

  test('un accusé d’un autre acte, ou illisible, n’est pas pris pour le sien', async () => {
    await using bench = await start()
    bench.simulator.lay(`${ID}-1-2_1.xml`, Buffer.from('<ARActe IDActe="autre" DateReception="2026-01-16"/>'))
    await expect(bench.tdt.status(ID)).rejects.toMatchObject({ name: 'PermanentError' })
    bench.simulator.lay(`${ID}-1-2_1.xml`, Buffer.from('<ARActe'))
    await expect(bench.tdt.status(ID)).rejects.toMatchObject({ name: 'TemporaryError' })
  })

  test('lu, le fichier reste dans le dépôt ; quelques jours après la dernière lecture, et pas avant, il en est retiré', async () => {
    await using bench = await start()
    const acte = await bench.acte()
    await bench.send()
    await bench.simulator.acknowledge()
    bench.simulator.lay('notes.txt', Buffer.from('rien à voir'))
    const first = await bench.tdt.status(ID)
    bench.later(5)
    expect(await bench.tdt.status(ID)).toEqual(first)
    await bench.tdt.stamped(ID, { acte: acte.acte.file, annexes: [] })
    bench.later(5)
    expect(await bench.run('rangement')).toMatch(/^Rien à retirer/u)
    bench.later(3)
    bench.simulator.faults.plan({ kind: 'status', status: 503 }, { on: /^DELETE / })
    await expect(bench.run('rangement')).rejects.toMatchObject({ name: 'TemporaryError' })
    expect(await bench.run('rangement')).toMatch(/^2 fichier\(s\) déjà enregistré\(s\) retiré\(s\)/u)
    expect(bench.simulator.names).toEqual(['034-000000000-20260101-7-2_1.xml', 'notes.txt'])
    expect(await bench.tdt.find(acte)).toBe(ID)
  })

  test('après un refus, le numéro resservi n’hérite pas de l’ancienne réponse', async () => {
    await using bench = await start()
    await bench.send()
    bench.simulator.fail('Objet à préciser')
    expect(await bench.tdt.status(ID)).toEqual({ is: 'refused', reason: 'Objet à préciser' })
    expect(await bench.tdt.find(await bench.acte())).toBeUndefined()
    expect(await bench.send({ objet: 'Objet précis' })).toEqual({ is: 'sent', id: ID })
    expect(await bench.tdt.status(ID)).toMatchObject({ is: 'pending' })
  })

  test('l’exemplaire tamponné se fait attendre, ou non, selon le réglage', async () => {
    await using bench = await start()
    const { acte } = await bench.acte()
    await bench.send()
    await expect(bench.tdt.stamped(ID, { acte: acte.file, annexes: [] })).rejects.toMatchObject({
      name: 'TemporaryError',
    })
    await using without = await bench.connect({ attendreTampon: false })
    expect(await without.connector.tdtActes.stamped(ID, { acte: acte.file, annexes: [] })).toEqual({ annexes: [] })
  })
})

describe('annulation', () => {
  test('le message 6-1 nomme l’acte ; sans savoir ce que FAST fait des fichiers, une réponse perdue va à un agent', async () => {
    await using bench = await start({}, { keeps: true })
    await bench.send()
    await bench.simulator.acknowledge()
    await bench.tdt.status(ID)
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: / traiterACTES$/u })
    await expect(bench.tdt.cancel(ID)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: true })
    expect(bench.simulator.transactions[1]?.message).toMatchObject({ name: 'Annulation', attributes: { IDActe: ID } })
    await expect(bench.tdt.findCancellation(ID)).rejects.toMatchObject({ name: 'PermanentError' })
    await bench.simulator.acknowledge()
    expect(await bench.tdt.findCancellation(ID)).toBe(`${ID}-6-1`)
    expect(await bench.tdt.cancellationStatus(`${ID}-6-1`)).toMatchObject({ is: 'cancelled' })
    expect(await bench.send({ objet: 'Nouvelle version' })).toEqual({ is: 'sent', id: ID })
    expect(await bench.tdt.status(ID)).toMatchObject({ is: 'pending' })
  })
})

describe('classification et réglages', () => {
  test('la plus récente l’emporte ; les périmées restent, sauf réglage contraire', async () => {
    await using bench = await start()
    bench.simulator.lay('034-000000000-20260601-7-2_2.xml', classificationMessage('2026-06-01', 'Achats'))
    bench.simulator.lay('034-000000000-20250101-7-2_3.xml', classificationMessage('2025-01-01', 'Ancienne'))
    expect(await bench.run('classification')).toBe('Classification du 2026-06-01.')
    expect((await bench.tdt.classification())[0]?.label).toBe('1 Achats')
    bench.later(10)
    expect(await bench.run('rangement')).toMatch(/^Rien à retirer/u)
    await using purging = await bench.connect({ purgerClassifications: true })
    await connector.schedules?.['rangement']?.run({
      ...purging.context,
      connector: purging.connector,
      inbox: fakeInbox({}),
    })
    expect(bench.simulator.names).toEqual(['034-000000000-20260601-7-2_2.xml'])
    expect(await bench.run('classification')).toBe('Classification du 2026-06-01.')
  })

  test('sans classification, « Tester » le dit et aucun acte ne part', async () => {
    await using bench = await start()
    await using other = await connectForTest(connector, { ...bench.simulator.config, departement: '035' })
    expect(await other.connector.check()).toContain('pas de classification')
    await expect(other.connector.tdtActes.send(await bench.acte())).rejects.toMatchObject({
      name: 'ConfigurationError',
    })
  })

  test('« Tester » dit le certificat, le dépôt, la classification et le circuit', async () => {
    await using bench = await start()
    expect(await bench.check()).toMatch(
      /abonnement 000000000, certificat de « Ville de démonstration ».* ; actes : dépôt ouvert \(1 fichier\(s\)\), classification du 2026-01-01 ; flux comptables : circuit « Télétransmission HELIOS »\.$/u,
    )
  })

  test.each([
    ['réglages incomplets', { prefixe: undefined }, /remplissez le département, le préfixe/u],
    ['dossier inconnu', { prefixe: 'AUTRE' }, /n'est pas à cette adresse|n'existe pas sur le serveur WebDAV/u],
    ['circuit inconnu', { circuit: 'Autre' }, /Circuits ouverts : « Télétransmission HELIOS »/u],
    [
      'rien de réglé',
      { departement: undefined, prefixe: undefined, utilisateur: undefined, circuit: undefined },
      /Choisissez le circuit/u,
    ],
  ])('%s : une erreur de réglage, avec son remède', async (_name, changes, message) => {
    await using bench = await start(changes)
    await expect(bench.check()).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringMatching(message) as string,
    })
  })

  test('un certificat d’une autre autorité est refusé avec le remède', async () => {
    await using bench = await start()
    const stranger = createAuthority().issueClient('Inconnue')
    await using wrong = await bench.connect({ certificat: stranger.pfx, certificatMotDePasse: stranger.passphrase })
    await expect(wrong.connector.check()).rejects.toThrow(/refuse notre certificat/u)
  })

  test('l’adresse de Pastell pour les flux comptables convient seule', async () => {
    await using bench = await start()
    const adresse = `${bench.simulator.url}/parapheur-soap/soap/v1/Documents?wsdl`
    await using other = await bench.connect({ adresse })
    expect(await other.connector.check()).toMatch(/actes : dépôt ouvert.*circuit «/u)
  })
})
