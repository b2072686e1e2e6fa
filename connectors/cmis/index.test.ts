import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError } from '#core'
import { gedConformance, largeFileConformance, volumeConformance } from '#core/conformance'
import { connectForTest, createAuthority, sampleDocument } from '#core/testing'
import cmis from './index.ts'
import { openSession } from './session.ts'
import { createSimulator, type CmisSimulatorOptions } from './simulator.ts'
import { cmisVolume } from './volume.ts'

const authority = createAuthority()

const started = async (options: CmisSimulatorOptions = {}) => {
  const simulator = await createSimulator({ authority, ...options })
  const connect = (config: Readonly<Record<string, unknown>> = {}) =>
    connectForTest(cmis, { ...simulator.config, ...config })
  return { simulator, connect, [Symbol.asyncDispose]: () => simulator.close() }
}

// The strictest of remotes: it refuses no name, so that nothing but the connector prevents a second deposit.
gedConformance('Le connecteur CMIS, avec une GED aux manières de Nuxeo,', cmis, async () => {
  const simulator = await createSimulator({ clear: true, duplicates: true })
  return {
    config: simulator.config,
    refused: { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
    faults: simulator.faults,
    contents: async () =>
      Object.fromEntries(Object.entries(await simulator.contents()).filter(([path]) => !path.startsWith('.passeur-'))),
    unfinished: async () => simulator.count('inachevé'),
    close: () => simulator.close(),
    [Symbol.asyncDispose]: () => simulator.close(),
  }
})

volumeConformance(
  'Un dossier CMIS',
  async () => {
    const bench = await started({ pageSize: 1 })
    const connected = await bench.connect()
    return {
      open: async () => {
        const { context } = connected
        return {
          ...cmisVolume(await openSession(context), context.config, []),
          check: () => connected.connector.check(),
        }
      },
      async [Symbol.asyncDispose]() {
        await connected[Symbol.asyncDispose]()
        await bench.simulator.close()
      },
    }
  },
  { replaces: 'never' },
)

test.each(['dossier', 'zip', 'fichiers'])(
  'avec Alfresco, un nom pris est refusé ou contourné (%s)',
  async typeDepot => {
    await using bench = await started()
    await using connected = await bench.connect({ typeDepot })
    const { files } = connected.context
    const first = await connected.connector.ged.deposit(await sampleDocument(files, { title: 'Acte' }), 'clé 1')
    const again = await sampleDocument(files, { id: 'd-2', title: 'Acte' })
    await expect(connected.connector.ged.deposit(again, 'clé 2')).rejects.toThrow('existe déjà')
    await using renaming = await connectForTest(
      cmis,
      { ...bench.simulator.config, typeDepot, existeDeja: 'renommer' },
      { files },
    )
    const second = await renaming.connector.ged.deposit(again, 'clé 3')
    expect(new Set([...Object.values(first.ids), ...Object.values(second.ids)]).size).toBe(typeDepot === 'zip' ? 2 : 8)
    expect(bench.simulator.count('inachevé')).toBe(0)
  },
)

test('un objet que Nuxeo retrouve sous son ancien nom n’y est plus', async () => {
  await using bench = await started({ duplicates: true })
  await using connected = await bench.connect()
  const volume = cmisVolume(await openSession(connected.context), connected.context.config, [])
  await volume.makeFolder('avant')
  expect(await volume.rename('avant', 'après')).toBe('renamed')
  expect(await volume.stat('avant')).toBeUndefined()
  expect(await volume.stat('après')).toMatchObject({ kind: 'folder' })
})

largeFileConformance('Le connecteur CMIS', cmis, async () => {
  const simulator = await createSimulator({ authority })
  return {
    config: simulator.config,
    sizeOf: async name => simulator.about(`Gros/${name}`)?.size,
    [Symbol.asyncDispose]: () => simulator.close(),
  }
})

describe('la connexion', () => {
  test('« Tester » dit la GED, sa version, le dépôt, le compte et le dossier', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    expect(await connected.connector.check()).toMatch(
      /^Connecté à Alfresco Community.* 7\.4\.0 \(CMIS 1\.1, dépôt « -default- »\) comme « passeur » ; .*documentLibrary.* « cmis:document » convient\.$/u,
    )
  })

  test('le certificat du serveur est vérifié', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ autorite: undefined })
    await expect(connected.connector.check()).rejects.toThrow(/autorité connue/u)
  })

  test('un certificat expiré est dit', async () => {
    const expired = {
      ...authority,
      issueServer: () => authority.issueServer(undefined, { notAfter: new Date('2020-01-01') }),
    }
    await using bench = await started({ authority: expired })
    await using connected = await bench.connect()
    await expect(connected.connector.check()).rejects.toThrow(/a expiré/u)
  })

  test('n’atteint pas un réseau interne que la plateforme n’autorise pas', async () => {
    await using bench = await started()
    await using connected = await connectForTest(cmis, bench.simulator.config, { allowLoopback: false })
    await expect(connected.connector.check()).rejects.toThrow(/réseau interne/u)
  })

  test('derrière un mandataire, le compte ne part pas vers l’adresse interne que la GED croit avoir', async () => {
    await using bench = await started({ innerHost: 'http://alfresco.interne:8080' })
    await using connected = await bench.connect()
    expect(await connected.connector.check()).toContain('accessible')
  })

  test('le dépôt choisi est celui des réglages, et un inconnu est dit avec ceux qui existent', async () => {
    await using bench = await started()
    await using archives = await bench.connect({ depot: 'archives', dossier: '/' })
    expect(await archives.connector.check()).toContain('dépôt « archives »')
    await using unknown = await bench.connect({ depot: 'rh' })
    await expect(unknown.connector.check()).rejects.toThrow(/« -default- », « archives »/u)
  })

  test.each([
    [{ dossier: '/Sites/absent' }, "n'existe pas"],
    [{ typeObjet: 'D:acme:inconnu' }, 'ne connaît pas le type'],
    [{ typeObjet: 'cmis:folder' }, "n'est pas un type de document"],
    [{ typeObjet: 'D:acme:acte' }, 'exige la propriété « acme:numero »'],
    [{ proprietes: '"acme:numero":text:%numero%' }, "n'existe pas pour le type"],
    [{ proprietes: '"cmis:objectId":text:1' }, 'ne peut pas être écrite'],
    [{ proprietes: '"cmis:description":datetime:%jour%' }, "n'est pas une date"],
    [{ proprietes: '"cmis:description":text[]:%jour%' }, "ne prend qu'une valeur"],
    [{ proprietes: 'acme:numero=%numero%' }, "n'est pas de la forme"],
    [{ proprietes: '"cmis:name":text:%numero%' }, 'donnée par Passeur'],
    [{ typeObjet: 'D:acme:acte', proprietes: '"acme:numero":text:1\n"acme:date":text:%jour%' }, 'écrivez « datetime »'],
  ])('un réglage faux %o est dit par « Tester »', async (config, sentence) => {
    await using bench = await started()
    await using connected = await bench.connect(config)
    const checking = connected.connector.check()
    await expect(checking).rejects.toThrow(ConfigurationError)
    await expect(checking).rejects.toThrow(sentence)
  })

  test('un compte qui ne peut rien créer est dit par « Tester »', async () => {
    await using bench = await started({ readOnly: true })
    await using connected = await bench.connect()
    await expect(connected.connector.check()).rejects.toThrow(/ne peut rien créer/u)
  })

  test('une adresse qui n’est pas celle de la liaison « navigateur » est une erreur de réglage', async () => {
    await using bench = await started()
    await using absent = await bench.connect({ adresse: `${new URL(bench.simulator.url).origin}/alfresco` })
    await expect(absent.connector.check()).rejects.toThrow(/browser binding/u)
    await using connected = await bench.connect()
    bench.simulator.faults.plan({ kind: 'status', status: 200, body: '{}' }, { on: /service/u })
    await expect(connected.connector.check()).rejects.toThrow(/browser binding/u)
    await using wrong = await bench.connect({ adresse: 'ged' })
    await expect(wrong.connector.check()).rejects.toThrow(/adresse web/u)
  })
})

