import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { ConfigurationError, PermanentError, TemporaryError, type FileRef } from '#core'
import { largeFileConformance, Nth } from '#core/conformance'
import { connectForTest, createAuthority, sampleDocument, temporaryFiles, temporaryMemory } from '#core/testing'
import pastell from './index.ts'
import { createSimulator, type PastellSimulatorOptions } from './simulator.ts'

/** A platform, and an instance whose memory and files outlive its restarts. */
const started = async (options: PastellSimulatorOptions = {}) => {
  const simulator = await createSimulator(options)
  const files = await temporaryFiles()
  const memory = temporaryMemory()
  const connect = (config: Readonly<Record<string, unknown>> = {}) =>
    connectForTest(pastell, { ...simulator.config, ...config }, { files, memory })
  /** One call of a process that dies after it. */
  const deposit = async (key: string, config: Readonly<Record<string, unknown>> = {}, values = {}) => {
    await using connected = await connect(config)
    return await connected.connector.ged.deposit(await sampleDocument(files, { title: 'Acte', values }), key)
  }
  return {
    simulator,
    files,
    connect,
    deposit,
    async [Symbol.asyncDispose]() {
      await simulator.close()
      await files[Symbol.asyncDispose]()
    },
  }
}

const caught = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

largeFileConformance('Le connecteur Pastell', pastell, async () => {
  const simulator = await createSimulator()
  return {
    config: simulator.config,
    sizeOf: async name => simulator.documents().find(({ names }) => names['arrete']?.includes(name))?.sizes[0],
    [Symbol.asyncDispose]: () => simulator.close(),
  }
})

describe('« Tester »', () => {
  test('dit la version, le compte, l’entité, le type et l’action, et ne crée rien', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    expect(await connected.connector.check()).toMatch(
      /version 4\.1\.2 comme « passeur ».*« actes-generique ».*« Ville de Démonstration », puis « orientation »/u,
    )
    expect(bench.simulator.count('dossier')).toBe(0)
  })

  test.each([
    [{ motDePasse: 'sésame-erroné' }, 'refuse le compte'],
    [{ entite: '8' }, "L'entité 8 n'a pas été trouvée"],
    [{ typeDossier: 'inconnu' }, "n'existe pas sur cette plateforme"],
    [{ action: 'envoyer' }, "n'a pas d'action « envoyer »"],
    [{ correspondances: 'titre: %objet%' }, "n'a pas de champ « titre »"],
    [{ correspondances: 'arrete: acte.pdf' }, 'attend un fichier'],
    [{ correspondances: 'objet %objet%' }, "n'est pas de la forme"],
    [{ adresse: 'pastell' }, 'adresse web'],
  ])('dit ce qui ne va pas dans %o', async (config, sentence) => {
    await using bench = await started()
    await using connected = await bench.connect(config)
    const failure = await caught(connected.connector.check())
    expect(failure).toBeInstanceOf(ConfigurationError)
    expect(String(failure)).toContain(sentence)
    expect(`${String(failure)} ${JSON.stringify(connected.context.log.lines)}`).not.toContain('sésame')
  })

  test('dit qu’une entité est désactivée, et qu’une adresse n’est pas celle de Pastell', async () => {
    await using bench = await started({ isActive: false })
    await using connected = await bench.connect()
    await expect(connected.connector.check()).rejects.toThrow(/désactivée/u)
    await using elsewhere = await bench.connect({ adresse: `${bench.simulator.url}/ailleurs` })
    await expect(elsewhere.connector.check()).rejects.toThrow(/API de Pastell/u)
  })

  test('vérifie le certificat du serveur, et présente celui du compte', async () => {
    const authority = createAuthority()
    await using bench = await started({ tls: { authority, client: true } })
    await using connected = await bench.connect()
    expect(await connected.connector.check()).toContain('Connecté')
    await using untrusted = await bench.connect({ autorite: undefined })
    await expect(untrusted.connector.check()).rejects.toThrow(/autorité connue/u)
    await using anonymous = await bench.connect({ certificat: undefined })
    await expect(anonymous.connector.check()).rejects.toThrow(ConfigurationError)
    await using expired = await started({ tls: { authority, notAfter: new Date('2020-01-01') } })
    await expect(expired.deposit('clé')).rejects.toThrow(/a expiré/u)
  })

  test('n’atteint pas un réseau interne que la plateforme n’autorise pas', async () => {
    await using bench = await started()
    await using connected = await connectForTest(pastell, bench.simulator.config, { allowLoopback: false })
    await expect(connected.connector.check()).rejects.toThrow(/réseau interne/u)
  })
})

