import { buffer, text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { Clock, DocumentContents, FileRef, SignatureFolder } from '#core'
import { samplePdf, signatureConformance } from '#core/conformance'
import { connectForTest, createAuthority } from '#core/testing'
import { dossierIdOf, fileNames, titleOf } from './folder.ts'
import { progressOf } from './history.ts'
import connector from './index.ts'
import { createSimulator, type IparapheurSimulatorOptions } from './simulator.ts'
import { endpointOf } from './wire.ts'

for (const transport of ['inline', 'mtom'] as const)
  signatureConformance(`i-Parapheur 4 (${transport})`, connector, async () => {
    const simulator = await createSimulator({ transport })
    return {
      config: simulator.config,
      refused: { config: { motDePasse: 'faux-mot-de-passe' }, secret: 'faux-mot-de-passe' },
      faults: simulator.faults,
      circuit: 'Actes/Délibération',
      creation: / CreerDossier$/u,
      retrieval: / GetDossier$/u,
      count: () => simulator.count('dossier'),
      sign: () => simulator.sign(),
      refuse: reason => simulator.refuse(reason),
      close: () => simulator.close(),
    }
  })

interface Starting {
  readonly simulator?: IparapheurSimulatorOptions
  readonly config?: Readonly<Record<string, unknown>>
  readonly clock?: Clock
}

const start = async ({ simulator: options = {}, config = {}, clock }: Starting = {}) => {
  const simulator = await createSimulator(options)
  const connected = await connectForTest(connector, { ...simulator.config, ...config }, clock ? { clock } : {})
  const { signature } = connected.connector
  const { files } = connected.context
  const folder = async (changes: Partial<SignatureFolder> = {}): Promise<SignatureFolder> => ({
    key: 'document-envoyer-1',
    title: 'Convention',
    circuit: 'Actes/Délibération',
    document: changes.document ?? (await samplePdf(files, 'convention.pdf')),
    annexes: [],
    ...changes,
  })
  const send = async (changes: Partial<SignatureFolder> = {}) => signature.send(await folder(changes))
  const sent = async (changes: Partial<SignatureFolder> = {}): Promise<string> => {
    const answer = await send(changes)
    if (answer.is !== 'sent') throw new Error(answer.reason)
    return answer.id
  }
  const signed = async (id: string) => {
    await simulator.sign(id)
    const status = await signature.status(id)
    if (status.is !== 'signed') throw new Error(JSON.stringify(status))
    return status
  }
  return {
    simulator,
    connected,
    check: () => connected.connector.check(),
    signature,
    files,
    send,
    sent,
    signed,
    textOf: (ref: FileRef | undefined) => (ref ? text(files.open(ref)) : Promise.resolve(undefined)),
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

const pes = (bordereaux: string, root = '') =>
  `<?xml version="1.0" encoding="ISO-8859-1"?><n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"${root}><PES_DepenseAller>${bordereaux}</PES_DepenseAller></n:PES_Aller>`
const WITH_ID = '<Bordereau Id="B1"><BlocBordereau/></Bordereau>'
const WITHOUT_ID = '<Bordereau><BlocBordereau/></Bordereau>'

describe('envoi', () => {
  test('le dossier part avec tout ce que dit le formulaire et les réglages', async () => {
    await using bench = await start({ config: { visibilite: 'CONFIDENTIEL' } })
    await bench.sent({
      title: `Convention  d'été « cœur & âme » <${'x'.repeat(300)}`,
      publicAnnotation: 'À signer',
      privateAnnotation: 'entre nous',
      deadline: '2031-01-15',
      metadata: { service: 'Voirie & réseaux' },
      annexes: [await samplePdf(bench.files, 'plan: "A".pdf')],
    })
    const [dossier] = bench.simulator.dossiers
    expect(dossier).toMatchObject({
      id: dossierIdOf('document-envoyer-1'),
      type: 'Actes',
      subtype: 'Délibération',
      publicAnnotation: 'À signer',
      privateAnnotation: 'entre nous',
      deadline: '2031-01-15',
      visibility: 'CONFIDENTIEL',
      metadata: { service: 'Voirie & réseaux' },
      xpath: undefined,
      visual: undefined,
      annexes: [{ name: 'plan_ _A_.pdf' }],
    })
    expect(dossier?.title).toMatch(/^Convention d'été « cœur & âme » <x/u)
    expect(Array.from(dossier?.title ?? '')).toHaveLength(255)
  })

  test('envoyé deux fois avec la même clé, le dossier déjà présent est reconnu', async () => {
    await using bench = await start()
    const id = await bench.sent()
    expect(await bench.send()).toEqual({ is: 'sent', id })
    expect(bench.simulator.count('dossier')).toBe(1)
  })

  test('déjà présent, mais introuvable ensuite : le doute est dit', async () => {
    await using bench = await start()
    await bench.sent()
    bench.simulator.faults.plan({ kind: 'status', status: 503 }, { on: /GetHistoDossier$/u })
    await expect(bench.send()).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: true })
    bench.simulator.ko(
      'CreerDossier',
      'Le nom de dossier est déjà présent dans le Parapheur: dossierID = x (corbeille)',
    )
    expect(await bench.send({ key: 'autre' })).toMatchObject({ is: 'refused' })
  })

  test('un refus du parapheur est rendu dans ses mots', async () => {
    await using bench = await start({ config: { type: 'Marchés / Contrats' } })
    expect(await bench.send({ circuit: 'Avenant' })).toEqual({
      is: 'refused',
      reason: 'La métadonnée obligatoire numeroMarche est absente',
    })
    expect(bench.simulator.count('dossier')).toBe(0)
  })

  test('les métadonnées des réglages viennent des champs du document, sous leur nom ou celui de Pastell', async () => {
    await using bench = await start({
      config: { type: 'Marchés / Contrats', metadonnees: 'numero : numeroMarche, libelle_pastell:objet, absent:rien' },
    })
    const contents: DocumentContents = {
      id: 'd',
      title: 'Avenant',
      flow: { id: 'marche', label: 'Marchés' },
      entity: { id: '1', name: 'Ville' },
      createdAt: new Date('2026-01-15T08:00:00Z'),
      fields: {
        numero: { kind: 'text', label: 'Numéro', options: {} },
        libelle: { kind: 'text', label: 'Libellé', options: { pastell: 'libelle_pastell' } },
      },
      values: { numero: 'M-12', libelle: 'Voirie' },
    }
    await bench.sent({ circuit: 'Avenant', contents, metadata: { objet: 'remplacé', autre: '1' } })
    expect(bench.simulator.dossiers[0]?.metadata).toEqual({ numeroMarche: 'M-12', objet: 'Voirie', autre: '1' })
  })

  test('sans type dans les réglages, le choix porte sur les deux, barres obliques comprises', async () => {
    await using bench = await start()
    const circuits = await bench.signature.circuits()
    expect(circuits.map(({ value, label }) => [value, label])).toEqual(Object.entries(bench.simulator.circuits))
    const circuit = circuits.find(({ label }) => label === 'Marchés / Contrats / Avenant')?.value ?? ''
    await bench.sent({ circuit, metadata: { numeroMarche: '1' } })
    expect(bench.simulator.dossiers[0]).toMatchObject({ type: 'Marchés / Contrats', subtype: 'Avenant' })
    expect(await bench.send({ circuit: 'Actes' })).toMatchObject({ is: 'refused' })
  })

  test('avec un type dans les réglages, les sous-types seuls sont proposés', async () => {
    await using bench = await start({ config: { type: 'Actes' } })
    expect(await bench.signature.circuits()).toEqual([
      { value: 'Délibération', label: 'Délibération' },
      { value: 'Arrêté', label: 'Arrêté' },
    ])
    await bench.sent({ circuit: 'Arrêté' })
    expect(bench.simulator.dossiers[0]).toMatchObject({ type: 'Actes', subtype: 'Arrêté' })
  })

  test('une signature détachée accompagne le document ; plusieurs voyagent dans un zip', async () => {
    await using bench = await start()
    const first = await bench.files.save('<Signature/>', 'a.xml')
    const second = await bench.files.save('<Signature n="2"/>', 'a.xml')
    await bench.sent({ key: 'un', signatures: [first] })
    await bench.sent({ key: 'deux', signatures: [first, second] })
    expect(bench.simulator.dossiers.map(({ primo }) => primo?.type)).toEqual(['application/xml', 'application/zip'])
    expect(bench.simulator.dossiers[0]?.primo?.sha256).toBe(first.sha256)
  })
})

describe('PES et autres XML', () => {
  test.each([
    ['chaque bordereau a un Id', pes(WITH_ID + WITH_ID), '//Bordereau'],
    ['un bordereau sans Id, une racine qui en a un', pes(WITH_ID + WITHOUT_ID, ' Id="P1"'), '.'],
    ['un XML qui n’est pas un PES', '<facture/>', undefined],
  ])('automatique, %s', async (_name, xml, xpath) => {
    await using bench = await start({ config: { type: 'PES' } })
    await bench.sent({
      circuit: 'Bordereaux',
      document: await bench.files.save(Buffer.from(xml, 'latin1'), 'flux.xml'),
    })
    expect(bench.simulator.dossiers[0]?.xpath).toBe(xpath)
    expect(bench.simulator.dossiers[0]?.visual?.type).toBe('application/pdf')
  })

  test.each([
    ['un PES sans aucun Id', pes(WITH_ID + WITHOUT_ID), /ne peut pas être signé : ni sa racine/u],
    ['un XML mal formé', '<PES_Aller>', /n'est pas un fichier XML lisible/u],
  ])('%s n’est pas envoyé', async (_name, xml, message) => {
    await using bench = await start()
    const document = await bench.files.save(xml, 'flux.xml')
    await expect(bench.send({ document })).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringMatching(message) as string,
    })
    expect(bench.simulator.count('dossier')).toBe(0)
  })

  test.each([
    ['2', '//Bordereau'],
    ['3', '.'],
    ['4', undefined],
  ])('le mode %s des réglages l’emporte', async (signatureXml, xpath) => {
    await using bench = await start({ config: { signatureXml } })
    await bench.sent({ document: await bench.files.save(pes(WITHOUT_ID), 'flux.xml') })
    expect(bench.simulator.dossiers[0]?.xpath).toBe(xpath)
  })

  test('le PES signé revient dans FichierPES, à l’octet près du parapheur, sans signature détachée', async () => {
    await using bench = await start()
    const xml = pes(`<!-- été -->${WITH_ID}`)
    const id = await bench.sent({ document: await bench.files.save(Buffer.from(xml, 'latin1'), 'flux.xml') })
    const status = await bench.signed(id)
    expect([status.document.name, status.document.type, status.signature]).toEqual([
      'flux.xml',
      'application/xml',
      undefined,
    ])
    const back = (await buffer(bench.files.open(status.document))).toString('latin1')
    expect(back).toContain('<!-- été -->')
    expect(back).toMatch(/<ds:Signature [^>]*\/><\/Bordereau>/u)
  })

  test('en mode 4, le XML revient intact et la signature à côté', async () => {
    await using bench = await start({ config: { signatureXml: '4' } })
    const document = await bench.files.save(pes(WITHOUT_ID), 'flux.xml')
    const status = await bench.signed(await bench.sent({ document }))
    expect(status.document).toEqual(document)
    expect(status.signature?.name).toBe('flux-signature.p7s')
  })

  test('le PDF des réglages est montré à la place du XML', async () => {
    const visuelPdf = Buffer.from('%PDF-1.7 vue de la ville')
    await using bench = await start({ config: { visuelPdf } })
    await bench.sent({ document: await bench.files.save('<facture/>', 'flux.xml') })
    expect(bench.simulator.dossiers[0]?.visual?.size).toBe(visuelPdf.length)
  })
})

describe('retour', () => {
  test('annexes ajoutées, bordereau en dernier, historique', async () => {
    await using bench = await start()
    const sentAnnexe = await samplePdf(bench.files, 'annexe.pdf')
    const id = await bench.sent({ annexes: [sentAnnexe] })
    await bench.simulator.annex('avis.doc', Buffer.from('d0cf11e0a1b11ae1', 'hex'))
    const status = await bench.signed(id)
    expect(status.annexes?.map(({ name, type }) => [name, type])).toEqual([
      ['annexe.pdf', 'application/pdf'],
      ['avis.doc', 'application/msword'],
    ])
    expect(status.bordereau?.name).toBe('Convention_bordereau.pdf')
    expect(await bench.textOf(status.history)).toMatch(/etat="Signe"><\/etape>\n.*etat="Archive">Circuit terminé/u)
  })

  test('plusieurs documents principaux : les annexes reviennent signées, leurs signatures détachées en un zip', async () => {
    await using bench = await start({ config: { plusieursDocuments: true } })
    const annexes = [
      await samplePdf(bench.files, 'deux.pdf'),
      await bench.files.save('<trois/>', 'trois.xml'),
      await bench.files.save('un tableau', 'quatre.txt'),
    ]
    const id = await bench.sent({ document: await bench.files.save('<un/>', 'un.xml'), annexes })
    const status = await bench.signed(id)
    expect(status.signedAnnexes?.map(({ name }) => name)).toEqual(['deux.pdf', 'trois.xml'])
    expect(status.signedAnnexes?.[0]?.sha256).not.toBe(annexes[0]?.sha256)
    expect(status.annexes?.map(({ name, type }) => [name, type])).toEqual([['quatre.txt', 'text/plain']])
    expect([status.signature?.name, status.signature?.type]).toEqual(['signature.zip', 'application/zip'])
    expect(await bench.signature.status(id)).toEqual(status)
  })

  test('une réponse tronquée est redemandée, avec ou sans MTOM', async () => {
    for (const transport of ['inline', 'mtom'] as const) {
      await using bench = await start({ simulator: { transport } })
      const id = await bench.sent()
      await bench.simulator.sign()
      bench.simulator.truncateNext()
      await expect(bench.signature.status(id)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: false })
      expect((await bench.signed(id)).document.name).toBe('convention.pdf')
    }
  })

  test('un refus rapporte son motif et son bordereau, quelle que soit l’étape', async () => {
    for (const steps of [0, 4]) {
      await using bench = await start()
      const id = await bench.sent()
      for (let step = 0; step < steps; step += 1) await bench.simulator.step()
      bench.simulator.refuse('Montant à revoir')
      expect(await bench.signature.status(id)).toMatchObject({
        is: 'refused',
        reason: 'Montant à revoir',
        bordereau: { type: 'application/pdf' },
      })
      await bench.signature.close(id)
      expect(bench.simulator.count('dossier')).toBe(0)
    }
  })

  test('le classement refusé par le parapheur se retente ; un dossier en cours ne se classe pas', async () => {
    await using bench = await start()
    const id = await bench.sent()
    await expect(bench.signature.close(id)).rejects.toMatchObject({ name: 'PermanentError' })
    await bench.simulator.sign()
    bench.simulator.ko('ArchiverDossier', 'Dossier verrouillé')
    await expect(bench.signature.close(id)).rejects.toThrow(/Dossier verrouillé\. Un nouvel essai/u)
    await bench.signature.close(id)
    expect(bench.simulator.count('dossier')).toBe(0)
  })

  test('les dossiers avancent seuls quand le simulateur est ainsi réglé', async () => {
    await using bench = await start({ simulator: { progress: 10 } })
    const id = await bench.sent()
    await expect.poll(async () => (await bench.signature.status(id)).is, { timeout: 10_000 }).toBe('signed')
  })

  test('la dernière ligne décide, et la journée de signature est celle de Paris', () => {
    const line = (status: string, timestamp = '2026-06-30T23:30:00.000Z', annotation = '') => ({
      timestamp,
      nom: 'Bureau',
      status,
      annotation,
    })
    expect(progressOf([line('Signe'), line('Archive')])).toEqual({ is: 'finished', signedOn: '2026-07-01' })
    expect(progressOf([line('CachetOK', '2026-06-30T23:30:00.000+0200'), line('Archive')])).toMatchObject({
      signedOn: '2026-06-30',
    })
    expect(progressOf([line('Signe')])).toEqual({ is: 'pending', message: '01/07/2026 01:30 : signé (Bureau)' })
    expect(progressOf([line('Archive'), line('NonLu', 'jamais', 'repris')])).toEqual({
      is: 'pending',
      message: 'en attente de lecture (Bureau) — repris',
    })
    for (const status of [
      'RejetVisa',
      'RejetSignataire',
      'RejetCachet',
      'RejetMailSecPastell',
      'RejetSignataireExterne',
    ])
      expect(progressOf([line(status)])).toEqual({
        is: 'rejected',
        reason: 'Dossier rejeté dans le parapheur par « Bureau », sans motif.',
      })
    expect(progressOf([])).toMatchObject({ is: 'pending' })
  })
})

