import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readPivot } from '#core'
import { bigFile, memoryGrowth } from '#core/conformance'
import { connectForTest, createAuthority, type ChorusSimulator } from '#core/testing'
import chorusPro from './index.ts'
import { createSimulator } from './simulator.ts'

let simulator: ChorusSimulator
beforeEach(async () => void (simulator = await createSimulator()))
afterEach(() => simulator.close())

const OPERATION = /^POST \/cpro\//u
const HISTORY = /consulter\/historique$/u
const DOWNLOAD = /telecharger\/groupe$/u
const PUSH = /traiter\/recue$/u

const start = async (change: object = {}, clock = { now: () => new Date() }) => {
  const connection = await connectForTest(chorusPro, { ...simulator.config, ...change }, { clock })
  return {
    portal: connection.connector.portailFactures,
    check: () => connection.connector.check(),
    files: connection.context.files,
    lines: connection.context.log.lines,
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  }
}

const answer = (codeRetour: number, libelle: string) =>
  ({ kind: 'status', status: 200, body: JSON.stringify({ codeRetour, libelle }) }) as const
const refusedBy400 = (codeRetour: number, libelle: string) => ({ ...answer(codeRetour, libelle), status: 400 }) as const

describe('jeton PISTE', () => {
  test('un seul jeton sert à tous les appels, même simultanés, et il est renouvelé avant sa fin', async () => {
    let now = Date.now()
    await using bench = await start({}, { now: () => new Date(now) })
    const id = String(simulator.receive())
    await Promise.all([bench.portal.history(id), bench.portal.history(id), bench.check()])
    expect(simulator.tokens).toBe(1)
    now += 3_300_000
    await bench.portal.history(id)
    expect(simulator.tokens).toBe(1)
    now += 61_000
    await bench.portal.history(id)
    expect(simulator.tokens).toBe(2)
  })

  test('oublié par PISTE, il est renouvelé une fois sans que rien ne se voie ; 401 encore, c’est un abonnement', async () => {
    await using bench = await start()
    const id = String(simulator.receive())
    await bench.portal.history(id)
    simulator.expireTokens()
    expect(await bench.portal.changeStatus(id, 'SERVICE_FAIT', {})).toMatchObject({ is: 'done' })
    expect(simulator.tokens).toBe(2)
    simulator.faults.plan({ kind: 'status', status: 401 }, { on: OPERATION, times: Infinity })
    await expect(bench.portal.history(id)).rejects.toThrow(/malgré un jeton neuf.*abonnements/u)
    await expect(bench.portal.history(id)).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('clé fausse, mauvaise adresse, redirection : des réglages à corriger, sans montrer la clé', async () => {
    await using bench = await start({ clientSecret: 'clé-fausse' })
    const failure = await bench.check().catch(String)
    expect(failure).toMatch(
      /ConfigurationError: PISTE refuse l'application « passeur-demonstration » \(Client authentication failed\)/u,
    )
    expect(failure + JSON.stringify(bench.lines)).not.toContain('clé-fausse')
    await using elsewhere = await start({ urlPiste: `${simulator.url}/ailleurs` })
    await expect(elsewhere.check()).rejects.toThrow(/Adresse du jeton PISTE/u)
    simulator.faults.plan({ kind: 'status', status: 302 }, { on: /token$/u })
    await using moved = await start()
    await expect(moved.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test.each([
    { kind: 'status', status: 503 },
    { kind: 'garbage' },
    { kind: 'cutAfter' },
    answer(0, 'sans jeton'),
  ] as const)('PISTE en panne (%o) est une panne passagère, et rien n’est parti', async fault => {
    await using bench = await start()
    const id = String(simulator.receive())
    simulator.faults.plan(fault, { on: /token$/u })
    await expect(bench.portal.changeStatus(id, 'SERVICE_FAIT', {})).rejects.toMatchObject({
      name: 'TemporaryError',
      maybeSent: false,
    })
    expect(await bench.portal.history(id)).toMatchObject({ statut: 'MISE_A_DISPOSITION' })
  })
})

describe('erreurs de Chorus Pro', () => {
  test.each([
    [403, 'ConfigurationError', /compte technique « TECH_VILLE@cpp2026\.fr »/u],
    [404, 'ConfigurationError', /Adresse de l'API Chorus Pro/u],
    [301, 'ConfigurationError', /Adresse de l'API Chorus Pro/u],
    [408, 'TemporaryError', /momentanément indisponible/u],
    [429, 'TemporaryError', /limite le nombre d'appels/u],
    [500, 'TemporaryError', /momentanément indisponible/u],
    [503, 'TemporaryError', /momentanément indisponible/u],
    [405, 'PermanentError', /refuse l'appel/u],
  ])('%i en lecture est une %s', async (status, name, message) => {
    await using bench = await start()
    const id = String(simulator.receive())
    simulator.faults.plan({ kind: 'status', status, body: '' }, { on: HISTORY })
    const failure: unknown = await bench.portal.history(id).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name, message: expect.stringMatching(message) as string })
  })

  test.each([answer, refusedBy400])('un code de retour est un refus, qu’il vienne en 200 ou en 400', async make => {
    await using bench = await start()
    const id = String(simulator.receive())
    simulator.faults.plan(make(20042, 'GDP_MSG_05.001 : facture verrouillée.'), { on: HISTORY })
    await expect(bench.portal.history(id)).rejects.toMatchObject({
      name: 'PermanentError',
      message: `Chorus Pro refuse de donner l'historique de la facture ${id} : GDP_MSG_05.001 : facture verrouillée, code 20042.`,
    })
    simulator.faults.plan(make(20002, 'incohérence de statut'), { on: PUSH, times: 2 })
    expect(await bench.portal.changeStatus(id, 'SERVICE_FAIT', {})).toEqual({
      is: 'refused',
      reason:
        'Chorus Pro refuse le passage de « Mise à disposition » à « Service fait » : incohérence de statut, code 20002.',
      statut: 'MISE_A_DISPOSITION',
    })
    expect(simulator.count('passage')).toBe(1)
  })

  test.each([20000, 20007])('le code %i des recherches veut dire « rien »', async code => {
    await using bench = await start()
    for (const make of [answer, refusedBy400]) {
      simulator.faults.plan(make(code, 'aucun résultat'), { on: /rechercher\/fournisseur$/u })
      expect(await bench.portal.findDeposited({ numeroFacture: 'F-1' })).toBeUndefined()
    }
  })

  test('une facture inconnue est dite dans les mots de Chorus Pro ; un identifiant d’ailleurs n’y est pas demandé', async () => {
    await using bench = await start()
    await expect(bench.portal.history('999')).rejects.toThrow(
      /n’existe pas ou n’est pas visible, code GDP_MSG_11\.008/u,
    )
    await expect(bench.portal.history('1221-99-csv')).rejects.toMatchObject({ name: 'PermanentError' })
    expect(simulator.sent('factures/v1/consulter/historique')).toHaveLength(1)
  })

  test('Retry-After est respecté : plus aucun appel jusque-là', async () => {
    let now = Date.now()
    await using bench = await start({}, { now: () => new Date(now) })
    const id = String(simulator.receive())
    simulator.throttle('120')
    await expect(bench.portal.changeStatus(id, 'SERVICE_FAIT', {})).rejects.toMatchObject({ maybeSent: false })
    await expect(bench.portal.history(id)).rejects.toThrow(/pendant encore 120 s/u)
    expect(simulator.sent('factures/v1/consulter/historique')).toHaveLength(0)
    now += 121_000
    expect(await bench.portal.history(id)).toMatchObject({ statut: 'MISE_A_DISPOSITION' })
    simulator.throttle(new Date(now + 30_000).toUTCString())
    await bench.portal.history(id).catch(() => undefined)
    await expect(bench.portal.history(id)).rejects.toMatchObject({ name: 'TemporaryError' })
  })

  test.each([
    ['abîmé', '{"codeRetour":0,"fichierResultat":"QU@@"}', 'TemporaryError'],
    ['tronqué', '{"codeRetour":0,"fichierResultat":"QUJD', 'TemporaryError'],
    ['vide', '{"codeRetour":0}', 'TemporaryError'],
    [
      'qui n’est pas un pivot',
      `{"codeRetour":0,"fichierResultat":"${Buffer.from('bonjour').toString('base64')}"}`,
      'TemporaryError',
    ],
    ['refusé', '{"codeRetour":20001,"libelle":"inconnue"}', 'PermanentError'],
  ])('un fichier %s à l’arrivée', async (_what, body, name) => {
    await using bench = await start()
    const id = String(simulator.receive())
    simulator.faults.plan({ kind: 'status', status: 200, body }, { on: DOWNLOAD })
    await expect(bench.portal.download(id, 'pivot')).rejects.toMatchObject({ name })
    expect((await bench.portal.download(id, 'pivot')).type).toBe('application/xml')
  })

  test('trop lourde avec ou sans ses pièces (413), la facture est à prendre sur le portail', async () => {
    await using bench = await start()
    const id = String(simulator.receive())
    simulator.faults.plan({ kind: 'status', status: 413 }, { on: DOWNLOAD, times: 2 })
    await expect(bench.portal.download(id, 'pivot')).rejects.toThrow(/même sans ses pièces jointes/u)
  })

  test('un dépôt refusé, un flux à la syntaxe inconnue et une pièce qui n’est pas un PDF sont des réponses', async () => {
    await using bench = await start()
    const file = await bench.files.save('pas un pdf', 'f.pdf')
    expect(await bench.portal.depositFlow({ key: 'k', file, syntaxe: 'IN_AUTRE', signed: false })).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining('La syntaxe du flux est inconnue') as string,
    })
    expect(
      await bench.portal.depositPdf({
        key: 'k',
        pdf: file,
        destinataire: { siret: '21340172201787' },
        numeroFacture: 'F-1',
        dateFacture: '2026-07-01',
        cadre: 'A1_FACTURE_FOURNISSEUR',
        typeFacture: 'FACTURE',
        typeTva: 'TVA_SUR_DEBIT',
        devise: 'EUR',
        montantHt: 1,
        montantTva: 0.2,
        montantTtc: 1.2,
        piecesJointes: [],
      }),
    ).toMatchObject({ is: 'refused', reason: expect.stringContaining("n'est pas un PDF") as string })
  })
})

describe('statuts', () => {
  test('déjà fait par quelqu’un sur le portail pendant l’envoi, le refus est compris et la suite continue', async () => {
    await using bench = await start()
    const id = simulator.receive()
    simulator.faults.once(PUSH, () => simulator.move(id, 'SERVICE_FAIT'))
    expect(await bench.portal.changeStatus(String(id), ['SERVICE_FAIT', 'MANDATEE'], { numeroMandat: '42' })).toEqual({
      is: 'done',
      statut: 'MANDATEE',
    })
    expect(simulator.sent('factures/v1/traiter/recue').at(-1)).toEqual({
      idFacture: id,
      nouveauStatut: 'MANDATEE',
      motif: '',
      numeroDPMandat: '42',
    })
  })

  test('le motif est coupé à 255 caractères', async () => {
    await using bench = await start()
    const id = String(simulator.receive())
    await bench.portal.changeStatus(id, 'SUSPENDUE', { reason: 'é'.repeat(300) })
    expect(simulator.sent('factures/v1/traiter/recue')[0]?.['motif']).toBe('é'.repeat(255))
  })

  test('interdits par les réglages, ils ne partent jamais', async () => {
    await using bench = await start({ sansStatut: true })
    expect(await bench.portal.changeStatus(String(simulator.receive()), 'SERVICE_FAIT', {})).toMatchObject({
      is: 'refused',
    })
    expect(simulator.sent('factures/v1/traiter/recue')).toHaveLength(0)
  })

  test('un flux intégré en partie dit quelle facture est rejetée, et chaque attente a sa phrase', async () => {
    await using bench = await start()
    const file = await bench.files.save('<Invoice><ID>F-9</ID></Invoice>', 'F-9.xml')
    const sent = await bench.portal.depositFlow({ key: 'k', file, syntaxe: 'IN_DP_E1_UBL_INVOICE', signed: false })
    if (sent.is !== 'sent') throw new Error(JSON.stringify(sent))
    const messages = new Set<string>()
    for (let step = 0; step < 3; step += 1) {
      const report = await bench.portal.flowReport(sent.id)
      if (report.is === 'pending') messages.add(report.message)
      simulator.advanceFlows()
    }
    expect(messages.size).toBe(3)
    simulator.finishFlows('IN_INTEGRE_PARTIEL')
    expect(await bench.portal.flowReport(sent.id)).toMatchObject({
      is: 'rejected',
      partial: true,
      reasons: ['facture F-9 : Le service destinataire est obligatoire'],
    })
  })
})

describe('« Tester »', () => {
  test('nomme le compte, la structure, ses services, et prévient de la fin du mot de passe', async () => {
    const clock = { now: () => new Date('2026-06-01T08:00:00Z') }
    const said = async (change: object) => {
      await using bench = await start(change, clock)
      return await bench.check()
    }
    expect(await said({})).toBe(
      'Connecté à Chorus Pro avec le compte technique « TECH_VILLE@cpp2026.fr », pour « VILLE DE DEMONSTRATION » (n° 164). Services : « COMPTA » (Service comptable), « TECH » (Services techniques).',
    )
    expect(await said({ siret: undefined, expiration: '2026-12-31' })).toMatch(
      /structures qu'il voit\. Le mot de passe expire le 31\/12\/2026\.$/u,
    )
    expect(await said({ expiration: '2026-06-10' })).toContain('Attention : le mot de passe expire le 10/06/2026')
    expect(await said({ expiration: '2026-05-10' })).toContain('a expiré le 10/05/2026')
    await expect(said({ siret: '99999999999999' })).rejects.toThrow(/aucune structure de SIRET 99999999999999/u)
    await expect(said({ service: 'PISCINE' })).rejects.toThrow(/Services connus : « COMPTA »/u)
  })

  test("l'autorité interne s'ajoute dans les réglages ; sans elle, la connexion est refusée", async () => {
    const secured = await createSimulator({ authority: createAuthority() })
    try {
      await using bench = await start(secured.config)
      expect(await bench.check()).toMatch(/^Connecté/u)
      await using without = await start({ ...secured.config, autorite: undefined })
      await expect(without.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
    } finally {
      await secured.close()
    }
  })
})

describe('gros fichiers', () => {
  test('une facture de 60 Mo est reçue, lue et ses pièces rangées sans entrer en mémoire', async () => {
    await using bench = await start()
    const id = String(simulator.receive({ pieces: [{ type: '01', name: 'plan.pdf', content: 60, zipped: true }] }))
    const growth = await memoryGrowth(async () => {
      const [facture] = await readPivot(bench.files, await bench.portal.download(id, 'pivot'))
      expect(facture?.pieces[0]?.file.size).toBe(60 * 1024 * 1024 + '%PDF-1.7\n'.length)
    })
    expect(growth).toBeLessThan(150)
  }, 60_000)

  test('un flux de 60 Mo part sans entrer en mémoire', async () => {
    await using bench = await start()
    const file = await bigFile(bench.files, 'F-60.zip', 60)
    const growth = await memoryGrowth(async () => {
      expect(
        await bench.portal.depositFlow({ key: 'k', file, syntaxe: 'IN_DP_E1_UBL_INVOICE', signed: false }),
      ).toMatchObject({
        is: 'sent',
      })
    })
    expect(simulator.flows[0]?.size).toBe(file.size)
    expect(growth).toBeLessThan(150)
  }, 60_000)
})