describe('le dépôt', () => {
  test('remplit les champs, envoie les fichiers à l’identique et déclenche l’action', async () => {
    await using bench = await started()
    await using connected = await bench.connect()
    const document = await sampleDocument(bench.files)
    const deposited = await connected.connector.ged.deposit(document, 'clé')
    const [remote] = bench.simulator.documents()
    expect(remote).toMatchObject({
      state: 'preparation-send-tdt',
      values: {
        objet: 'Délibération n° 12 : école & cantine',
        numero_de_lacte: '2026_012',
        acte_nature: '1',
        envoi_sae: '1',
      },
      names: { arrete: ['délibération 12.pdf'], autre_document_attache: ['annexe.pdf', 'annexe.pdf'] },
    })
    const annexes = await Promise.all(
      (document.values['annexes'] as FileRef[]).map(file => buffer(bench.files.open(file))),
    )
    expect(await remote?.contents('autre_document_attache')).toEqual(annexes)
    expect(deposited.location).toBe(`${bench.simulator.url}/Document/detail?id_d=${remote?.id}&id_e=7`)
    expect(deposited.ids).toEqual({
      'délibération 12.pdf': remote?.id,
      'annexe.pdf': remote?.id,
      'annexe_1.pdf': remote?.id,
    })
  })

  test('prend une constante, les noms de Pastell de nos champs, et deux sources pour un champ', async () => {
    await using bench = await started()
    const correspondances =
      'objet: Acte %numero_de_lacte% : suite\nenvoi_sae: %absent%\narrete: %arrete%\nautre_document_attache: %annexes%\nautre_document_attache: %tdtActes.ar%'
    await bench.deposit('clé', { correspondances, action: 'NO_ACTION' })
    expect(bench.simulator.documents()).toMatchObject([
      {
        state: 'modification',
        values: { objet: 'Acte 2026_012 : suite', envoi_sae: '1' },
        names: { autre_document_attache: ['annexe.pdf', 'annexe.pdf', 'ar.xml'] },
      },
    ])
  })

  test('sans action, un dossier incomplet y reste en rédaction', async () => {
    await using bench = await started()
    await bench.deposit('clé', { action: 'NO_ACTION', correspondances: 'objet: %objet%' })
    expect(bench.simulator.documents()).toMatchObject([{ state: 'modification' }])
  })

  test('rejoué avec la même clé, répond la même chose, même si le dossier a été retiré entre-temps', async () => {
    await using bench = await started()
    const first = await bench.deposit('clé')
    expect(await bench.deposit('clé')).toEqual(first)
    bench.simulator.deleteByHand(bench.simulator.documents()[0]?.id ?? '')
    expect(await bench.deposit('clé')).toEqual(first)
    expect(bench.simulator.count('dossier')).toBe(0)
    expect(bench.simulator.count('action')).toBe(1)
  })

  test('serveur arrêté : erreur passagère, puis un seul dossier au retour', async () => {
    await using bench = await started()
    bench.simulator.faults.goDown()
    await expect(bench.deposit('clé')).rejects.toThrow(TemporaryError)
    bench.simulator.faults.clear()
    await bench.deposit('clé')
    expect(bench.simulator.count('dossier')).toBe(1)
  })

  for (const kind of ['cutBefore', 'cutAfter'] as const)
    test(`coupé ${kind === 'cutBefore' ? 'avant' : 'après'} chacune de ses opérations, un seul dossier entier, une seule action`, async () => {
      for (let n = 1, reached = true; reached; n++) {
        await using bench = await started()
        const nth = new Nth(n)
        bench.simulator.faults.plan({ kind }, { on: nth })
        const failure = await caught(bench.deposit('clé'))
        reached = nth.seen >= n
        bench.simulator.faults.clear()
        if (failure instanceof Error) expect(failure, `operation ${n}`).toBeInstanceOf(TemporaryError)
        await bench.deposit('clé')
        expect(bench.simulator.documents(), `operation ${n}`).toMatchObject([
          { state: 'preparation-send-tdt', names: { arrete: ['délibération 12.pdf'] } },
        ])
        expect(bench.simulator.count('action'), `operation ${n}`).toBe(1)
        expect(n).toBeLessThan(50)
      }
    }, 60_000)
})

