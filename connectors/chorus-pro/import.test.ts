import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readPivot, type FileRef, type Inbox, type Memory, type News } from '#core'
import { connectForTest, temporaryMemory, type ChorusSimulator } from '#core/testing'
import chorusPro from './index.ts'
import { createSimulator } from './simulator.ts'

type Delivered = Parameters<Inbox['deliver']>[0]
type Told = Parameters<News['tell']>[0]

/** An inbox as the hub's: once per external id. `onDeliver` may fail, before anything is kept. */
const inboxOf = (onDeliver: (found: Delivered) => void = () => undefined) => {
  const delivered: Delivered[] = []
  const inbox: Inbox = {
    async deliver(found) {
      onDeliver(found)
      if (delivered.some(({ externalId }) => externalId === found.externalId)) return 'known'
      delivered.push(found)
      return 'created'
    },
    form: async () => undefined,
    attach: async () => 'unknown',
  }
  const told: Told[] = []
  const news: News = {
    delivered: async ids => new Set(ids.filter(id => delivered.some(({ externalId }) => externalId === id))),
    async tell(what) {
      told.push(what)
      return 'told'
    },
  }
  return { inbox, news, told, delivered, ids: () => delivered.map(({ externalId }) => externalId).toSorted() }
}

let simulator: ChorusSimulator
beforeEach(async () => void (simulator = await createSimulator({ pageSize: 3 })))
afterEach(() => simulator.close())

const DAY = 86_400_000
const daysAgo = (days: number) => new Date(Date.now() - days * DAY)
const SEARCH = /^POST \/cpro\/factures\/v1\/rechercher\/recipiendaire$/u
const DOWNLOAD = /^POST \/cpro\/factures\/v1\/telecharger\/groupe$/u

const start = async (
  change: object = {},
  { memory = temporaryMemory(), now }: { readonly memory?: Memory; readonly now?: Date } = {},
) => {
  const clock = { now: () => now ?? new Date() }
  const connection = await connectForTest(chorusPro, { ...simulator.config, ...change }, { memory, clock })
  return {
    context: connection.context,
    releve: async (inbox: Inbox, { news }: { readonly news: News } = connection.context) =>
      chorusPro.schedules?.['relever']?.run({ ...connection.context, connector: connection.connector, inbox, news }) ??
      '',
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  }
}

