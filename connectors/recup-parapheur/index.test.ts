import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { file, files as filesField, text as textField, type FileRef } from '#core'
import { connectForTest, createAuthority, fakeInbox, temporaryFiles, temporaryMemory } from '#core/testing'
import { fieldsFrom } from './folder.ts'
import connector from './index.ts'
import { createSimulator, type RecupSimulatorOptions } from './simulator.ts'

const FLOW = {
  dossier_id: textField('Identifiant', { required: true }),
  dossier_name: textField('Nom', { required: true }),
  document_signe: filesField('Documents signés', { required: true }),
  annexe: filesField('Annexes'),
  bordereau: file('Bordereau', { required: true }),
  premis: file('Historique', { required: true }),
}

const start = async (
  config: Readonly<Record<string, unknown>> = {},
  { simulator: options = {} }: { readonly simulator?: RecupSimulatorOptions } = {},
) => {
  const simulator = await createSimulator(options)
  const files = await temporaryFiles()
  const memory = temporaryMemory()
  const inbox = fakeInbox(FLOW, 'ls-recup-parapheur')
  let now = new Date('2026-03-01T10:00:00Z').getTime()
  const connect = (changes: Readonly<Record<string, unknown>> = {}) =>
    connectForTest(
      connector,
      { ...simulator.config, ...config, ...changes },
      { files, memory, clock: { now: () => new Date(now) } },
    )
  /** One run, in a process of its own. */
  const run = async (): Promise<string> => {
    await using connected = await connect()
    const schedule = connector.schedules?.['relever']
    if (!schedule) throw new Error('no schedule')
    return await schedule.run({ ...connected.context, connector: connected.connector, inbox })
  }
  return {
    simulator,
    inbox,
    connect,
    run,
    wait: (ms: number) => void (now += ms),
    values: (rank = 0) => inbox.delivered[rank]?.values ?? {},
    names: (field: string, rank = 0) =>
      ((inbox.delivered[rank]?.values[field] ?? []) as readonly FileRef[]).map(({ name }) => name),
    textOf: (ref: FileRef | undefined) => text(files.open(ref ?? { sha256: '' })),
    [Symbol.asyncDispose]: async () => {
      await simulator.close()
      await files[Symbol.asyncDispose]()
    },
  }
}

describe('relève', () => {
  test('un dossier terminé devient un document avec tout ce qu’il contient, puis quitte le parapheur', async () => {
    await using bench = await start()
    const { id } = bench.simulator.add('Convention été')
    expect(await bench.run()).toBe('1 dossier(s) récupéré(s).')
    expect(bench.inbox.delivered[0]).toMatchObject({
      flow: 'ls-recup-parapheur',
      externalId: expect.stringMatching(new RegExp(`/${id}$`, 'u')) as string,
      values: { dossier_id: id, dossier_name: 'Convention été' },
      then: { whenValid: 'envoyer' },
    })
    expect(['document_signe', 'annexe', 'bordereau', 'premis'].map(field => bench.names(field))).toEqual([
      ['convention.pdf'],
      ['plan.pdf'],
      ['Convention été_bordereau.pdf'],
      ['i_Parapheur_internal_premis.xml'],
    ])
    const [premis] = bench.values()['premis'] as readonly FileRef[]
    expect(await bench.textOf(premis)).toContain('<eventType>SIGNATURE</eventType>')
    expect(bench.simulator.count('dossier')).toBe(0)
    expect(await bench.run()).toBe('Aucun nouveau dossier.')
  })

  test('plusieurs documents principaux gardent leur ordre ; signatures détachées et fichiers inattendus suivent', async () => {
    await using bench = await start()
    bench.simulator.add('Lot', {
      mains: ['b.xml', 'a.pdf'],
      annexes: ['absente.pdf'],
      entries: {
        'Documents principaux/a.pdf': Buffer.from('%PDF-1.7 a'),
        'Documents principaux/b.xml': Buffer.from('<b/>'),
        'Documents principaux/b.xml-signature.p7s': Buffer.from('p7s'),
        'Lot_bordereau.pdf': Buffer.from('%PDF-1.7'),
        'inattendu.txt': Buffer.from('note'),
      },
    })
    await bench.run()
    expect(bench.names('document_signe')).toEqual(['b.xml', 'a.pdf', 'b.xml-signature.p7s'])
    expect(bench.names('annexe')).toEqual(['inattendu.txt'])
  })

  test('la corbeille, ou les deux, selon les réglages', async () => {
    await using bench = await start({ source: 'corbeille' })
    bench.simulator.add('Au bureau')
    bench.simulator.add('À la corbeille', { shelf: 'bin' })
    await bench.run()
    expect(bench.inbox.delivered.map(({ values }) => values['dossier_name'])).toEqual(['À la corbeille'])
    expect([bench.simulator.count('FINISHED'), bench.simulator.count('bin')]).toEqual([1, 0])
    await using both = await start({ source: 'tout' })
    both.simulator.add('Au bureau')
    both.simulator.add('À la corbeille', { shelf: 'bin' })
    expect(await both.run()).toBe('2 dossier(s) récupéré(s).')
    expect(both.simulator.count('dossier')).toBe(0)
  })

  test('mis à la corbeille plutôt que supprimé, et relevé une seule fois', async () => {
    await using bench = await start({ source: 'tout', ensuite: 'corbeille' })
    bench.simulator.add('Convention')
    await bench.run()
    expect([bench.simulator.count('FINISHED'), bench.simulator.count('bin')]).toEqual([0, 1])
    expect(await bench.run()).toBe('Aucun nouveau dossier, 1 déjà là, retiré(s) du parapheur.')
    expect(bench.inbox.delivered).toHaveLength(1)
  })

  test('le plus ancien d’abord, et pas plus que le nombre des réglages', async () => {
    await using bench = await start({ nombre: 2 })
    for (const name of ['un', 'deux', 'trois']) bench.simulator.add(name)
    await bench.run()
    expect(bench.inbox.delivered.map(({ values }) => values['dossier_name'])).toEqual(['un', 'deux'])
    await bench.run()
    expect(bench.inbox.delivered).toHaveLength(3)
  })

  test('la liste se lit page après page', async () => {
    await using bench = await start()
    for (let rank = 0; rank < 230; rank += 1) bench.simulator.add(`d${rank}`)
    await using connected = await bench.connect()
    const names = await connected.connector.glaneur.waiting()
    expect([names.length, names[0], names.at(-1)]).toEqual([230, 'd0', 'd229'])
  })
})