describe('une création dont la réponse est perdue', () => {
  const lose = async (bench: Awaited<ReturnType<typeof started>>, key: string) => {
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: /^POST .*\/document$/u })
    expect(await caught(bench.deposit(key))).toMatchObject({ name: 'TemporaryError', maybeSent: true })
  }

  test('ne prend pas un dossier vide qui était là avant', async () => {
    await using bench = await started()
    const other = bench.simulator.createByHand()
    bench.simulator.faults.plan({ kind: 'cutBefore' }, { on: /^POST .*\/document$/u })
    await expect(bench.deposit('clé')).rejects.toThrow(TemporaryError)
    await bench.deposit('clé')
    expect(bench.simulator.documents().find(({ id }) => id === other)?.state).toBe('creation')
    expect(bench.simulator.count('dossier')).toBe(2)
  })

  test('ne prend pas le dossier d’un autre envoi de la même instance', async () => {
    await using bench = await started()
    bench.simulator.faults.plan({ kind: 'cutBefore' }, { on: /^POST .*\/document$/u })
    await expect(bench.deposit('clé 1')).rejects.toThrow(TemporaryError)
    bench.simulator.faults.plan({ kind: 'cutBefore' }, { on: /^PATCH/u })
    await expect(bench.deposit('clé 2')).rejects.toThrow(TemporaryError)
    await bench.deposit('clé 1')
    await bench.deposit('clé 2')
    expect(bench.simulator.documents().map(({ state }) => state)).toEqual([
      'preparation-send-tdt',
      'preparation-send-tdt',
    ])
    expect(bench.simulator.count('action')).toBe(2)
  })

  test('laisse une personne choisir quand un autre dossier vide est apparu en même temps', async () => {
    await using bench = await started()
    await lose(bench, 'clé')
    const other = bench.simulator.createByHand()
    const failure = await caught(bench.deposit('clé'))
    expect(failure).toBeInstanceOf(PermanentError)
    expect(String(failure)).toContain(other)
    bench.simulator.deleteByHand(other)
    await bench.deposit('clé')
    expect(bench.simulator.count('dossier')).toBe(1)
  })
})