describe('erreurs', () => {
  const fault = (code: string, reason: string) =>
    `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:${code}</faultcode><faultstring>${reason}</faultstring></e:Fault></e:Body></e:Envelope>`

  test.each([
    ['faute du serveur', 500, fault('Server', 'java.lang.NullPointerException'), 'TemporaryError', /NullPointer/u],
    ['faute du client', 500, fault('Client', 'Unmarshalling Error'), 'PermanentError', /Unmarshalling Error/u],
    ['erreur sans faute', 503, '<html/>', 'TemporaryError', /erreur 503/u],
    ['trop de demandes', 429, '', 'TemporaryError', /surchargé/u],
    ['fichiers trop gros', 413, '', 'PermanentError', /trop volumineux/u],
    ['demande refusée', 400, '', 'PermanentError', /réponse 400/u],
    ['interdit', 403, '', 'ConfigurationError', /interdit ce service/u],
    ['mauvaise adresse', 404, '', 'ConfigurationError', /n'est pas à l'adresse/u],
    ['redirection', 302, '', 'ConfigurationError', /autre adresse/u],
  ])('à l’envoi, %s', async (_name, status, body, name, message) => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'status', status, body }, { on: /CreerDossier$/u })
    await expect(bench.send()).rejects.toMatchObject({ name, message: expect.stringMatching(message) as string })
    expect(bench.simulator.count('dossier')).toBe(0)
  })

  test('un dossier plus gros que ce que prend le parapheur est refusé avec le remède', async () => {
    await using bench = await start({ simulator: { largest: 20_000 } })
    const document = await bench.files.save(Buffer.alloc(20_000, 'a'), 'gros.txt')
    await expect(bench.send({ document })).rejects.toThrow(/trop volumineux\. Réduisez-les/u)
    expect(bench.simulator.count('dossier')).toBe(0)
    await bench.sent()
  })

  test('seul un envoi laisse un doute : une lecture coupée n’en laisse pas', async () => {
    await using bench = await start()
    const id = await bench.sent()
    bench.simulator.faults.plan({ kind: 'cutAfter' })
    await expect(bench.signature.status(id)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: false })
  })

  test('un parapheur qui acceptait ces réglages et les refuse soudain redémarre sans doute, un quart d’heure durant', async () => {
    let now = new Date('2026-03-01T10:00:00Z').getTime()
    await using bench = await start({ clock: { now: () => new Date(now) } })
    await bench.check()
    bench.simulator.faults.plan({ kind: 'status', status: 401 }, { times: Infinity })
    await expect(bench.check()).rejects.toMatchObject({ name: 'TemporaryError' })
    now += 16 * 60_000
    await expect(bench.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('KO dans les listes, l’historique ou le contenu : passager, sauf dossier inconnu', async () => {
    await using bench = await start()
    const id = await bench.sent()
    bench.simulator.ko('GetListeTypes', 'Base occupée')
    await expect(bench.signature.circuits()).rejects.toMatchObject({ name: 'TemporaryError' })
    for (const attempt of [() => bench.signature.status(id), () => bench.signature.find('document-envoyer-1')]) {
      bench.simulator.ko('GetHistoDossier', 'Base occupée')
      await expect(attempt()).rejects.toMatchObject({ name: 'TemporaryError' })
    }
    await bench.simulator.sign()
    bench.simulator.ko('GetDossier', 'Base occupée')
    await expect(bench.signature.status(id)).rejects.toMatchObject({ name: 'TemporaryError' })
    bench.simulator.ko('GetDossier', `Le dossier ${id} est inconnu dans le Parapheur.`)
    await expect(bench.signature.status(id)).rejects.toMatchObject({ name: 'PermanentError' })
  })
})

describe('réglages', () => {
  test('« Tester » dit le compte et les types, et nomme ceux qui existent quand le réglage est faux', async () => {
    await using bench = await start()
    expect(await bench.check()).toMatch(/« passeur@demonstration » : 3 type\(s\).*« Marchés \/ Contrats »/u)
    await using wrong = await start({ config: { type: 'Acte' } })
    await expect(wrong.check()).rejects.toThrow(/Types accessibles : « Actes », « PES »/u)
  })

  test("l'autorité interne s'ajoute ; sans elle, ou sans le certificat client exigé, c'est une erreur de réglage", async () => {
    const authority = createAuthority()
    const client = authority.issueClient('passeur')
    const simulator = { authority, clients: authority }
    const config = { certificat: client.pfx, certificatMotDePasse: client.passphrase }
    await using bench = await start({ simulator, config })
    expect(await bench.check()).toMatch(/Certificat client valable jusqu'au \d\d\/\d\d\/\d{4}\.$/u)
    await using without = await start({ simulator })
    await expect(without.check()).rejects.toThrow(/exige un certificat client/u)
    await using distrustful = await start({ simulator, config: { ...config, autorite: undefined } })
    await expect(distrustful.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
    await using wrong = await start({ simulator, config: { ...config, certificatMotDePasse: 'faux' } })
    await expect(wrong.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('le transport choisit entre les deux adresses connues, une autre est prise telle quelle', () => {
    const adresse = (url: string, transport: 'inline' | 'mtom') => endpointOf({ adresse: url, transport })
    expect(adresse('https://p.fr/ws-iparapheur-no-mtom?wsdl', 'mtom')).toBe('https://p.fr/ws-iparapheur')
    expect(adresse('https://p.fr/ws-iparapheur/', 'inline')).toBe('https://p.fr/ws-iparapheur-no-mtom')
    expect(adresse('https://p.fr', 'inline')).toBe('https://p.fr/ws-iparapheur-no-mtom')
    expect(adresse('https://p.fr/v4/ws-iparapheur', 'mtom')).toBe('https://p.fr/v4/ws-iparapheur')
    expect(adresse('https://p.fr/pont/soap?wsdl', 'mtom')).toBe('https://p.fr/pont/soap')
    expect(() => adresse('parapheur', 'mtom')).toThrow(/n'est pas une adresse web/u)
  })

  test('identifiants et noms : stables, distincts, sans caractère interdit', () => {
    expect(dossierIdOf('a-b')).not.toBe(dossierIdOf('a_b'))
    for (const key of ['dossier-1/1', 'é', 'x'.repeat(900)]) {
      expect(dossierIdOf(key)).toBe(dossierIdOf(key))
      expect(dossierIdOf(key)).toMatch(/^\w{1,600}$/u)
    }
    expect(fileNames(['a.pdf', 'A.pdf', 'b*:?.pdf', '../c.pdf'])).toEqual(['a.pdf', 'A_1.pdf', 'b___.pdf', '.._c.pdf'])
    expect(titleOf('  deux\n lignes ')).toBe('deux lignes')
  })

  test('le simulateur sert sa description sur les deux adresses', async () => {
    await using bench = await start()
    const { identifiant, motDePasse } = bench.simulator.config as { identifiant: string; motDePasse: string }
    const authorization = `Basic ${Buffer.from(`${identifiant}:${motDePasse}`).toString('base64')}`
    for (const path of ['/ws-iparapheur', '/ws-iparapheur-no-mtom']) {
      const answer = await fetch(`${bench.simulator.url}${path}?wsdl`, { headers: { authorization } })
      expect(await answer.text()).toContain(`location="${bench.simulator.url}${path}"`)
    }
  })
})