describe('jamais deux fois, jamais perdu', () => {
  test('mort avant l’enregistrement : le dossier reste au parapheur et revient une fois', async () => {
    await using bench = await start()
    bench.simulator.add('Convention')
    bench.inbox.die('before', new Error('mort'))
    await expect(bench.run()).rejects.toThrow('mort')
    expect(bench.simulator.count('dossier')).toBe(1)
    await bench.run()
    expect([bench.inbox.delivered.length, bench.simulator.count('dossier')]).toEqual([1, 0])
  })

  test('mort après l’enregistrement : le dossier est seulement retiré du parapheur', async () => {
    await using bench = await start()
    bench.simulator.add('Convention')
    bench.inbox.die('after', new Error('mort'))
    await expect(bench.run()).rejects.toThrow('mort')
    expect(bench.simulator.count('dossier')).toBe(1)
    expect(await bench.run()).toBe('Aucun nouveau dossier, 1 déjà là, retiré(s) du parapheur.')
    expect([bench.inbox.delivered.length, bench.simulator.count('dossier')]).toEqual([1, 0])
  })

  test('coupé pendant la suppression, avant ou après : un seul document', async () => {
    for (const kind of ['cutBefore', 'cutAfter'] as const) {
      await using bench = await start()
      bench.simulator.add('Convention')
      bench.simulator.faults.plan({ kind }, { on: /^DELETE/u })
      await expect(bench.run()).rejects.toMatchObject({ name: 'TemporaryError' })
      await bench.run()
      expect([bench.inbox.delivered.length, bench.simulator.count('dossier')]).toEqual([1, 0])
    }
  })

  test('archive tronquée, erreur 500, page de maintenance : passager, rien n’est retiré', async () => {
    await using bench = await start()
    bench.simulator.add('Convention')
    bench.simulator.truncateNext()
    await expect(bench.run()).rejects.toMatchObject({ name: 'TemporaryError' })
    for (const fault of [{ kind: 'status', status: 500 }, { kind: 'garbage' }] as const) {
      for (const on of [/\/FINISHED$/u, /\/zip$/u]) {
        bench.simulator.faults.plan(fault, { on })
        await expect(bench.run()).rejects.toMatchObject({ name: 'TemporaryError' })
      }
    }
    expect([bench.inbox.delivered.length, bench.simulator.count('dossier')]).toEqual([0, 1])
    await bench.run()
    expect(bench.inbox.delivered).toHaveLength(1)
  })

  test('un dossier supprimé entre la liste et la lecture est oublié', async () => {
    await using bench = await start()
    bench.simulator.add('Convention')
    bench.simulator.faults.plan({ kind: 'status', status: 404 }, { on: /\/zip$/u })
    expect(await bench.run()).toBe('Aucun nouveau dossier.')
    expect(bench.simulator.count('dossier')).toBe(1)
  })
})

