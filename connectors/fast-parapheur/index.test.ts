import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { SignatureFolder } from '#core'
import { samplePdf, signatureConformance } from '#core/conformance'
import { connectForTest, createAuthority } from '#core/testing'
import connector from './index.ts'
import { createSimulator, type FastParapheurSimulatorOptions } from './simulator.ts'

const authority = createAuthority()

signatureConformance('FAST-Parapheur', connector, async () => {
  const simulator = await createSimulator({ authority })
  return {
    config: simulator.config,
    refused: { config: { certificatMotDePasse: 'faux-mot-de-passe' }, secret: 'faux-mot-de-passe' },
    faults: simulator.faults,
    circuit: '12',
    creation: / upload$/u,
    retrieval: / download$/u,
    lacks: ['search', 'refusalReason'],
    count: () => simulator.count('document'),
    sign: () => simulator.sign(),
    refuse: reason => simulator.refuse(reason),
    close: () => simulator.close(),
  }
})

const start = async (config: Readonly<Record<string, unknown>> = {}, options: FastParapheurSimulatorOptions = {}) => {
  const simulator = await createSimulator({ authority, ...options })
  const connected = await connectForTest(connector, { ...simulator.config, ...config })
  const { signature } = connected.connector
  const { files } = connected.context
  const folder = async (changes: Partial<SignatureFolder> = {}): Promise<SignatureFolder> => ({
    key: 'document-envoyer-1',
    title: 'Convention',
    circuit: '12',
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
    signature,
    files,
    check: () => connected.connector.check(),
    send,
    sent,
    signed,
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

const CIRCUIT = { type: 'BUREAUTIQUE_PDF', steps: [{ step: 'signature', members: ['maire@ville.fr'] }] }

describe('envoi', () => {
  test('le libellé, le commentaire et la clé disent aux signataires ce que le formulaire disait', async () => {
    await using bench = await start()
    await bench.sent({
      title: `Convention  d'été « cœur & âme » ${'x'.repeat(300)}`,
      publicAnnotation: 'À signer <vite>',
      privateAnnotation: 'entre nous',
      deadline: '2031-01-15',
    })
    const [document] = bench.simulator.documents
    expect(document).toMatchObject({ circuit: '12', filename: 'convention.pdf' })
    expect(Array.from(document?.label ?? '')).toHaveLength(255)
    expect(document?.label).toMatch(/^Convention d'été « cœur & âme » x/u)
    expect(document?.comment.split('\n')).toEqual([
      'À signer <vite>',
      'À signer avant le 15/01/2031.',
      'Passeur : document-envoyer-1',
    ])
  })

  test('avec des annexes, un zip part au nom du document, celui-ci en premier, et le même dossier fait le même zip', async () => {
    await using bench = await start()
    const annexes = [await samplePdf(bench.files, 'plan.pdf', 'un'), await samplePdf(bench.files, 'plan.pdf', 'deux')]
    const signatures = [await bench.files.save('<Signature/>', 'signature.xml')]
    const document = await samplePdf(bench.files, 'convention.pdf')
    for (const key of ['un', 'deux']) await bench.sent({ key, document, annexes, signatures })
    const [first, second] = bench.simulator.documents
    expect(first?.filename).toBe('convention.zip')
    expect(second?.file.sha256).toBe(first?.file.sha256)
    if (!first) throw new Error('nothing arrived')
    const id = first.id
    const status = await bench.signed(id)
    expect(status.document.name).toBe('convention.pdf')
    expect(status.annexes?.map(({ sha256 }) => sha256)).toEqual(annexes.map(({ sha256 }) => sha256))
    expect(status.signedAnnexes).toEqual([])
  })

  test('les annexes que FAST a signées reviennent comme telles', async () => {
    await using bench = await start({}, { signsAnnexes: true })
    const annexes = [await samplePdf(bench.files, 'plan.pdf'), await bench.files.save('un tableau', 'notes.txt')]
    const status = await bench.signed(await bench.sent({ annexes }))
    expect(status.signedAnnexes?.map(({ name }) => name)).toEqual(['plan.pdf'])
    expect(status.annexes?.map(({ name }) => name)).toEqual(['notes.txt'])
  })

  test('MTOM porte les mêmes octets', async () => {
    await using bench = await start({ transport: 'mtom' })
    const document = await samplePdf(bench.files, 'convention.pdf')
    const id = await bench.sent({ document })
    expect(bench.simulator.documents[0]?.file.sha256).toBe(document.sha256)
    expect((await bench.signed(id)).document.name).toBe('convention.pdf')
  })

  test('une erreur après l’acceptation laisse un doute, et la clé reste lisible dans le commentaire', async () => {
    await using bench = await start()
    bench.simulator.fault('upload', 'java.net.SocketTimeoutException', 'after')
    await expect(bench.send()).rejects.toMatchObject({
      name: 'TemporaryError',
      maybeSent: true,
      message: expect.stringContaining('SocketTimeoutException') as string,
    })
    expect(await bench.signature.find('document-envoyer-1')).toMatchObject({
      is: 'unknowable',
      reason: expect.stringContaining('« Passeur : document-envoyer-1 »') as string,
    })
    expect(bench.simulator.documents[0]?.comment).toContain('Passeur : document-envoyer-1')
  })
})

describe('circuits à la volée', () => {
  test('ceux des réglages et celui des métadonnées sont proposés après ceux de FAST', async () => {
    await using bench = await start({
      circuitsALaVolee: JSON.stringify({ 'Maire seule': CIRCUIT }),
      circuitLibre: true,
    })
    expect((await bench.signature.circuits()).map(({ label }) => label)).toEqual([
      'Visa puis signature de la maire',
      'Bordereaux & PES',
      'Maire seule (à la volée)',
      'À la volée, décrit dans les métadonnées',
    ])
  })

  test('un circuit des réglages part avec le document, qui revient signé', async () => {
    await using bench = await start({ circuitsALaVolee: JSON.stringify({ 'Maire seule': CIRCUIT }) })
    const id = await bench.sent({ circuit: 'volee:Maire seule' })
    expect(JSON.parse(bench.simulator.onDemand[0]?.['circuit'] ?? '')).toEqual(CIRCUIT)
    expect((await bench.signed(id)).document.name).toBe('convention.pdf')
  })

  test('celui des métadonnées remplace le circuit choisi, avec ses adresses', async () => {
    await using bench = await start()
    await bench.sent({
      metadata: {
        circuit: JSON.stringify(CIRCUIT),
        email_destinataire: 'a@ville.fr',
        agents: 'b@ville.fr',
        autre: 'x',
      },
    })
    expect(bench.simulator.onDemand).toEqual([
      { circuit: JSON.stringify(CIRCUIT), email_destinataire: 'a@ville.fr', agents: 'b@ville.fr' },
    ])
  })

  test.each([
    ['absent', { circuit: 'volee' }, /joignez un fichier de métadonnées/u],
    ['illisible', { metadata: { circuit: '{' } }, /n’est pas lisible/u],
    ['sans étape', { metadata: { circuit: '{"type":"BUREAUTIQUE_PDF","steps":[]}' } }, /n’est pas lisible/u],
    ['retiré des réglages', { circuit: 'volee:Ancien' }, /n'est plus dans les réglages/u],
    [
      'refusé par FAST',
      { metadata: { circuit: JSON.stringify({ ...CIRCUIT, type: 'AUTRE' }) } },
      /Le type de circuit est inconnu/u,
    ],
  ])('%s : un refus, dans ses mots', async (_name, changes, reason) => {
    await using bench = await start()
    expect(await bench.send(changes)).toMatchObject({ is: 'refused', reason: expect.stringMatching(reason) as string })
    expect(bench.simulator.count('document')).toBe(0)
  })

  test('des réglages illisibles nomment le circuit fautif', async () => {
    await using bench = await start({ circuitsALaVolee: '{"Maire seule": {"type": "X"}}' })
    await expect(bench.check()).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringContaining('« Maire seule »') as string,
    })
  })

  test.each([['cutAfter'], ['garbage']] as const)('%s : le doute est dit', async kind => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind }, { on: /ondemand/u })
    await expect(bench.send({ metadata: { circuit: JSON.stringify(CIRCUIT) } })).rejects.toMatchObject({
      name: 'TemporaryError',
      maybeSent: true,
    })
  })
})

