import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ActeATransmettre, Clock, FileRef, Inbox } from '#core'
import { samplePdf, tdtActesConformance } from '#core/conformance'
import { connectForTest, createAuthority } from '#core/testing'
import connector from './index.ts'
import { readState, reasonOf } from './messages.ts'
import { matchFiles, sentName, stampedName } from './pieces.ts'
import { createSimulator, type S2lowSimulatorOptions } from './simulator.ts'
import { readAnswer } from './wire.ts'

// One authority for the whole file: keys take longer to make than the tests to run.
const authority = createAuthority()
const client = authority.issueClient('Ville de Démonstration')
const stranger = authority.issueClient('Quelqu’un d’autre', { passphrase: 'phrase-secrete' })

tdtActesConformance('S²LOW', connector, async () => {
  const simulator = await createSimulator({ authority, client })
  return {
    config: simulator.config,
    refused: { config: { certificat: stranger.pfx, certificatMotDePasse: 'phrase-secrete' }, secret: 'phrase-secrete' },
    faults: simulator.faults,
    creation: /^POST .*create\.php$/u,
    cancellation: /^POST .*cancel\.php$/u,
    stamping: /^GET .*download_file\.php$/u,
    count: kind => simulator.count(kind),
    acknowledge: () => simulator.acknowledge(),
    fail: message => simulator.anomaly(message),
    close: () => simulator.close(),
  }
})

const start = async (
  options: S2lowSimulatorOptions = {},
  config: Readonly<Record<string, unknown>> = {},
  clock?: Clock,
) => {
  const simulator = await createSimulator({ authority, client, ...options })
  const connected = await connectForTest(connector, { ...simulator.config, ...config }, clock ? { clock } : {})
  const { files } = connected.context
  const { tdtActes: tdt } = connected.connector
  const acte = async (changes: Partial<ActeATransmettre> = {}): Promise<ActeATransmettre> => ({
    key: 'clé',
    nature: '1',
    numero: 'D1',
    objet: 'Objet',
    date: '2026-01-15',
    classification: '1.1',
    papier: true,
    acte: { file: await files.save('%PDF-1.4\n%%EOF\n', 'acte.pdf'), type: '99_DE' },
    annexes: [],
    ...changes,
  })
  const run = (name: keyof NonNullable<typeof connector.schedules>, inbox?: Inbox) =>
    connector.schedules?.[name]?.run({ ...connected.context, connector: connected.connector, inbox: inbox ?? nowhere })
  return {
    simulator,
    connected,
    files,
    tdt,
    acte,
    run,
    check: () => connected.connector.check(),
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
    },
  }
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const nowhere: Inbox = {
  form: () => Promise.reject(new Error('not here')),
  deliver: () => Promise.reject(new Error('not here')),
  attach: () => Promise.reject(new Error('not here')),
}

describe('encodage', () => {
  test('objet et noms partent en ISO-8859-1, caractères typographiques ramenés à ce qu’il contient', async () => {
    await using bench = await start()
    const file = await bench.files.save('%PDF-1.4\n', 'délibération “été” n°1.pdf')
    const objet = 'L’œuvre d’Élodie – 12 € « à jour »'
    await bench.tdt.send(await bench.acte({ objet, acte: { file, type: '99_DE' } }))
    expect(bench.simulator.transactions[0]?.subject).toBe("L'oeuvre d'Élodie - 12 EUR « à jour »")
    expect(bench.simulator.transactions[0]?.files[1]?.posted).toBe('d_lib_ration __t__ n_1.pdf')
    const simulated = bench.simulator.transactions[0]
    expect(await bench.tdt.find(await bench.acte({ objet }))).toBe(String(simulated?.id))
  })

  test('un motif accentué revient lisible', async () => {
    await using bench = await start()
    const sent = await bench.tdt.send(await bench.acte())
    bench.simulator.anomaly('Pièce « éàü » refusée')
    expect(await bench.tdt.status('id' in sent ? sent.id : '')).toEqual({
      is: 'refused',
      reason: 'Pièce « éàü » refusée',
    })
    expect(await bench.tdt.send(await bench.acte())).toMatchObject({
      reason: expect.stringContaining('le même numéro interne existe déjà') as string,
    })
  })

  test('les niveaux de la matière partent séparés', async () => {
    await using bench = await start()
    await bench.tdt.send(await bench.acte({ classification: '1.1.2' }))
    expect(bench.simulator.transactions[0]?.classification).toBe('1.1.2')
  })
})