describe('dossiers fautifs', () => {
  test('un dossier illisible reste au parapheur avec son motif, les autres passent, et il est retenté six heures après', async () => {
    await using bench = await start({ nombre: 1 })
    bench.simulator.add('Fautif', { mains: ['absent.pdf'] })
    bench.simulator.add('Bon')
    expect(await bench.run()).toMatch(/1 laissé\(s\) au parapheur : « Fautif » .*« absent\.pdf » manque/u)
    expect(await bench.run()).toBe(
      "1 dossier(s) récupéré(s), 1 dossier(s) fautif(s) d'une relève précédente laissé(s) de côté.",
    )
    expect(bench.simulator.folders.map(({ name }) => name)).toEqual(['Fautif'])
    bench.wait(7 * 3_600_000)
    expect(await bench.run()).toMatch(/laissé\(s\) au parapheur : « Fautif »/u)
  })

  test('sans document principal désigné, ou avec une suppression refusée, le dossier est dit fautif', async () => {
    await using bench = await start()
    bench.simulator.add('Vide', { mains: [] })
    expect(await bench.run()).toMatch(/« Vide » .*ne désigne pas de document principal/u)
    bench.simulator.add('Verrouillé')
    bench.simulator.faults.plan({ kind: 'status', status: 406 }, { on: /^DELETE/u })
    expect(await bench.run()).toMatch(/« Verrouillé » .*refuse la demande/u)
    expect(bench.inbox.delivered).toHaveLength(1)
  })
})

describe('réglages', () => {
  test('« Tester » compte ce qui attend, et nomme les entités et les bureaux quand les réglages sont faux', async () => {
    await using bench = await start({ source: 'tout' })
    bench.simulator.add('Convention')
    bench.simulator.add('Jeté', { shelf: 'bin' })
    await using connected = await bench.connect()
    expect(await connected.connector.check()).toBe(
      'Connecté au i-Parapheur : entité « Ville de Démonstration », bureau « Direction générale » et corbeille, 2 dossier(s) à récupérer.',
    )
    expect(await connected.connector.glaneur.waiting()).toEqual(['Convention', 'Jeté'])
    await using tenant = await bench.connect({ tenant: 'faux' })
    await expect(tenant.connector.check()).rejects.toThrow(/Entités accessibles : « Ville de Démonstration »/u)
    await using desk = await bench.connect({ desk: undefined })
    await expect(desk.connector.check()).rejects.toThrow(/Bureaux accessibles : « Direction générale »/u)
    await using bin = await bench.connect({ desk: undefined, source: 'corbeille' })
    expect(await bin.connector.check()).toMatch(/corbeille, 1 dossier/u)
  })

  test('une relève qui n’est pas active ne touche à rien', async () => {
    await using bench = await start({ actif: false })
    bench.simulator.add('Convention')
    expect(await bench.run()).toMatch(/n’est pas active/u)
    expect(bench.simulator.count('dossier')).toBe(1)
  })

  test('bureau manquant, flux absent, compte refusé : erreurs de réglage, sans que le secret paraisse', async () => {
    for (const config of [{ desk: undefined }, { flux: 'absent' }, { password: 'faux-secret' }, { desk: 'faux' }]) {
      await using bench = await start(config)
      bench.simulator.add('Convention')
      const failure: unknown = await bench.run().catch((error: unknown) => error)
      expect(failure).toMatchObject({ name: 'ConfigurationError' })
      expect(String(failure)).not.toContain('faux-secret')
      expect(bench.simulator.count('dossier')).toBe(1)
    }
  })

  test("l'autorité interne du parapheur s'ajoute dans les réglages ; sans elle, la connexion est refusée", async () => {
    await using bench = await start({}, { simulator: { authority: createAuthority() } })
    await using connected = await bench.connect()
    expect(await connected.connector.check()).toMatch(/^Connecté/u)
    await using without = await bench.connect({ autorite: undefined })
    await expect(without.connector.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('les correspondances renvoient chaque élément vers son champ ; une ligne incomprise est refusée', async () => {
    await using bench = await start({
      correspondances: 'dossier_name: objet\n\nannexe : autre_document_attache\nbordereau: autre_document_attache',
    })
    bench.simulator.add('Convention')
    await bench.run()
    expect(bench.values()['objet']).toBe('Convention')
    expect(bench.names('autre_document_attache')).toEqual(['plan.pdf', 'Convention_bordereau.pdf'])
    expect(fieldsFrom('document_signe: acte').signature_detachee).toBe('acte')
    expect(fieldsFrom('signature_detachee: signature').signature_detachee).toBe('signature')
    expect(() => fieldsFrom('document: acte')).toThrow(/« document: acte » n'est pas comprise/u)
    expect(() => fieldsFrom('annexe')).toThrow(/n'est pas comprise/u)
  })
})