describe('suivi', () => {
  test('la dernière ligne est lue aux agents, avec son heure de Paris et son auteur', async () => {
    await using bench = await start()
    const id = await bench.sent()
    await bench.simulator.step(id)
    expect(await bench.signature.status(id)).toMatchObject({
      is: 'pending',
      message: expect.stringMatching(/^\d\d\/\d\d\/\d{4} \d\d:\d\d : Visa approuvé \(Dominique SERVICES\)$/u) as string,
    })
  })

  test('l’historique et la fiche de circulation accompagnent le document signé', async () => {
    await using bench = await start()
    const status = await bench.signed(await bench.sent())
    expect(status.bordereau?.name).toBe('fichier_de_circulation.pdf')
    if (!status.history) throw new Error('no history')
    expect(await text(bench.files.open(status.history))).toMatch(
      /etat="Signé" acteur="Camille MAIRE"[\s\S]*etat="Classé"/u,
    )
  })

  test('les libellés des états se règlent, sans égard à la casse', async () => {
    await using bench = await start({ etatsFinaux: 'clôturé', etatsRefuses: 'Retourné' })
    const id = await bench.sent()
    bench.simulator.push('Refusé')
    expect(await bench.signature.status(id)).toMatchObject({ is: 'pending' })
    await bench.simulator.refuse('non', id)
    bench.simulator.push('Retourné')
    expect(await bench.signature.status(id)).toMatchObject({
      is: 'refused',
      reason: 'Retourné : le motif est dans la fiche de circulation.',
    })
    bench.simulator.push('Clôturé')
    expect(await bench.signature.status(id)).toMatchObject({ is: 'signed', signedOn: undefined })
  })

  test('un document refusé reste dans FAST quand le réglage le veut ; un document en cours ne se supprime pas', async () => {
    await using bench = await start({ conserverRefus: true })
    const id = await bench.sent()
    await expect(bench.signature.close(id)).rejects.toMatchObject({ name: 'PermanentError' })
    await bench.simulator.refuse('non')
    await bench.signature.close(id)
    expect(bench.simulator.count('document')).toBe(1)
    const other = await bench.sent({ key: 'autre' })
    await bench.simulator.sign(other)
    await bench.signature.close(other)
    expect(bench.simulator.documents.map(each => each.id)).toEqual([id])
  })

  test('une suppression qui échoue se retente', async () => {
    await using bench = await start()
    const id = await bench.sent()
    await bench.simulator.sign()
    bench.simulator.fault('delete', 'Base occupée')
    await expect(bench.signature.close(id)).rejects.toMatchObject({ name: 'TemporaryError' })
    await bench.signature.close(id)
    expect(bench.simulator.count('document')).toBe(0)
  })

  test('un document dont un agent a saisi l’identifiant revient, sous un nom général', async () => {
    await using bench = await start()
    const id = await bench.sent()
    await using other = await connectForTest(connector, bench.simulator.config)
    await bench.simulator.sign()
    expect(await other.connector.signature.status(id)).toMatchObject({
      is: 'signed',
      document: { name: 'document.pdf' },
    })
  })

  test('les documents avancent seuls quand le simulateur est ainsi réglé', async () => {
    await using bench = await start({}, { progress: 20 })
    const id = await bench.sent()
    await expect.poll(async () => (await bench.signature.status(id)).is, { timeout: 20_000 }).toBe('signed')
  })
})

