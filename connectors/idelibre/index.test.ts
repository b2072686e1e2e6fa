import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { localTime, type SeanceAConvoquer } from '#core'
import { convocationConformance, onePdf } from '#core/conformance'
import { connectForTest, createAuthority, temporaryFiles, type Fault } from '#core/testing'
import { instantOf, isSameTime, mayComeFrom, written } from './dates.ts'
import idelibre from './index.ts'
import { createSimulator, type IdelibreSimulatorOptions } from './simulator.ts'

/** A PDF whose bytes depend on what it says. */
const pdfSaying = async (text: string): Promise<Uint8Array> =>
  Buffer.concat([await onePdf(), Buffer.from(`% ${text}\n`)])

const made = createAuthority()
const server = made.issueServer()
/** One certificate for every simulator of this file: it is what takes time. */
const authority = { ...made, issueServer: () => server }

for (const api of ['v2', 'ancienne avec jeton'] as const)
  convocationConformance(
    `i-delibRE (${api})`,
    idelibre,
    async () => {
      const simulator = await createSimulator({ api, authority, readsPut: true })
      return {
        config: { ...simulator.config, modification: 'put' },
        refused:
          api === 'v2'
            ? { config: { jeton: 'jeton-errone' }, secret: 'jeton-errone' }
            : { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
        faults: simulator.faults,
        creation: api === 'v2' ? /^POST .*\/sittings$/u : /^POST \/seances\.json/u,
        others: /^POST .*\/otherdocs$/u,
        count: kind => simulator.count(kind),
        sendConvocations: () => simulator.sendConvocations(),
        read: () => simulator.read(0),
        close: () => simulator.close(),
      }
    },
    api === 'v2' ? /^POST .*\/projects$/u : undefined,
  )

const start = async (options: IdelibreSimulatorOptions = {}, config: Readonly<Record<string, unknown>> = {}) => {
  const simulator = await createSimulator({ authority, ...options })
  const files = await temporaryFiles()
  const connected = await connectForTest(idelibre, { ...simulator.config, ...config }, { files })
  const pdf = async (name: string) => files.save(await onePdf(), name)
  const seance = async (changes: Partial<SeanceAConvoquer> = {}): Promise<SeanceAConvoquer> => ({
    key: 'k',
    date: '2026-09-24T18:30',
    type: 'Conseil municipal',
    place: 'Hôtel de ville',
    remoteAllowed: true,
    convocation: await pdf('convocation.pdf'),
    projects: [],
    ...changes,
  })
  return {
    simulator,
    files,
    seance,
    pdf,
    check: () => connected.connector.check(),
    convocation: connected.connector.convocation,
    async created(changes: Partial<SeanceAConvoquer> = {}) {
      const sent = await connected.connector.convocation.create(await seance(changes))
      if (sent.is !== 'sent' || sent.id === undefined) throw new Error(JSON.stringify(sent))
      return { ...sent, id: sent.id }
    },
    [Symbol.asyncDispose]: async () => {
      await connected[Symbol.asyncDispose]()
      await simulator.close()
      await files[Symbol.asyncDispose]()
    },
  }
}

describe('version 2', () => {
  test('« Tester » nomme le jeton, la structure et le rôle', async () => {
    await using bench = await start()
    expect(await bench.check()).toMatch(
      /^Connecté à i-delibRE avec le jeton « passeur » de la structure « Ville de Démonstration » \(.*\), administrateur de la structure : 2 type\(s\) de séance\.$/u,
    )
  })

  test('la séance arrive avec son lieu, ses fichiers, la distance et le type traduit', async () => {
    await using bench = await start({}, { correspondances: 'CM = conseil MUNICIPAL\nBureau=Bureau municipal' })
    await bench.created({ type: 'cm', invitation: await bench.pdf('invitation.pdf') })
    expect(bench.simulator.sittings[0]).toMatchObject({
      type: { name: 'Conseil municipal' },
      date: new Date('2026-09-24T16:30:00Z'),
      place: 'Hôtel de ville',
      isRemoteAllowed: true,
      convocationFile: { name: 'convocation.pdf' },
      invitationFile: { name: 'invitation.pdf' },
    })
  })

  test('un type inconnu est un refus qui dit quel réglage compléter', async () => {
    await using bench = await start()
    expect(await bench.convocation.create(await bench.seance({ type: 'Commission' }))).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining('Correspondance des types de séance') as string,
    })
  })

  test('une séance déjà là est reprise avec une remarque, jamais doublée', async () => {
    await using bench = await start()
    const { id, remark } = await bench.created()
    expect(remark).toBeUndefined()
    const again = await bench.created()
    expect(again.id).toBe(id)
    expect(again.remark).toContain('reprise')
    expect(bench.simulator.count('séance')).toBe(1)
  })

  for (const [zone, fuseau, isRight] of [
    ['UTC', 'UTC', true],
    ['Europe/Paris', 'Europe/Paris', true],
    ['UTC', 'Europe/Paris', false],
    ['Europe/Paris', 'UTC', false],
  ] as const)
    test(`serveur en ${zone}, réglage ${fuseau} : ${isRight ? "l'heure est juste" : "l'écart est dit"}, et rien n'est doublé`, async () => {
      await using bench = await start({ zone }, { fuseau })
      const { remark } = await bench.created()
      if (isRight) expect(remark).toBeUndefined()
      else expect(remark).toContain('Heure attendue par la version 2')
      await bench.created()
      expect(bench.simulator.count('séance')).toBe(1)
      if (isRight) expect(bench.simulator.sittings[0]?.date).toEqual(new Date('2026-09-24T16:30:00Z'))
    })

  test("rang, thème, rapporteur et annexes de l'ordre du jour arrivent avec leurs fichiers", async () => {
    await using bench = await start()
    const { id } = await bench.created()
    const [theme, reporter] = [(await bench.convocation.themes())[1], (await bench.convocation.reporters())[0]]
    expect([theme?.label, reporter?.label]).toEqual(['Finances, Budget', 'Anne Batte'])
    const file = await bench.pdf('budget.pdf')
    const annexe = { title: 'État', file: await bench.pdf('état.pdf') }
    const projects = [
      { name: 'Budget', file, theme: theme?.value, reporter: reporter?.value, annexes: [annexe, annexe] },
      { name: 'Vœu', file, annexes: [] },
    ]
    expect(await bench.convocation.setProjects(id, projects)).toEqual({ is: 'done' })
    expect(bench.simulator.sittings[0]?.projects).toMatchObject([
      {
        name: 'Budget',
        rank: 0,
        file: { name: 'budget.pdf' },
        annexes: [{ rank: 0 }, { rank: 1, file: { name: 'état.pdf' } }],
      },
      { name: 'Vœu', rank: 1 },
    ])
  })

  test("une annexe qu'i-delibRE refuse est un refus dans ses mots, et rien n'est gardé", async () => {
    await using bench = await start()
    const { id } = await bench.created()
    const file = await bench.pdf('budget.pdf')
    const annexes = [{ title: 'Tableau', file: await bench.files.save('a;b', 'tableau.csv') }]
    expect(await bench.convocation.setProjects(id, [{ name: 'Budget', file, annexes }])).toEqual({
      is: 'refused',
      reason: "i-delibRE refuse la demande : Au moins un projet n'est pas un pdf.",
    })
    expect(bench.simulator.count('projet')).toBe(0)
  })

  test('noms et lieux trop longs sont refusés avant de partir', async () => {
    await using bench = await start()
    expect(await bench.convocation.create(await bench.seance({ place: 'x'.repeat(256) }))).toMatchObject({
      is: 'refused',
    })
    expect(await bench.convocation.create(await bench.seance({ date: '2026-09-24' }))).toMatchObject({ is: 'refused' })
    const { id } = await bench.created()
    const file = await bench.pdf('a.pdf')
    const long = { name: 'x'.repeat(501), file, annexes: [] }
    expect(await bench.convocation.setProjects(id, [long])).toMatchObject({ is: 'refused' })
    expect(await bench.convocation.setOthers(id, [long])).toMatchObject({ is: 'refused' })
  })

  test('présences, suppléants et pouvoirs se lisent', async () => {
    await using bench = await start()
    const { id } = await bench.created({ invitation: await bench.pdf('invitation.pdf') })
    bench.simulator.sendConvocations()
    bench.simulator.read(0, { attendance: 'poa', mandator: { id: 'u', firstName: 'Bruno', lastName: 'Élie' } })
    bench.simulator.read(1, { attendance: 'deputy', deputy: 'Denise Suppléante' })
    const status = await bench.convocation.status(id)
    if (status.is !== 'followed') throw new Error(JSON.stringify(status))
    expect(status.convoques).toMatchObject([
      { name: 'Anne Batte', email: 'batte@ville.example', attendance: 'mandate', representedBy: 'Bruno Élie' },
      { name: 'Bruno Élie', attendance: 'deputy', representedBy: 'Denise Suppléante' },
      { name: 'Chloé Secrétaire', category: 'invitation' },
    ])
    expect(status.convoques[2]).not.toHaveProperty('readAt')
  })

  test('les jetons arrivent dans un zip entier', async () => {
    await using bench = await start()
    const { id } = await bench.created()
    bench.simulator.sendConvocations()
    const zip = await bench.convocation.proofs(id)
    if (!zip) throw new Error('no proofs')
    expect((await buffer(bench.files.open(zip))).includes('Batte_envoi')).toBe(true)
  })

  test('sans réglage, le hub ne modifie pas une séance ; avec lui, il vérifie que le serveur a lu la requête', async () => {
    await using bench = await start()
    const { id } = await bench.created()
    const changes = { place: 'Salle des fêtes', date: '2026-09-25T20:00' }
    expect(await bench.convocation.update(id, await bench.seance(changes))).toMatchObject({ is: 'refused' })
    await using deaf = await start({}, { modification: 'put' })
    const own = await deaf.created()
    expect(await deaf.convocation.update(own.id, await deaf.seance(changes))).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining('sans modifier la séance') as string,
    })
    await using hearing = await start({ readsPut: true }, { modification: 'put' })
    const heard = await hearing.created()
    const changed = await hearing.seance(changes)
    expect(await hearing.convocation.update(heard.id, changed)).toEqual({ is: 'done' })
    expect(hearing.simulator.sittings[0]).toMatchObject({
      place: 'Salle des fêtes',
      date: new Date('2026-09-25T18:00:00Z'),
    })
    const otherType = { ...changed, type: 'Bureau municipal' }
    expect(await hearing.convocation.update(heard.id, otherType)).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining('type') as string,
    })
  })

  describe("l'ordre du jour change avant l'envoi des convocations", () => {
    const agendaOf = async (bench: Awaited<ReturnType<typeof start>>) => {
      const { id } = await bench.created()
      const project = async (name: string, content = name) => ({
        name,
        file: await bench.files.save(await pdfSaying(content), `${name.toLowerCase()}.pdf`),
        annexes: [],
      })
      const told = [await project('Budget'), await project('Voeu'), await project('Crèche')]
      expect(await bench.convocation.setProjects(id, told)).toEqual({ is: 'done' })
      const names = () => bench.simulator.sittings[0]?.projects.map(({ name, rank }) => [name, rank])
      return { id, told, project, names }
    }
    const replace = (
      bench: Awaited<ReturnType<typeof start>>,
      ...args: Parameters<typeof bench.convocation.setProjects>
    ) => {
      const [id, projects] = args
      return (told: typeof projects) => {
        const replaced = bench.convocation.replaceProjects?.(id, projects, told)
        if (!replaced) throw new Error('cannot replace')
        return replaced
      }
    }

    test('un projet retiré, deux échangés, un ajouté : i-delibRE a exactement le nouvel ordre', async () => {
      await using bench = await start()
      const { id, told, project, names } = await agendaOf(bench)
      const wanted = [...told.slice(0, 2).reverse(), await project('Voirie')]
      expect(await replace(bench, id, wanted)(told)).toEqual({ is: 'done' })
      expect(names()).toEqual([
        ['Voeu', 0],
        ['Budget', 1],
        ['Voirie', 2],
      ])
      expect(await replace(bench, id, [])(wanted)).toEqual({ is: 'done' })
      expect(names()).toEqual([])
    })

    test.each<[string, Fault, RegExp]>([
      ['un retrait dont la réponse se perd', { kind: 'cutAfter' }, /^DELETE/u],
      ['un retrait en panne', { kind: 'status', status: 500 }, /^DELETE/u],
      ['un dépôt en panne une fois tout retiré', { kind: 'status', status: 500 }, /^POST .*\/projects$/u],
      ['un dépôt dont la réponse se perd', { kind: 'cutAfter' }, /^POST .*\/projects$/u],
    ])('%s : relancé, rien ne manque et rien n’est doublé', async (_what, fault, on) => {
      await using bench = await start()
      const { id, told, names } = await agendaOf(bench)
      const wanted = [...told].reverse()
      bench.simulator.faults.plan(fault, { on })
      await expect(replace(bench, id, wanted)(told)).rejects.toMatchObject({ name: 'TemporaryError', maybeSent: true })
      expect(await replace(bench, id, wanted)(told)).toEqual({ is: 'done' })
      expect(names()).toEqual([
        ['Crèche', 0],
        ['Voeu', 1],
        ['Budget', 2],
      ])
    })

    test('un rapport corrigé sous le même nom remplace l’ancien', async () => {
      await using bench = await start()
      const { id, told, project } = await agendaOf(bench)
      const before = bench.simulator.sittings[0]?.projects[0]?.id
      const wanted = [await project('Budget', 'corrigé'), ...told.slice(1)]
      expect(await replace(bench, id, wanted)(told)).toEqual({ is: 'done' })
      expect(bench.simulator.sittings[0]?.projects[0]?.id).not.toBe(before)
    })

    test('refusé par i-delibRE, le nouvel ordre laisse la place à l’ancien, qui y est remis', async () => {
      await using bench = await start()
      const { id, told, names } = await agendaOf(bench)
      const annexes = [{ title: 'Tableau', file: await bench.files.save('a;b', 'tableau.csv') }]
      const wanted = told.map(each => ({ ...each, annexes }))
      expect(await replace(bench, id, wanted)(told)).toMatchObject({
        is: 'refused',
        reason: expect.stringContaining("n'est pas un pdf. L'ordre du jour précédent y est remis.") as string,
      })
      expect(names()).toEqual([
        ['Budget', 0],
        ['Voeu', 1],
        ['Crèche', 2],
      ])
    })

    test('ce que quelqu’un d’autre y a mis n’est jamais retiré, ni rien après l’envoi, ni contre le réglage', async () => {
      await using bench = await start()
      const { id, told, project, names } = await agendaOf(bench)
      const foreign = [await project('Motion')]
      expect(await replace(bench, id, told.slice(1))(foreign)).toMatchObject({
        is: 'refused',
        reason: expect.stringContaining('un autre ordre du jour') as string,
      })
      bench.simulator.sendConvocations()
      expect(await replace(bench, id, told.slice(1))(told)).toMatchObject({
        is: 'refused',
        reason: expect.stringContaining('déjà parties') as string,
      })
      expect(names()).toHaveLength(3)
      await using careful = await start({}, { ordreDuJour: 'refuser' })
      const own = await agendaOf(careful)
      expect(await replace(careful, own.id, own.told.slice(1))(own.told)).toMatchObject({ is: 'refused' })
      expect(own.names()).toHaveLength(3)
    })
  })

  const errors: readonly (readonly [Fault, string, RegExp])[] = [
    [{ kind: 'status', status: 401, body: '{"message":"x"}' }, 'ConfigurationError', /jeton/u],
    [{ kind: 'status', status: 403, body: '{"message":"Access Denied."}' }, 'ConfigurationError', /droit/u],
    [{ kind: 'status', status: 302 }, 'ConfigurationError', /autre adresse/u],
    [{ kind: 'status', status: 404 }, 'ConfigurationError', /adresse indiquée/u],
    [{ kind: 'status', status: 404, body: '{"message":"not found"}' }, 'PermanentError', /supprimée/u],
    [{ kind: 'status', status: 400, body: '{"message":"bad"}' }, 'PermanentError', /refuse la demande : bad\./u],
    [{ kind: 'status', status: 429 }, 'TemporaryError', /429/u],
    [{ kind: 'status', status: 500 }, 'TemporaryError', /momentanément/u],
    [{ kind: 'garbage' }, 'TemporaryError', /autre chose/u],
  ]
  for (const [fault, error, sentence] of errors)
    test(`${JSON.stringify(fault)} est une ${error}`, async () => {
      await using bench = await start()
      const { id } = await bench.created()
      bench.simulator.faults.plan(fault, { on: /convocations/u })
      const failure = await bench.convocation.status(id).catch((caught: unknown) => caught)
      expect(failure).toMatchObject({ name: error, message: expect.stringMatching(sentence) as string })
    })

  test('un fichier trop grand est un refus avec son remède', async () => {
    await using bench = await start()
    bench.simulator.faults.plan({ kind: 'status', status: 413 }, { on: /^POST/u })
    expect(await bench.convocation.create(await bench.seance())).toMatchObject({
      is: 'refused',
      reason: expect.stringContaining('Allégez') as string,
    })
  })

  test('un jeton remplacé suspend le connecteur ; un jeton absent aussi', async () => {
    await using bench = await start()
    bench.simulator.expireToken()
    await expect(bench.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
    await using without = await start({}, { jeton: undefined })
    await expect(without.convocation.types()).rejects.toThrow(/jeton .* manque/u)
  })

  test("l'autorité interne s'ajoute dans les réglages ; sans elle, la connexion est refusée", async () => {
    await using bench = await start({}, { autorite: undefined })
    await expect(bench.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('une structure qui n’est pas celle du jeton est une erreur de réglage', async () => {
    await using bench = await start({}, { structure: '11111111-1111-4111-8111-111111111111' })
    await expect(bench.check()).rejects.toMatchObject({ name: 'ConfigurationError' })
  })

  test('les convocations partent et se lisent seules quand le simulateur est ainsi réglé', async () => {
    await using bench = await start({ progress: 10 })
    const { id } = await bench.created()
    await expect
      .poll(async () => {
        const status = await bench.convocation.status(id)
        return status.is === 'followed' && status.convoques.every(({ readAt }) => readAt !== undefined)
      })
      .toBe(true)
  })
})

describe('ancienne API', () => {
  test('« Tester » donne la version et le compte, et prévient de ce qui manque sans jeton', async () => {
    await using bench = await start({ api: 'ancienne' })
    expect(await bench.check()).toBe(
      "Connecté à i-delibRE 4.3.0 par l'ancienne API avec le compte « secretaire ». Sans jeton, les séances créées ne seront ni retrouvées ni suivies.",
    )
    await using both = await start({ api: 'ancienne avec jeton' })
    expect(await both.check()).toContain('« Ville de Démonstration »')
  })

  test("la séance part d'un bloc, à l'heure de Paris, thèmes et rapporteurs par leur nom", async () => {
    await using bench = await start({ api: 'ancienne avec jeton' })
    const [theme, reporter] = [(await bench.convocation.themes())[1], (await bench.convocation.reporters())[0]]
    expect([theme?.value, reporter?.value]).toEqual(['Finances, Budget', 'Batte, Anne'])
    const file = await bench.pdf('budget.pdf')
    const projects = [{ name: 'Budget', file, theme: theme?.value, reporter: reporter?.value, annexes: [] }]
    const acteurs = [{ firstName: 'Anne', lastName: 'Batte', email: 'a@b.fr' }]
    const sent = await bench.created({ projects, acteurs })
    expect(sent).toMatchObject({ agenda: 'included', remark: expect.stringContaining('à distance') as string })
    expect(bench.simulator.sittings[0]).toMatchObject({
      date: new Date('2026-09-24T16:30:00Z'),
      projects: [{ name: 'Budget', file: { name: 'budget.pdf' } }],
    })
  })

  test('sans jeton, une séance déjà créée est un succès dont on dit que rien ne la suivra', async () => {
    await using bench = await start({ api: 'ancienne' })
    const wanted = await bench.seance({ remoteAllowed: false })
    expect(await bench.convocation.find(wanted)).toMatchObject({ is: 'unknowable' })
    bench.simulator.faults.plan({ kind: 'cutAfter' }, { on: /seances\.json/u })
    await expect(bench.convocation.create(wanted)).rejects.toMatchObject({ maybeSent: true })
    expect(await bench.convocation.create(wanted)).toMatchObject({
      is: 'sent',
      id: undefined,
      agenda: 'included',
      remark: expect.stringContaining('ni suivie') as string,
    })
    expect(bench.simulator.count('séance')).toBe(1)
    expect(await bench.convocation.status('x')).toMatchObject({ is: 'notProvided' })
    expect(await bench.convocation.proofs('x')).toBeUndefined()
    expect(await bench.convocation.setProjects('x', [])).toMatchObject({ is: 'refused' })
    expect(await bench.convocation.setOthers('x', [])).toMatchObject({ is: 'refused' })
  })

  test('un 400 est un refus de la séance, sauf quand c’est le compte qui est refusé', async () => {
    await using bench = await start({ api: 'ancienne' })
    bench.simulator.faults.plan(
      { kind: 'status', status: 400, body: '{"success":false,"code":"Seance.add.error","message":"place is invalid"}' },
      { on: /seances\.json/u },
    )
    expect(await bench.convocation.create(await bench.seance())).toEqual({
      is: 'refused',
      reason: 'i-delibRE refuse la demande : place is invalid.',
    })
    await using wrong = await start({ api: 'ancienne' }, { connexion: 'autre' })
    await expect(wrong.convocation.create(await wrong.seance())).rejects.toMatchObject({ name: 'ConfigurationError' })
    await using incomplete = await start({ api: 'ancienne' }, { connexion: undefined })
    await expect(incomplete.check()).rejects.toThrow(/nom de la connexion/u)
  })

  test('sans jeton, les types proposés sont ceux de la correspondance', async () => {
    await using bench = await start({ api: 'ancienne' }, { correspondances: 'CM = Conseil municipal' })
    expect(await bench.convocation.types()).toEqual([{ value: 'Conseil municipal', label: 'Conseil municipal' }])
    expect(await bench.convocation.themes()).toEqual([])
  })
})

describe('heures', () => {
  test("l'heure de France devient un instant, été, hiver et minuit compris", () => {
    expect(instantOf('2026-07-01T00:15')).toEqual(new Date('2026-06-30T22:15:00Z'))
    expect(instantOf('2026-01-01T00:15')).toEqual(new Date('2025-12-31T23:15:00Z'))
    expect(instantOf('2026-10-25T02:30')).toEqual(new Date('2026-10-25T00:30:00Z'))
    expect(localTime(new Date('2026-03-29T01:00:00Z'))).toBe('2026-03-29T03:00')
    expect(written('2026-01-01T00:15', 'UTC')).toBe('2025-12-31 23:15:00')
    expect(written('2026-01-01T00:15', 'Europe/Paris')).toBe('2026-01-01 00:15:00')
  })

  test('une date du serveur se compare comme instant, ou telle qu’elle a été écrite', () => {
    expect(isSameTime('2026-07-01T16:30:00+00:00', '2026-07-01T18:30')).toBe(true)
    expect(isSameTime('2026-07-01 18:30:00', '2026-07-01T18:30')).toBe(true)
    expect(isSameTime('2026-07-01T18:30:00+00:00', '2026-07-01T18:30')).toBe(false)
    expect(mayComeFrom('2026-07-01T18:30:00+00:00', '2026-07-01T18:30', 'Europe/Paris')).toBe(true)
    expect(mayComeFrom('2026-07-01T16:30:00+00:00', '2026-07-01T18:30', 'Europe/Paris')).toBe(true)
    expect(mayComeFrom('2026-07-01T19:30:00+00:00', '2026-07-01T18:30', 'Europe/Paris')).toBe(false)
  })
})