describe('relève', () => {
  test('une facture arrive avec ses valeurs, son pivot, son PDF et ses pièces, sous les noms du flux', async () => {
    await using bench = await start({}, { now: new Date('2026-11-25T08:00:00Z') })
    const box = inboxOf()
    const id = simulator.receive({ number: 'F-77', at: new Date('2026-11-20T23:30:00Z'), amount: 1000, market: 'M-9' })
    expect(await bench.releve(box.inbox)).toBe('1 nouvelle facture reçue.')
    const [found] = box.delivered
    expect(found).toMatchObject({ flow: 'facture-cpp', externalId: `facture-${id}` })
    expect(found?.values).toMatchObject({
      is_cpp: true,
      type_integration: 'CPP',
      id_facture_cpp: String(id),
      statut_cpp: 'MISE_A_DISPOSITION',
      // 0 h 30 à Paris : le jour légal est le 21.
      date_statut_courant: '2026-11-21',
      date_passage_statut: '2026-11-21',
      date_mise_a_dispo: '2026-11-21',
      destinataire: '164',
      siret: '21340172201787',
      service_destinataire: '443',
      service_destinataire_code: 'COMPTA',
      facture_numero_engagement: 'BC-2026-17',
      facture_numero_marche: 'M-9',
      fournisseur: '00000000000018',
      fournisseur_raison_sociale: 'PLOMBERIE DÉSIRÉ & FILS',
      type_identifiant: '1',
      type_facture: '380',
      facture_cadre: 'A1',
      no_facture: 'F-77',
      date_facture: '2026-11-21',
      date_depot: '2026-11-21',
      montant_ttc: '1200.00',
      fichier_facture: { name: `${id}.xml`, type: 'application/xml' },
      facture_pj_01: { name: 'facture.pdf', type: 'application/pdf' },
      facture_pj_02: [{ name: 'bon de livraison été.txt', type: 'text/plain' }],
      fichier_facture_pdf: { name: 'facture.pdf' },
      histo_statut_cpp: { name: 'histo_statut_cpp.json' },
    })
    expect(found?.values).not.toHaveProperty('date_fin_suspension')
    const [pivot] = await readPivot(bench.context.files, found?.values['fichier_facture'] as FileRef)
    expect(pivot?.values).toMatchObject({ facture_devise: 'EUR', fournisseur_ref_bancaire_type: 'IBAN' })
  })

  test('toutes les pages et les deux listes sont lues ; relancée, la relève ne demande plus que les listes', async () => {
    await using bench = await start()
    const box = inboxOf()
    for (let rank = 0; rank < 7; rank += 1) simulator.receive()
    simulator.receive({ space: 'FACTURE_TRAVAUX' })
    expect(await bench.releve(box.inbox)).toBe('8 nouvelles factures reçues.')
    expect(await bench.releve(box.inbox)).toBe('Aucune nouvelle facture.')
    expect(simulator.sent('factures/v1/telecharger/groupe')).toHaveLength(8)
    expect(simulator.sent('factures/v1/consulter/historique')).toHaveLength(8)
  })

  test("l'espace des travaux n'est relevé qu'avec un rôle, quel que soit le statut", async () => {
    const id = simulator.receive({ space: 'TRAVAUX', statut: 'DEPOSEE' })
    const box = inboxOf()
    await using without = await start()
    expect(await without.releve(box.inbox)).toBe('Aucune nouvelle facture.')
    await using bench = await start({ role: 'MOE' })
    expect(await bench.releve(box.inbox)).toBe('1 nouvelle facture reçue.')
    expect(box.delivered[0]?.values).toMatchObject({ type_integration: 'CPP_TRAVAUX', id_facture_cpp: String(id) })
    expect(simulator.sent('facturesTravaux/v1/rechercher')[0]).toMatchObject({ roleUtilisateur: 'MOE' })
  })

  test('les statuts qui ne concernent pas le destinataire ne sont pas importés, ni ce qui est hors de la période', async () => {
    await using bench = await start({ deposeDepuis: 10, deposeAvant: 2 })
    const box = inboxOf()
    for (const statut of ['DEPOSEE', 'SUSPENDUE', 'REJETEE', 'COMPTABILISEE'] as const)
      simulator.receive({ statut, at: daysAgo(5) })
    simulator.receive({ at: daysAgo(12) })
    simulator.receive({ at: daysAgo(0) })
    const inside = simulator.receive({ at: daysAgo(5) })
    await bench.releve(box.inbox)
    expect(box.ids()).toEqual([`facture-${inside}`])
  })

  test('après une longue interruption, la période repart du dernier statut vu', async () => {
    await using bench = await start({ deposeDepuis: 5 })
    const memory = bench.context.memory
    await memory.set('factures', { since: { CPP: '2026-01-15' }, seen: {}, waiting: {} })
    await bench.releve(inboxOf().inbox)
    expect(simulator.sent('factures/v1/rechercher/recipiendaire')[0]).toMatchObject({
      periodeDateHeureEtatCourantDu: '2026-01-15',
    })
  })

  test('la liste qui bouge entre deux pages ne fait oublier aucune facture', async () => {
    await using bench = await start({ telechargement: '2' })
    const box = inboxOf()
    const ids = Array.from({ length: 7 }, (_, rank) => simulator.receive({ at: daysAgo(rank + 1) }))
    // Once the first page has been read, somebody downloads one of it: the following ones move up by one.
    let pages = 0
    const secondPage = new (class extends RegExp {
      override test(request: string): boolean {
        return SEARCH.test(request) && (pages += 1) === 2
      }
    })('')
    simulator.faults.once(secondPage, () => {
      const first = simulator.invoices[0]
      if (first) first.downloaded = true
    })
    await bench.releve(box.inbox)
    expect(box.ids()).toEqual(ids.map(id => `facture-${id}`).toSorted())
  })

  test.each(['2', '3'] as const)("l'option %s ne relève que les factures voulues", async telechargement => {
    await using bench = await start({ telechargement })
    const box = inboxOf()
    const [fresh, downloaded] = [simulator.receive(), simulator.receive()]
    const invoice = simulator.invoices.find(({ id }) => id === downloaded)
    if (invoice) invoice.downloaded = true
    await bench.releve(box.inbox)
    expect(box.ids()).toEqual([`facture-${telechargement === '2' ? fresh : downloaded}`])
  })

  test('un service réglé filtre par son code ; un service inconnu est une erreur de réglage qui les nomme', async () => {
    await using bench = await start({ service: 'TECH' })
    await bench.releve(inboxOf().inbox)
    expect(simulator.sent('factures/v1/rechercher/recipiendaire')[0]).toMatchObject({ idServiceExecutant: 444 })
    await using wrong = await start({ service: 'PISCINE' })
    await expect(wrong.releve(inboxOf().inbox)).rejects.toThrow(/« COMPTA » \(Service comptable\)/u)
  })

  test('interdite par les réglages, elle ne demande rien', async () => {
    await using bench = await start({ sansReleve: true })
    expect(await bench.releve(inboxOf().inbox)).toContain('interdisent')
    expect(simulator.tokens).toBe(0)
  })
})