describe('erreurs et réglages', () => {
  const fault = (code: string, reason: string) =>
    `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:${code}</faultcode><faultstring>${reason}</faultstring></e:Fault></e:Body></e:Envelope>`

  test.each([
    ['faute du serveur', 500, fault('Server', 'java.lang.NullPointerException'), 'TemporaryError', /NullPointer/u],
    ['faute du client', 500, fault('Client', 'Unmarshalling Error'), 'PermanentError', /Unmarshalling Error/u],
    ['erreur sans faute', 503, '<html/>', 'TemporaryError', /réponse 503/u],
    ['trop de demandes', 429, '', 'TemporaryError', /surchargé/u],
    ['fichiers trop gros', 413, '', 'PermanentError', /trop volumineux/u],
    ['demande refusée', 400, '', 'PermanentError', /réponse 400/u],
    ['interdit', 403, '', 'ConfigurationError', /refuse notre certificat ou nos droits/u],
    ['mauvaise adresse', 404, '', 'ConfigurationError', /n'est pas à cette adresse/u],
    ['redirection', 302, '', 'ConfigurationError', /autre adresse/u],
  ])('à l’envoi, %s', async (_name, status, body, name, message) => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'status', status, body }, { on: / upload$/u })
    await expect(bench.send()).rejects.toMatchObject({ name, message: expect.stringMatching(message) as string })
    expect(bench.simulator.count('document')).toBe(0)
  })

  test('seul un envoi laisse un doute : une lecture coupée ou en faute n’en laisse pas', async () => {
    await using bench = await start()
    const id = await bench.sent()
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: / history$/u, times: 2 })
    await expect(bench.signature.status(id)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: false })
    bench.simulator.fault('history', 'Base occupée')
    await expect(bench.signature.status(id)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: false })
  })

  test('« Tester » dit l’abonnement, les circuits et la fin du certificat', async () => {
    await using bench = await start()
    expect(await bench.check()).toMatch(
      /abonnement 000000000 : 2 circuit\(s\) \(« Visa puis .*certificat de « Ville de démonstration » valable jusqu'au \d\d\/\d\d\/\d{4}\.$/u,
    )
  })

  test('un certificat d’une autre autorité, expiré, ou un serveur inconnu : des erreurs de réglage', async () => {
    await using bench = await start()
    const day = 86_400_000
    const stranger = createAuthority().issueClient('Inconnue')
    const expired = authority.issueClient('Ville', { notAfter: new Date(Date.now() - day) })
    for (const [config, message] of [
      [{ certificat: stranger.pfx, certificatMotDePasse: stranger.passphrase }, /refuse notre certificat/u],
      [{ certificat: expired.pfx, certificatMotDePasse: expired.passphrase }, /« Ville » a expiré/u],
      [{ autorite: undefined }, /autorité connue/u],
      [{ abonnement: '111111111' }, /non autorisé/u],
    ] as const) {
      await using wrong = await connectForTest(connector, { ...bench.simulator.config, ...config })
      await expect(wrong.connector.check()).rejects.toThrow(message)
    }
  })

  test('l’espace de noms se lit dans la description du service ; un réglage l’emporte', async () => {
    await using bench = await start({ espaceDeNoms: 'http://autre/' })
    await expect(bench.sent()).rejects.toThrow(/FAST ne comprend pas la demande \(getCircuits\)/u)
  })
})
