import { describe, expect, test } from 'vitest'
import type { Inbox } from '#core'
import { tdtHeliosConformance } from '#core/conformance'
import { connectForTest, createAuthority, samplePes, samplePesRetour, type SamplePes } from '#core/testing'
import { sentPesName } from './helios.ts'
import connector from './index.ts'
import { createSimulator, type S2lowSimulatorOptions } from './simulator.ts'
import { readXmlAnswer } from './wire.ts'

const authority = createAuthority()
const client = authority.issueClient('Ville de Démonstration')
const stranger = authority.issueClient('Quelqu’un d’autre', { passphrase: 'phrase-secrete' })

tdtHeliosConformance('S²LOW', connector, async () => {
  const simulator = await createSimulator({ authority, client })
  const { helios } = simulator
  return {
    config: simulator.config,
    refused: { config: { certificat: stranger.pfx, certificatMotDePasse: 'phrase-secrete' }, secret: 'phrase-secrete' },
    faults: simulator.faults,
    sending: /^POST .*importer_fichier\.php$/u,
    acquit: /^GET .*download_acquit\.php$/u,
    count: () => simulator.count('pes'),
    lastSize: () => helios.sent.at(-1)?.size ?? 0,
    answer: verdict => helios.answer(verdict),
    fail: message => helios.fail(message),
    close: () => simulator.close(),
  }
})

const start = async (config: Readonly<Record<string, unknown>> = {}, options: S2lowSimulatorOptions = {}) => {
  const simulator = await createSimulator({ authority, client, ...options })
  const connected = await connectForTest(connector, { ...simulator.config, ...config })
  const { files } = connected.context
  const { tdtHelios: tdt } = connected.connector
  const send = async (options: SamplePes = {}, name = 'pes.xml') =>
    tdt.send({ key: 'k', pes: await files.save(samplePes(options), name) })
  return {
    simulator,
    helios: simulator.helios,
    files,
    tdt,
    send,
    sent: async (options: SamplePes = {}) => {
      const answer = await send(options)
      if (answer.is !== 'sent') throw new Error(JSON.stringify(answer))
      return answer.id
    },
    collect: (inbox: Inbox) =>
      connector.schedules?.['pesRetour']?.run({ ...connected.context, connector: connected.connector, inbox }),
    check: () => connected.connector.check(),
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

describe('envoi à HELIOS', () => {
  test('le nom du fichier part comme S²LOW l’accepte', async () => {
    await using bench = await start()
    await bench.send({}, 'PES « dépense »-n°1.xml')
    expect(bench.helios.sent[0]?.name).toBe('PES _ d_pense _-n_1.xml')
    expect(sentPesName('e\u0301t\u00e9 a-b.xml')).toBe('_t_ a-b.xml')
  })

  test('le même NomFic pour la même collectivité est rejeté plus tard par la plateforme', async () => {
    await using bench = await start()
    await bench.sent({ dteStr: '2026-01-15' })
    const second = await bench.sent({ dteStr: '2026-01-16' })
    bench.helios.transmit(second)
    expect(await bench.tdt.status(second, 'pes.xml')).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining('déjà été transmis') as string,
    })
    const third = await bench.sent({ codCol: '456' })
    bench.helios.transmit(third)
    expect(await bench.tdt.status(third, 'pes.xml')).toMatchObject({ is: 'pending' })
  })

  test('un « OK » sans numéro laisse un doute, un « KO » sans XML est un refus, un compte sans droit suspend', async () => {
    await using bench = await start()
    const on = /importer_fichier/u
    const next = (body: string) => bench.simulator.faults.plan({ kind: 'status', status: 200, body }, { on })
    next('<import><id></id><resultat>OK</resultat><message/></import>')
    await expect(bench.send()).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: true })
    next('KO\nLe fichier est vide')
    expect(await bench.send()).toMatchObject({ is: 'refused', duplicate: false })
    next('KO\nLe certificat RGS est obligatoire')
    await expect(bench.send()).rejects.toMatchObject({ name: 'ConfigurationError' })
    next('<import><id/><resultat>KO</resultat><message>Base verrouillee</message></import>')
    await expect(bench.send()).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: false })
  })

  test('un fichier perdu de notre entrepôt n’est pas pris pour un mauvais PES', async () => {
    await using bench = await start()
    const lost = { sha256: 'a'.repeat(64), name: 'pes.xml', size: 10, type: 'application/xml' }
    await expect(bench.tdt.send({ key: 'k', pes: lost })).rejects.toThrow()
  })
})