describe('nouvelles des factures connues', () => {
  const HISTORY = 'factures/v1/consulter/historique'

  test('une facture qui change est demandée une fois, et elle seule, quel que soit son nouveau statut', async () => {
    await using bench = await start()
    const box = inboxOf()
    const [, moved] = [simulator.receive(), simulator.receive(), simulator.receive()]
    await bench.releve(box.inbox, box)
    const before = simulator.sent(HISTORY).length
    simulator.move(moved, 'REJETEE', { comment: 'doublon', at: new Date(Date.now() + 60_000) })
    expect(await bench.releve(box.inbox, box)).toBe('Aucune nouvelle facture. 1 facture suivie a changé à Chorus Pro.')
    expect(await bench.releve(box.inbox, box)).toBe('Aucune nouvelle facture.')
    expect(simulator.sent(HISTORY).length - before).toBe(1)
    expect(box.told).toMatchObject([
      {
        externalId: `facture-${moved}`,
        signal: 'nouvelles',
        says: { history: { statut: 'REJETEE', passages: [{}, { comment: 'doublon' }] } },
      },
    ])
  })

  test('vient aussi quand le réglage cache à la relève ce qui est téléchargé, ou ce qui est récent', async () => {
    for (const change of [{ telechargement: '2' }, { deposeAvant: 2, telechargement: '1' }] as const) {
      await using bench = await start(change)
      const box = inboxOf()
      const id = simulator.receive({ at: daysAgo(3) })
      simulator.receive({ at: daysAgo(0), statut: 'MISE_EN_PAIEMENT' })
      await bench.releve(box.inbox, box)
      simulator.move(id, 'MISE_EN_PAIEMENT', { at: daysAgo(0) })
      await bench.releve(box.inbox, box)
      await bench.releve(box.inbox, box)
      expect(box.told.map(({ externalId }) => externalId)).toEqual([`facture-${id}`])
    }
  })

  test('suspendue et complétée entre deux relèves : le premier dossier apprend sa suspension, un second est créé', async () => {
    await using bench = await start()
    const box = inboxOf()
    const id = simulator.receive({ at: daysAgo(3) })
    await bench.releve(box.inbox, box)
    simulator.move(id, 'SUSPENDUE', { at: daysAgo(2) })
    simulator.move(id, 'COMPLETEE', { at: daysAgo(1) })
    await bench.releve(box.inbox, box)
    expect(box.ids()).toEqual([`facture-${id}`, `facture-${id}-v2`])
    expect(box.told).toMatchObject([{ externalId: `facture-${id}`, says: { history: { statut: 'SUSPENDUE' } } }])
    simulator.move(id, 'SERVICE_FAIT', { at: daysAgo(0) })
    await bench.releve(box.inbox, box)
    expect(box.told.at(-1)).toMatchObject({
      externalId: `facture-${id}-v2`,
      says: { history: { statut: 'SERVICE_FAIT' } },
    })
  })

  test('un dossier trop jeune pour l’entendre est repris à la relève suivante', async () => {
    await using bench = await start()
    const box = inboxOf()
    const id = simulator.receive()
    await bench.releve(box.inbox, box)
    simulator.move(id, 'SERVICE_FAIT', { at: new Date(Date.now() + 60_000) })
    const deaf: News = { ...box.news, tell: async () => 'notListening' }
    await bench.releve(box.inbox, { news: deaf })
    await bench.releve(box.inbox, box)
    expect(box.told).toHaveLength(1)
  })
})