describe('ce que la plateforme refuse', () => {
  test.each([
    [{ correspondances: 'objet: %objet%' }, /«Acte» est obligatoire\. Le brouillon y a été supprimé\./u],
    [{ correspondances: 'objet: x\narrete: %tdtActes.ar%' }, /n'est pas conforme/u],
    [{ correspondances: 'objet: x\narrete: %annexes%' }, /n'est pas multiple/u],
    [{ correspondances: 'arrete: %objet%' }, /n'est pas autorisé sur un PATCH/u],
    [{ action: 'controle-distant' }, /Le contrôle a échoué/u],
    [{ action: 'inconnue' }, /n'existe pas/u],
  ])('%o est une erreur du dossier, dans ses mots, et ne laisse pas de brouillon', async (config, sentence) => {
    await using bench = await started()
    const failure = await caught(bench.deposit('clé', config))
    expect(failure).toBeInstanceOf(PermanentError)
    expect(String(failure)).toMatch(sentence)
    expect(bench.simulator.count('dossier')).toBe(0)
    await bench.deposit('clé')
    expect(bench.simulator.count('dossier')).toBe(1)
  })

  test('une action qui échoue en chemin laisse le dossier voir là-bas', async () => {
    await using bench = await started()
    const failure = await caught(bench.deposit('clé', { action: 'envoi-casse' }))
    expect(failure).toBeInstanceOf(PermanentError)
    expect(String(failure)).toMatch(/Le tiers ne répond pas.*Voyez là-bas/u)
    expect(bench.simulator.documents()).toMatchObject([{ state: 'erreur-envoi' }])
  })

  test('un brouillon que la plateforme ne laisse pas supprimer est nommé', async () => {
    await using bench = await started()
    bench.simulator.faults.plan({ kind: 'status', status: 503 }, { on: /^DELETE/u })
    const failure = await caught(bench.deposit('clé', { correspondances: 'objet: x' }))
    expect(failure).toBeInstanceOf(PermanentError)
    expect(String(failure)).toContain(`« ${bench.simulator.documents()[0]?.id} » y est peut-être resté`)
  })

  test('un brouillon supprimé là-bas est dit, et relancer en crée un autre', async () => {
    await using bench = await started()
    bench.simulator.faults.plan({ kind: 'status', status: 503 }, { on: /^PATCH/u })
    await expect(bench.deposit('clé')).rejects.toThrow(TemporaryError)
    bench.simulator.deleteByHand(bench.simulator.documents()[0]?.id ?? '')
    const failure = await caught(bench.deposit('clé'))
    expect(failure).toBeInstanceOf(PermanentError)
    expect(String(failure)).toContain("n'est plus sur la plateforme")
    await bench.deposit('clé')
    expect(bench.simulator.documents()).toMatchObject([{ state: 'preparation-send-tdt' }])
  })

  test('un compte sans le droit d’édition et une entité désactivée sont des erreurs de réglage', async () => {
    await using unable = await started({ mayEdit: false })
    await expect(unable.deposit('clé')).rejects.toThrow(/n'en a pas le droit.*Acces interdit/u)
    await using inactive = await started({ isActive: false })
    const failure = await caught(inactive.deposit('clé'))
    expect(failure).toBeInstanceOf(ConfigurationError)
    expect(String(failure)).toContain('est désactivée')
  })

  test('trop de mauvais mots de passe font attendre', async () => {
    await using bench = await started()
    for (let n = 0; n < 6; n++)
      await expect(bench.deposit('clé', { motDePasse: 'autre' })).rejects.toThrow(ConfigurationError)
    const failure = await caught(bench.deposit('clé'))
    expect(failure).toBeInstanceOf(TemporaryError)
    expect(String(failure)).toContain('Rate Limit Exceeded')
  })

  const error = (message: string) => JSON.stringify({ status: 'error', 'error-message': message })
  test.each([
    [302, '', /^PATCH/u, ConfigurationError, 'autre adresse'],
    [401, error('Votre compte a été désactivé'), /^POST/u, ConfigurationError, 'compte a été désactivé'],
    [403, error('Vous devez avoir le droit x'), /^PATCH/u, ConfigurationError, "n'en a pas le droit"],
    [403, '<html>Forbidden', /^PATCH/u, ConfigurationError, "n'en a pas le droit"],
    [404, '<html>Not Found', /^PATCH/u, ConfigurationError, 'API de Pastell'],
    [413, '<html>Too large', /file/u, PermanentError, 'trop grand'],
    [429, error('Rate Limit Exceeded'), /file/u, TemporaryError, 'momentanément'],
    [500, '', /action/u, TemporaryError, 'réponse 500'],
    [503, '<html>Maintenance', /^GET/u, TemporaryError, 'momentanément'],
    [200, '<html>Maintenance', /^PATCH/u, TemporaryError, "ce n'est pas la plateforme"],
    [201, '{}', /document$/u, TemporaryError, "ce n'est pas la plateforme"],
    [
      200,
      error("Impossible d'encoder le résultat en JSON [code 5]: x"),
      /^PATCH/u,
      PermanentError,
      "Impossible d'encoder",
    ],
    [400, error('Une action est déjà en cours de réalisation sur ce document'), /action/u, TemporaryError, 'occupé'],
  ] as const)('%i %s à %s est dit par une phrase', async (status, body, on, kind, sentence) => {
    await using bench = await started()
    bench.simulator.faults.plan({ kind: 'status', status, body }, { on })
    const failure = await caught(bench.deposit('clé'))
    expect(failure).toBeInstanceOf(kind)
    expect(String(failure)).toContain(sentence)
    await bench.deposit('clé')
    expect(bench.simulator.documents().filter(({ state }) => state === 'preparation-send-tdt')).toHaveLength(1)
    expect(bench.simulator.count('action')).toBe(1)
  })
})