describe('erreurs', () => {
  test('chaque réponse de la plateforme a sa conséquence : passagère, définitive ou de réglage', async () => {
    await using bench = await start()
    const id = await bench.sent()
    const consequences = {
      TemporaryError: [408, 429, 500, 502, 503, 504],
      PermanentError: [413],
      ConfigurationError: [400, 401, 403, 404, 495, 496],
    }
    for (const [name, statuses] of Object.entries(consequences))
      for (const status of statuses) {
        bench.simulator.faults.plan({ kind: 'status', status }, { on: /helios/u, times: 2 })
        await expect(bench.tdt.status(id, 'pes.xml')).rejects.toMatchObject({ name })
        await expect(bench.send({ nomFic: 'AUTRE' })).rejects.toMatchObject({ name })
      }
    expect(bench.simulator.count('pes')).toBe(1)
  })

  test('le certificat de la plateforme est toujours vérifié : inconnu ou expiré, c’est un réglage à corriger', async () => {
    await using unknown = await start({ autorite: Buffer.from(createAuthority().certificate) })
    await expect(unknown.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
    const past = { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }
    await using expired = await start({}, { server: authority.issueServer(undefined, past) })
    await expect(expired.check()).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringContaining('a expiré') as string,
    })
  })
})

describe('états de HELIOS', () => {
  test('chaque code a sa lecture', async () => {
    await using bench = await start()
    const id = await bench.sent()
    for (const code of [1, 2, 3, 7, 13, 14, 24, 99]) {
      bench.helios.setState(code)
      expect(await bench.tdt.status(id, 'pes.xml')).toMatchObject({ is: 'pending' })
    }
    for (const code of [-1, 0, 22]) {
      bench.helios.setState(code)
      expect(await bench.tdt.status(id, 'pes.xml')).toMatchObject({
        is: 'refused',
        reason: expect.stringMatching(/\.$/u) as string,
      })
    }
  })

  test('acquitté sans que le fichier soit là : encore en attente', async () => {
    await using bench = await start()
    const id = await bench.sent()
    bench.helios.setState(8)
    expect(await bench.tdt.status(id, 'pes.xml')).toMatchObject({
      is: 'pending',
      message: expect.stringContaining("attente de l'acquit") as string,
    })
  })

  test('versé ensuite à un système d’archivage, un PES a toujours son acquit', async () => {
    await using bench = await start()
    const id = await bench.sent()
    bench.helios.answer('accepted')
    for (const code of [5, 9, 10, 11]) {
      bench.helios.setState(code)
      expect(await bench.tdt.status(id, 'pes.xml')).toMatchObject({ is: 'answered' })
    }
  })

  test('un acquit sans aucun élément n’est pas une acceptation', async () => {
    await using bench = await start()
    const id = await bench.sent()
    bench.helios.answer('empty')
    expect(await bench.tdt.status(id, 'pes.xml')).toMatchObject({ reading: { outcome: 'empty' } })
  })

  test('les réponses XML, et celles qui n’en sont pas', () => {
    expect(readXmlAnswer('<a><resultat>OK</resultat></a>')).toMatchObject({ is: 'ok' })
    expect(readXmlAnswer('<a><resultat>KO</resultat><message>trop &lt; tard</message></a>')).toEqual({
      is: 'ko',
      reason: 'trop < tard',
    })
    expect(readXmlAnswer('<a><resultat>KO : inconnu</resultat></a>')).toEqual({ is: 'ko', reason: 'inconnu' })
    for (const strange of ['<html/>', '', 'OK', '<a><resultat/></a>', 'rien'])
      expect(() => readXmlAnswer(strange)).toThrow(expect.objectContaining({ name: 'TemporaryError' }))
  })
})