describe('rien ne se perd', () => {
  test('tué entre le téléchargement et l’enregistrement, la facture que Chorus Pro cache désormais est importée ensuite', async () => {
    const memory = temporaryMemory()
    const id = simulator.receive()
    {
      // A process that is killed writes nothing more.
      let isDead = false
      const dying: Memory = {
        get: key => memory.get(key),
        set: async (key, value) => {
          if (isDead) throw new Error('processus tué')
          await memory.set(key, value)
        },
      }
      await using bench = await start({ telechargement: '2' }, { memory: dying })
      const broken = inboxOf(() => {
        isDead = true
        throw new Error('processus tué')
      })
      await expect(bench.releve(broken.inbox)).rejects.toThrow('processus tué')
    }
    expect(simulator.invoices[0]?.downloaded).toBe(true)
    await using restarted = await start({ telechargement: '2' }, { memory })
    const box = inboxOf()
    await restarted.releve(box.inbox)
    expect(box.ids()).toEqual([`facture-${id}`])
  })

  test('la mémoire perdue ne coûte que des téléchargements', async () => {
    const box = inboxOf()
    simulator.receive()
    await using first = await start()
    await first.releve(box.inbox)
    await using second = await start()
    expect(await second.releve(box.inbox)).toBe('Aucune nouvelle facture.')
    expect(box.delivered).toHaveLength(1)
  })

  test('une facture abîmée est nommée et laisse passer les autres ; réparée, elle vient à la relève suivante', async () => {
    await using bench = await start()
    const box = inboxOf()
    simulator.receive({ number: 'F-1' })
    simulator.receive({ number: 'F-2' })
    simulator.faults.plan(
      { kind: 'status', status: 200, body: '{"codeRetour":0,"fichierResultat":"@@@@"}' },
      { on: DOWNLOAD },
    )
    expect(await bench.releve(box.inbox)).toMatch(
      /^1 nouvelle facture reçue\. 1 facture en échec.*Facture F-\d : Le fichier rendu par Chorus Pro est abîmé/u,
    )
    expect(await bench.releve(box.inbox)).toBe('1 nouvelle facture reçue.')
    expect(box.delivered).toHaveLength(2)
  })

  test('Chorus Pro en panne au milieu, la relève s’arrête sans demander les suivantes, et reprend', async () => {
    await using bench = await start()
    const box = inboxOf()
    for (let rank = 0; rank < 5; rank += 1) simulator.receive()
    simulator.faults.plan({ kind: 'status', status: 503 }, { on: DOWNLOAD, times: Infinity })
    await expect(bench.releve(box.inbox)).rejects.toMatchObject({ name: 'TemporaryError' })
    expect(simulator.sent('factures/v1/consulter/historique')).toHaveLength(2)
    simulator.faults.clear()
    expect(await bench.releve(box.inbox)).toBe('5 nouvelles factures reçues.')
  })

  test('suspendue puis complétée, la facture revient comme une deuxième version, une seule fois', async () => {
    await using bench = await start()
    const box = inboxOf()
    const id = simulator.receive()
    await bench.releve(box.inbox)
    simulator.move(id, 'SERVICE_FAIT')
    await bench.releve(box.inbox)
    expect(box.ids()).toEqual([`facture-${id}`])
    simulator.move(id, 'SUSPENDUE', { comment: 'manque le bon' })
    await bench.releve(box.inbox)
    expect(box.ids()).toEqual([`facture-${id}`])
    simulator.move(id, 'COMPLETEE')
    await bench.releve(box.inbox)
    await bench.releve(box.inbox)
    expect(box.ids()).toEqual([`facture-${id}`, `facture-${id}-v2`])
    expect(box.delivered[1]?.message).toContain('2ᵉ version')
    expect(box.delivered[1]?.values).toHaveProperty('date_fin_suspension')
  })

  test('sans ses pièces complémentaires quand elle est trop lourde, et le journal le dit', async () => {
    await using bench = await start()
    const box = inboxOf()
    simulator.receive()
    simulator.faults.plan({ kind: 'status', status: 413 }, { on: DOWNLOAD })
    await bench.releve(box.inbox)
    expect(box.delivered[0]?.values).not.toHaveProperty('facture_pj_02')
    expect(box.delivered[0]?.message).toContain('trop volumineuse')
  })

  test('une facture sans PDF dans son pivot prend la vue de Chorus Pro', async () => {
    await using bench = await start()
    const box = inboxOf()
    const id = simulator.receive({ pieces: [{ type: '01', name: 'facture.xml', content: '<Invoice/>' }] })
    await bench.releve(box.inbox)
    expect(box.delivered[0]?.values).toMatchObject({
      fichier_facture_pdf: { name: `${id}.pdf`, type: 'application/pdf' },
    })
  })
})