describe('chaque refus de la GED', () => {
  const said = (exception: string) => JSON.stringify({ exception, message: 'parce que.' })
  const cases = [
    [302, '', /^GET object/u, ConfigurationError, 'autre adresse'],
    [400, said('invalidArgument'), /createDocument/u, PermanentError, 'refuse la demande (parce que)'],
    [400, said('filterNotValid'), /^GET object/u, PermanentError, 'refuse la demande'],
    [401, said('unauthorized'), /createFolder/u, ConfigurationError, 'mot de passe'],
    [403, said('permissionDenied'), /createDocument/u, ConfigurationError, 'refuse ce droit'],
    [404, said('objectNotFound'), /createDocument/u, ConfigurationError, 'ne le trouve pas'],
    [404, '<html>Not Found</html>', /^GET object/u, TemporaryError, "ce n'est pas la GED"],
    [405, said('notSupported'), /createFolder/u, PermanentError, "n'accepte pas cette opération"],
    [409, said('constraint'), /createDocument/u, PermanentError, "s'y opposent (parce que)"],
    [409, said('versioning'), /createDocument/u, PermanentError, "s'y opposent"],
    [409, said('nameConstraintViolation'), /update/u, PermanentError, "s'y opposent"],
    [409, said('updateConflict'), /update/u, TemporaryError, 'autre programme'],
    [413, '', /createDocument/u, PermanentError, 'trop grand'],
    [429, '', /createDocument/u, TemporaryError, 'répond 429'],
    [500, said('runtime'), /createDocument/u, TemporaryError, 'répond 500 (parce que)'],
    [500, said('storage'), /update/u, TemporaryError, 'répond 500'],
    [503, '', /service/u, TemporaryError, 'répond 503'],
    [507, said('storage'), /createDocument/u, TemporaryError, 'plus de place'],
    [200, '<html>Maintenance', /createFolder/u, TemporaryError, "ce n'est pas la GED"],
    [200, '{}', /^GET object/u, TemporaryError, "sans décrire l'objet"],
  ] as const
  test.each(cases)('%i %s à %s est dit par une phrase', async (status, body, on, kind, sentence) => {
    await using bench = await started()
    await using connected = await bench.connect()
    bench.simulator.faults.plan({ kind: 'status', status, body }, { on, times: Infinity })
    const failure: unknown = await connected.connector.ged
      .deposit(await sampleDocument(connected.context.files), 'clé')
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(kind)
    expect(String(failure)).toContain(sentence)
    expect(bench.simulator.count('dépôt')).toBe(0)
  })

  test('un quota dépassé laisse le dépôt attendre, sans rien publier', async () => {
    await using bench = await started({ quota: 60 })
    await using connected = await bench.connect()
    const document = await sampleDocument(connected.context.files)
    await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow('plus de place')
    expect(bench.simulator.count('dépôt')).toBe(0)
  })

  test('une erreur 500 après la création ne fait pas de deuxième document, même là où deux noms égaux sont permis', async () => {
    for (const duplicates of [false, true]) {
      await using bench = await started({ duplicates })
      await using connected = await bench.connect({ typeDepot: 'zip' })
      const document = await sampleDocument(connected.context.files, { title: 'Acte' })
      bench.simulator.failAfterCreation()
      const failure: unknown = await connected.connector.ged.deposit(document, 'clé').catch((error: unknown) => error)
      expect(failure).toMatchObject({ name: 'TemporaryError', maybeSent: true })
      await connected.connector.ged.deposit(document, 'clé')
      expect(bench.simulator.count('dépôt') + bench.simulator.count('inachevé')).toBe(1)
    }
  })

  test('un dépôt relevé par son destinataire avant la réponse n’est pas fait une deuxième fois', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    const document = await sampleDocument(connected.context.files, { title: 'Acte' })
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: /update/u })
    await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow(TemporaryError)
    bench.simulator.take('Acte')
    expect((await connected.connector.ged.deposit(document, 'clé')).location).toContain('Acte')
    expect(bench.simulator.count('dépôt') + bench.simulator.count('inachevé')).toBe(0)
  })

  test('un homonyme apparu au dernier moment n’est pas remplacé', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ typeDepot: 'zip' })
    bench.simulator.faults.once(/POST update/u, () => bench.simulator.put('Acte.zip'))
    const document = await sampleDocument(connected.context.files, { title: 'Acte' })
    await expect(connected.connector.ged.deposit(document, 'clé')).rejects.toThrow('existe déjà')
    expect(await bench.simulator.contents()).toEqual({ 'Acte.zip': Buffer.alloc(0) })
  })
})