describe('PES retour', () => {
  const inboxOf = (answer: (externalId: string) => 'created' | 'known' = () => 'created') => {
    const delivered: Parameters<Inbox['deliver']>[0][] = []
    const inbox: Inbox = {
      form: id => Promise.resolve(id === 'absent' ? undefined : { id, label: id, fields: {} }),
      attach: () => Promise.reject(new Error('not here')),
      deliver: found => {
        delivered.push(found)
        return Promise.resolve(answer(found.externalId))
      },
    }
    return { inbox, delivered }
  }

  test('chacun devient un document, puis seulement est marqué lu', async () => {
    await using bench = await start()
    const id = bench.helios.retour('PES_RETOUR_1.xml')
    bench.helios.retour('SANS_EXTENSION')
    const { inbox, delivered } = inboxOf()
    expect(await bench.collect(inbox)).toBe('2 PES retour enregistrés.')
    expect(delivered[0]).toMatchObject({
      flow: 'helios-pes-retour',
      externalId: `pes-retour-${id}`,
      values: {
        objet: 'PES_RETOUR_1',
        fichier_pes: { name: 'PES_RETOUR_1.xml' },
        id_retour: id,
        date_tdt: '2026-01-16',
        envoi_ged: true,
      },
    })
    expect(delivered[1]).toMatchObject({ values: { objet: 'SANS_EXTENSION' } })
    expect(bench.simulator.count('pes retour non lu')).toBe(0)
    expect(await bench.collect(inbox)).toBe('Aucun PES retour non lu.')
  })

  test('si l’enregistrement échoue, rien n’est marqué lu', async () => {
    await using bench = await start()
    bench.helios.retour('A.xml')
    const { inbox } = inboxOf(() => {
      throw new Error('base arrêtée')
    })
    await expect(bench.collect(inbox)).rejects.toThrow('base arrêtée')
    expect(bench.simulator.count('pes retour non lu')).toBe(1)
  })

  test('marqué lu perdu en route : il revient, il est déjà connu, et il est marqué', async () => {
    await using bench = await start()
    bench.helios.retour('A.xml')
    bench.simulator.faults.plan({ kind: 'status', status: 503 }, { on: /change_status/u })
    const { inbox, delivered } = inboxOf()
    expect(await bench.collect(inbox)).toMatch(/1 laissé non lu sur S²LOW : « A\.xml »/u)
    expect(bench.simulator.count('pes retour non lu')).toBe(1)
    expect(await bench.collect(inboxOf(() => 'known').inbox)).toBe('0 PES retour enregistré, 1 déjà connu.')
    expect(delivered).toHaveLength(1)
    expect(bench.simulator.count('pes retour non lu')).toBe(0)
  })

  test('un fichier fautif reste non lu, est nommé, et n’empêche pas les autres', async () => {
    await using bench = await start()
    bench.helios.retour('fautif.xml', Buffer.from('<html><body>Erreur</body></html>'))
    bench.helios.retour('bon.xml')
    const { inbox, delivered } = inboxOf()
    expect(await bench.collect(inbox)).toMatch(/^1 PES retour enregistré, 1 laissé non lu sur S²LOW : « fautif\.xml »/u)
    expect(delivered.map(({ values }) => values['objet'])).toEqual(['bon'])
    expect(bench.simulator.count('pes retour non lu')).toBe(1)
  })

  test('chacun va à l’entité de son code : un code des réglages d’abord, sinon le SIREN', async () => {
    await using bench = await start({
      repartition: [
        { code: '21340001700025', entite: '7' },
        { code: '456', entite: '9' },
      ],
    })
    bench.helios.retour('ville.xml', samplePesRetour({ nomFic: 'A' }))
    bench.helios.retour('ecole.xml', samplePesRetour({ nomFic: 'B', idColl: '21340001700025' }))
    bench.helios.retour('syndicat.xml', samplePesRetour({ nomFic: 'C', idColl: '', codCol: '456' }))
    bench.helios.retour('inconnu.xml', samplePesRetour({ nomFic: 'D', idColl: '', codCol: '999' }))
    const { inbox, delivered } = inboxOf()
    expect(await bench.collect(inbox)).toBe('4 PES retour enregistrés.')
    expect(delivered.map(({ entity }) => entity)).toEqual([
      { siren: '21340001700017' },
      { id: '7' },
      { id: '9' },
      undefined,
    ])
  })

  test('décoché, rien n’est demandé ; un autre flux peut les recevoir', async () => {
    await using bench = await start({ releverPesRetour: false })
    bench.helios.retour('A.xml')
    expect(await bench.collect(inboxOf().inbox)).toMatch(/case est décochée/u)
    await using other = await start({ fluxPesRetour: 'mon-flux' })
    other.helios.retour('A.xml')
    const { inbox, delivered } = inboxOf()
    await other.collect(inbox)
    expect(delivered[0]?.flow).toBe('mon-flux')
    await using lost = await start({ fluxPesRetour: 'absent' })
    lost.helios.retour('A.xml')
    await expect(lost.collect(inbox)).rejects.toThrow("le flux « absent » n'est pas installé")
    expect(lost.simulator.count('pes retour non lu')).toBe(1)
  })

  test('un bon compte sans accès à HELIOS n’est pas suspendu pour autant ; un mauvais compte l’est', async () => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'status', status: 403 }, { on: /helios_get_list/u })
    await expect(bench.collect(inboxOf().inbox)).rejects.toMatchObject({
      name: 'PermanentError',
      message: expect.stringContaining('décochez « Relever les PES retour »') as string,
    })
    bench.simulator.revokeAccount()
    await expect(bench.collect(inboxOf().inbox)).rejects.toMatchObject({ name: 'ConfigurationError' })
  })
})

test('un compte qui ne sert qu’à HELIOS n’a pas besoin de classification', async () => {
  await using bench = await start()
  bench.simulator.faults.plan(
    { kind: 'status', status: 200, body: 'KO\nAucune classification' },
    { on: /classification_fetch/u },
  )
  expect(await bench.check()).toMatch(/^Connecté à S²LOW.*pas de classification, donc aucun acte ne peut partir/u)
})