describe('compte', () => {
  test('rayé de la plateforme : redirections et « KO » disent tous une erreur de réglage', async () => {
    await using bench = await start()
    const acte = await bench.acte()
    bench.simulator.revokeAccount()
    for (const attempt of [
      () => bench.tdt.send(acte),
      () => bench.tdt.status('1'),
      () => bench.tdt.find(acte),
      () => bench.check(),
    ])
      await expect(attempt()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('le second facteur est envoyé quand il est réglé', async () => {
    await using bench = await start({ login: true })
    expect(await bench.check()).toMatch(/^Connecté à S²LOW pour « Ville de Démonstration » \(compte Compte Passeur\)/u)
    await using wrong = await start({ login: true }, { motDePasse: 'autre' })
    await expect(wrong.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('un certificat expiré est dit avec sa date, un certificat qui va expirer avec ses jours', async () => {
    await using bench = await start({}, {}, { now: () => new Date('2040-01-01') })
    await expect(bench.check()).rejects.toThrow(/a expiré le \d\d\/\d\d\/\d{4}/u)
    await using soon = await start({
      client: authority.issueClient('Ville de Démonstration', { notAfter: new Date(Date.now() + 20 * 86_400_000) }),
    })
    expect(await soon.check()).toMatch(/\((19|20) jours, à renouveler\)/u)
  })

  test('un mot de passe de certificat faux est une erreur de réglage', async () => {
    await using bench = await start({}, { certificatMotDePasse: 'faux' })
    await expect(bench.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })
})

describe('classification', () => {
  test('changée depuis, elle arrête l’envoi avant qu’il parte ; actualisée, il passe', async () => {
    await using bench = await start()
    await bench.tdt.classification()
    bench.simulator.changeClassification('2026-09-01')
    await expect(bench.tdt.send(await bench.acte())).rejects.toThrow(
      /classification de la préfecture a changé \(version du 2026-09-01.*Actualisez-la/u,
    )
    expect(bench.simulator.count('acte')).toBe(0)
    expect(await bench.run('classification')).toBe('Classification du 2026-09-01 enregistrée.')
    expect(await bench.run('classification')).toBe('Classification du 2026-09-01, inchangée.')
    expect(await bench.tdt.send(await bench.acte())).toMatchObject({ is: 'sent' })
  })

  test('elle se demande à la préfecture, une fois par jour', async () => {
    await using bench = await start()
    expect(await bench.run('demanderClassification')).toMatch(/^Demande transmise à la préfecture \(transaction \d+\)/u)
    await expect(bench.run('demanderClassification')).rejects.toThrow(/déjà été faite/u)
  })
})

describe('états', () => {
  test('en attente de confirmation : l’adresse où la donner, puis la suite', async () => {
    await using bench = await start({}, { confirmation: true })
    const sent = await bench.tdt.send(await bench.acte())
    if (sent.is !== 'toConfirm') throw new Error(JSON.stringify(sent))
    expect(sent.url).toBe(`${bench.simulator.url}/modules/actes/actes_transac_post_confirm_api.php?id=${sent.id}`)
    expect(await bench.tdt.status(sent.id)).toMatchObject({ is: 'toConfirm' })
    expect(await bench.tdt.find(await bench.acte())).toBe(sent.id)
    bench.simulator.confirm()
    expect(await bench.tdt.status(sent.id)).toMatchObject({ is: 'pending', message: 'Posté sur S²LOW' })
  })

  test('archivé par S²LOW, un acte a toujours son accusé de réception', async () => {
    await using bench = await start()
    const sent = await bench.tdt.send(await bench.acte())
    bench.simulator.acknowledge()
    for (const state of [5, 12, 13, 19]) {
      bench.simulator.setState(state)
      expect(await bench.tdt.status('id' in sent ? sent.id : '')).toMatchObject({ is: 'acknowledged' })
    }
  })

  test('refusé par la préfecture, annulé ou détruit : refus avec une phrase', async () => {
    await using bench = await start()
    const sent = await bench.tdt.send(await bench.acte())
    for (const state of [6, 0, 16]) {
      bench.simulator.setState(state)
      expect(await bench.tdt.status('id' in sent ? sent.id : '')).toMatchObject({
        is: 'refused',
        reason: expect.stringMatching(/\.$/u) as string,
      })
    }
  })

  test('un fichier qui n’est pas un PDF est refusé plus tard par la plateforme', async () => {
    await using bench = await start()
    const sent = await bench.tdt.send(
      await bench.acte({ acte: { file: await bench.files.save('rien', 'acte.pdf'), type: '99_DE' } }),
    )
    bench.simulator.step()
    expect(await bench.tdt.status('id' in sent ? sent.id : '')).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining('PDF') as string,
    })
  })

  test('les transactions avancent seules quand le simulateur est ainsi réglé', async () => {
    await using bench = await start({ progress: 10 })
    const sent = await bench.tdt.send(await bench.acte())
    await expect
      .poll(async () => (await bench.tdt.status('id' in sent ? sent.id : '')).is, { timeout: 5_000 })
      .toBe('acknowledged')
  })
})

describe('recherche', () => {
  test('un acte est retrouvé au-delà de la première page de son état', async () => {
    await using bench = await start()
    const first = await bench.tdt.send(await bench.acte())
    const file = (await bench.acte()).acte.file
    for (let rank = 0; rank < 105; rank += 1)
      await bench.tdt.send(await bench.acte({ numero: `AUTRE_${rank}`, acte: { file, type: '99_DE' } }))
    expect(await bench.tdt.find(await bench.acte())).toBe('id' in first ? first.id : '')
  }, 60_000)

  test("un acte en erreur n'est pas pris pour un acte transmis", async () => {
    await using bench = await start()
    await bench.tdt.send(await bench.acte())
    bench.simulator.anomaly('virus')
    expect(await bench.tdt.find(await bench.acte())).toBeUndefined()
  })
})

describe('pièces', () => {
  test('une annexe qui n’est pas un PDF ne reçoit pas de tampon, sa place reste la sienne', async () => {
    await using bench = await start()
    const image = await bench.files.save(PNG, 'plan.png')
    const [acte, plan] = [await samplePdf(bench.files, 'acte.pdf'), await samplePdf(bench.files, 'plan.pdf')]
    const annexes = [image, plan].map(file => ({ file, type: '99_AU' }))
    const sent = await bench.tdt.send(await bench.acte({ acte: { file: acte, type: '99_DE' }, annexes }))
    bench.simulator.acknowledge()
    const stamped = await bench.tdt.stamped('id' in sent ? sent.id : '', { acte, annexes: [image, plan] })
    expect(stamped.annexes.map(each => each?.name)).toEqual([undefined, 'plan-tampon.pdf'])
  })

  test('trop de texte ou trop de poids : refusé avant de partir', async () => {
    await using bench = await start()
    expect(await bench.tdt.send(await bench.acte({ objet: 'x'.repeat(500) }))).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining('499') as string,
    })
    const heavy: FileRef = { sha256: '0'.repeat(64), name: 'lourd.pdf', size: 158_000_000, type: 'application/pdf' }
    expect(await bench.tdt.send(await bench.acte({ acte: { file: heavy, type: '99_DE' } }))).toMatchObject({
      reason: expect.stringContaining('150 Mo') as string,
    })
    expect(bench.simulator.count('acte')).toBe(0)
  })

  test('noms envoyés, noms tamponnés, attribution', () => {
    expect(sentName('e\u0301té n°1-(a).pdf')).toBe('_t_ n_1__a_.pdf')
    expect(stampedName('acte.v2.pdf')).toBe('acte.v2-tampon.pdf')
    const listed = (posted_filename: string) => ({ id: 1, name: '', posted_filename, mimetype: '' })
    const piece = (name: string): FileRef => ({ sha256: '', name, size: 0, type: '' })
    expect(matchFiles([listed(''), listed('a_b.pdf')], [piece('aéb.pdf')])).toHaveLength(1)
    expect(matchFiles([listed(''), listed('b.pdf'), listed('a.pdf')], [piece('a.pdf'), piece('b.pdf')])).toBeUndefined()
    expect(matchFiles([listed(''), listed('a.pdf')], [piece('a.pdf'), piece('b.pdf')])).toBeUndefined()
  })
})

describe('courriers de la préfecture', () => {
  /** An inbox that knows this flow, or none. */
  const collect = (answer: Awaited<ReturnType<Inbox['attach']>>, flow?: string) => {
    const attached: Parameters<Inbox['attach']>[0][] = []
    const delivered: Parameters<Inbox['deliver']>[0][] = []
    const inbox: Inbox = {
      form: name => Promise.resolve(name === flow ? { id: name, label: 'Réponses', fields: {} } : undefined),
      deliver: found => {
        delivered.push(found)
        return Promise.resolve('created')
      },
      attach: found => {
        attached.push(found)
        return Promise.resolve(answer)
      },
    }
    return { inbox, attached, delivered }
  }

  test('un courrier est rattaché à son acte, puis seulement marqué lu', async () => {
    await using bench = await start()
    const sent = await bench.tdt.send(await bench.acte())
    const about = 'id' in sent ? sent.id : ''
    const letter = bench.simulator.prefectureLetter(4, { about })
    const { inbox, attached } = collect('attached')
    expect(await bench.run('courriers', inbox)).toBe('1 courrier rattaché à son acte.')
    expect(attached).toMatchObject([
      {
        about,
        externalId: `courrier-prefecture-${letter}`,
        message: expect.stringMatching(/^Lettre d'observations.*acte D1$/u) as string,
      },
    ])
    expect(attached[0]?.files.map(({ name }) => name)).toEqual(['lettre-4-1_0.xml', 'lettre-4-1_1.pdf'])
    expect(await text(bench.files.open(attached[0]?.files[0] ?? { sha256: '' }))).toBe('<actes/>')
    expect(bench.simulator.count('courrier non lu')).toBe(0)
    expect(await bench.run('courriers', inbox)).toBe('Aucun courrier non lu de la préfecture.')
  })

  test('un courrier devient aussi un document du flux qui y répond, avec son archive et ce que S²LOW en dit', async () => {
    await using bench = await start()
    const sent = await bench.tdt.send(await bench.acte())
    const about = 'id' in sent ? sent.id : ''
    const letter = bench.simulator.prefectureLetter(3, { about })
    const { inbox, delivered } = collect('attached', 'actes-reponse-prefecture')
    await bench.run('courriers', inbox)
    expect(delivered).toMatchObject([
      {
        flow: 'actes-reponse-prefecture',
        externalId: `reponse-prefecture-${letter}`,
        then: { whenValid: 'envoyer' },
        about: { value: about },
        values: {
          acte_nature: '1',
          numero_de_lacte: 'D1',
          type_reponse: '3',
          related_transaction_id: about,
          transaction_id: letter,
        },
      },
    ])
    expect(delivered[0]?.values['reponse_prefecture']).toMatchObject({ name: 'demande_piece_complementaire.tar.gz' })
    expect(delivered[0]?.values['reponse_prefecture_unzip']).toHaveLength(2)
  })

  test('avec ce flux, un courrier dont l’acte est inconnu reste dans l’entité du connecteur, et est marqué lu', async () => {
    await using bench = await start()
    bench.simulator.prefectureLetter(2)
    const { inbox, delivered } = collect('unknown', 'actes-reponse-prefecture')
    expect(await bench.run('courriers', inbox)).toMatch(/1 sans acte correspondant ici/u)
    expect([delivered.length, bench.simulator.count('courrier non lu')]).toEqual([1, 0])
  })

  test('sans ce flux, un courrier dont l’acte est inconnu reste non lu, et c’est dit', async () => {
    await using bench = await start()
    bench.simulator.prefectureLetter(2)
    expect(await bench.run('courriers', collect('unknown').inbox)).toMatch(/1 laissé non lu/u)
    expect(bench.simulator.count('courrier non lu')).toBe(1)
  })

  test('si l’enregistrement échoue, rien n’est marqué lu', async () => {
    await using bench = await start()
    bench.simulator.prefectureLetter(3)
    await expect(bench.run('courriers')).rejects.toThrow('not here')
    expect(bench.simulator.count('courrier non lu')).toBe(1)
  })

  test('une enveloppe illisible est redemandée, rien n’est marqué lu', async () => {
    await using bench = await start()
    bench.simulator.prefectureLetter(3)
    bench.simulator.faults.plan({ kind: 'garbage' }, { on: /download_file/u })
    await expect(bench.run('courriers', collect('attached').inbox)).rejects.toMatchObject({ name: 'TemporaryError' })
    expect(bench.simulator.count('courrier non lu')).toBe(1)
  })
})

describe('réponses de S²LOW', () => {
  test('OK, KO, KO en ligne, motifs qui ne parlent pas de l’acte', () => {
    expect(readAnswer('OK\n4211\n\n')).toMatchObject({ is: 'ok', lines: ['4211', '', ''] })
    expect(readAnswer('KO : trop tard')).toEqual({ is: 'ko', reason: 'trop tard' })
    expect(readAnswer('KO\nLigne 1<br/>Ligne 2')).toEqual({ is: 'ko', reason: 'Ligne 1 Ligne 2' })
    expect(() => readAnswer('KO\nBase verrouillée')).toThrow(expect.objectContaining({ name: 'TemporaryError' }))
    expect(() => readAnswer('KO\nAccès refusé')).toThrow(expect.objectContaining({ name: 'ConfigurationError' }))
    expect(() => readAnswer('<html>')).toThrow(expect.objectContaining({ name: 'TemporaryError' }))
  })

  test('l’état garde intacts les octets qui le suivent', () => {
    const state = readState(Buffer.from('OK\n4\n<é/>\n', 'latin1'))
    expect(state?.code).toBe(4)
    expect(Buffer.from(state?.rest ?? []).toString('latin1')).toBe('<é/>\n')
    expect(readState(Buffer.from('OK\n-1\nvirus'))?.code).toBe(-1)
    expect(readState(Buffer.from('KO\n4'))).toBeUndefined()
    expect(readState(Buffer.from('OK\n\n'))).toBeUndefined()
  })

  test('le détail d’une anomalie est lu dans son message', () => {
    const anomaly = Buffer.from(
      '<a:AnomalieActe xmlns:a="x"><a:Detail>Numéro déjà reçu</a:Detail></a:AnomalieActe>',
      'latin1',
    )
    expect(reasonOf(anomaly, 'sinon')).toBe('Numéro déjà reçu')
    expect(reasonOf(Buffer.from(' '), 'sinon')).toBe('sinon')
  })
})