describe('ce que la GED garde', () => {
  const proprietes = [
    '"acme:numero":text:%numero%-%entite.siren%',
    '"acme:date":datetime:%jour%',
    '"acme:mots":text[]:voirie, école,%absent%',
    '"cmis:description":text:%absent%',
  ].join('\n')

  test('chaque fichier a le type et les propriétés demandés, et rien pour un champ vide', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ typeObjet: 'D:acme:acte', proprietes, metadonnees: 'json' })
    expect(await connected.connector.check()).toContain('D:acme:acte')
    await connected.connector.ged.deposit(await sampleDocument(connected.context.files, { title: 'Acte' }), 'clé')
    for (const name of ['délibération 12.pdf', 'annexe_1.pdf', 'metadata.json']) {
      const about = bench.simulator.about(`Acte/${name}`)
      expect(about).toMatchObject({
        'cmis:objectTypeId': 'D:acme:acte',
        'acme:numero': '2026_012-213400017',
        'acme:date': Date.parse('2026-06-30T12:00:00Z'),
        'acme:mots': ['voirie', 'école'],
      })
      expect(about).not.toHaveProperty('cmis:description')
    }
  })

  test('un aspect d’Alfresco apporte ses propriétés', async () => {
    await using bench = await started()
    await using connected = await bench.connect({
      proprietes: '"cmis:secondaryObjectTypeIds":text[]:P:cm:titled\n"cm:title":text:%objet%',
    })
    expect(await connected.connector.check()).toContain('convient')
    await connected.connector.ged.deposit(await sampleDocument(connected.context.files, { title: 'Acte' }), 'clé')
    expect(bench.simulator.about('Acte/ar.xml')).toMatchObject({ 'cm:title': 'Acte' })
  })

  test('une valeur qui n’est pas une date est une erreur du dossier', async () => {
    await using bench = await started()
    await using connected = await bench.connect({
      typeObjet: 'D:acme:acte',
      proprietes: '"acme:date":datetime:%objet%',
    })
    const depositing = connected.connector.ged.deposit(await sampleDocument(connected.context.files), 'clé')
    await expect(depositing).rejects.toThrow(PermanentError)
    await expect(depositing).rejects.toThrow(/n'est pas une date/u)
  })

  test('une propriété obligatoire sans valeur est refusée dans les mots de la GED', async () => {
    await using bench = await started()
    await using connected = await bench.connect({
      typeObjet: 'D:acme:acte',
      proprietes: '"acme:numero":text:%absent%',
    })
    const depositing = connected.connector.ged.deposit(await sampleDocument(connected.context.files), 'clé')
    await expect(depositing).rejects.toThrow(/acme:numero/u)
    await expect(depositing).rejects.toThrow(PermanentError)
  })

  test('le nom et le type du contenu sont définitifs, et les identifiants sont rendus avec leur version', async () => {
    await using bench = await started()
    await using connected = await bench.connect({ typeDepot: 'zip' })
    const deposited = await connected.connector.ged.deposit(
      await sampleDocument(connected.context.files, { title: 'Acte' }),
      'clé',
    )
    const about = bench.simulator.about('Acte.zip')
    expect(about).toMatchObject({ filename: 'Acte.zip', mime: 'application/zip' })
    expect(deposited.ids).toEqual({ 'Acte.zip': about?.['id'] })
    expect(deposited.ids['Acte.zip']).toMatch(/;1\.0$/u)
    expect(deposited.location).toBe('/Sites/actes/documentLibrary/Acte.zip')
  })
})
