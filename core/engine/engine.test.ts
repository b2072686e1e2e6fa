import { describe, expect, test } from 'vitest'
import { defineFlow } from '../authoring/flows.ts'
import { file, flag, text } from '../authoring/fields.ts'
import { PermanentError, TemporaryError } from '../authoring/errors.ts'
import { defineStep, wait } from '../authoring/steps.ts'
import type { StoredFlow } from '../authoring/flows.ts'
import { fakeGed, fileNamed } from '../testing/fakes.ts'
import { testHub } from '../testing/test-hub.ts'
import { compileFlow, FlowError } from './compile.ts'
import { perform } from './perform.ts'
import { backoff } from './backoff.ts'
import { settle } from './settle.ts'

/** A sending that cannot be looked up: the only honest answer to a lost one is to ask a person. */
const post = defineStep({
  id: 'post',
  label: 'Envoi',
  needs: 'ged',
  inputs: { document: file('Document', { required: true }) },
  fields: { reference: text('Référence', { computed: true }), note: text('Note') },
  initial: 'toSend',
  states: {
    toSend: { label: 'À envoyer' },
    sent: { label: 'Envoyé', ends: 'next' },
  },
  tasks: {
    send: {
      label: 'Envoyer',
      from: 'toSend',
      to: 'sent',
      afterCrash: 'askAgent',
      async run({ connector, document, key }, goto) {
        const { location } = await connector.deposit(await document.contents(), key)
        return goto('sent', { reference: location })
      },
    },
  },
})

const watch = defineStep({
  id: 'watch',
  label: 'Surveillance',
  inputs: {},
  fields: { answer: text('Réponse') },
  initial: 'watching',
  states: {
    watching: { label: 'En attente', editable: ['answer'] },
    seen: { label: 'Vu', ends: 'next' },
    silent: { label: 'Silence', trouble: true },
  },
  tasks: {
    look: {
      label: 'Regarder',
      from: 'watching',
      to: 'seen',
      every: '1 h',
      within: '2 d',
      late: 'silent',
      run: async ({ data }, goto) => (data.answer === undefined ? wait('Rien encore') : goto('seen')),
    },
  },
})

const twice = defineFlow({
  id: 'twice',
  version: 1,
  label: 'Deux envois',
  family: 'Essais',
  fields: {
    objet: text('Objet', { required: true, title: true }),
    piece: file('Pièce', { required: true }),
    second: flag('Second envoi'),
  },
  steps({ piece, second }) {
    return [
      post({ document: piece }).as('first').thenWait(),
      post({ document: piece }).as('again').when(second),
      watch({}).when(second),
    ]
  },
})

const steps = [post, watch]
const values = { objet: 'Essai', piece: fileNamed('a.pdf'), second: true }

describe('compileFlow refuses, in French', () => {
  const registry = new Map([post, watch].map(step => [step.definition.id, step.definition]))
  const faultsOf = (change: Partial<StoredFlow>, extra: readonly { definition: unknown }[] = []) => {
    const known = new Map(registry)
    for (const { definition } of extra) known.set((definition as { id: string }).id, definition as never)
    try {
      compileFlow({ ...twice.stored, ...change }, known)
      return 'accepted'
    } catch (error) {
      if (error instanceof FlowError) return error.message
      throw error
    }
  }
  const placed = (step: string, bindings = {}) => ({ step, alias: step, bindings })
  const broken = (change: object) => ({ definition: { ...watch.definition, id: 'broken', ...change } })

  test('nothing when all is well', () => expect(faultsOf({})).toBe('accepted'))
  test('a step that does not exist', () =>
    expect(faultsOf({ steps: [placed('fax')] })).toContain("« fax » n'existe pas"))
  test('the same name twice', () =>
    expect(faultsOf({ steps: [placed('watch'), placed('watch')] })).toContain('« watch » est déjà pris'))
  test('a required input left alone', () =>
    expect(faultsOf({ steps: [placed('post')] })).toContain("« Document » (document) n'est pas reliée"))
  test('an input bound to what does not exist yet', () =>
    expect(faultsOf({ steps: [placed('post', { document: 'watch.answer' }), placed('watch')] })).toContain(
      "n'existe pas avant elle",
    ))
  test('an input bound to another kind of field', () =>
    expect(faultsOf({ steps: [placed('post', { document: 'objet' })] })).toContain(
      'attend « file » et le champ « objet » est « text »',
    ))
  test('a condition on nothing', () =>
    expect(faultsOf({ steps: [{ ...placed('watch'), when: { field: 'absent', is: true } }] })).toContain(
      'la condition lit le champ « absent »',
    ))
  test('going on after a refusal that the step does not know', () =>
    expect(faultsOf({ steps: [{ ...placed('watch'), goesOnAfterRefusal: true }] })).toContain(
      'elle ne connaît pas de refus',
    ))
  test('a missing label', () =>
    expect(faultsOf({ fields: { objet: { ...text('x'), label: '' } } })).toContain("« objet » n'a pas de libellé"))
  test('an unreachable state', () =>
    expect(
      faultsOf({ steps: [placed('broken')] }, [
        broken({ states: { ...watch.definition.states, lost: { label: 'Perdu', ends: 'next' } } }),
      ]),
    ).toContain("« lost » n'est jamais atteint"))
  test('a dead end', () =>
    expect(
      faultsOf({ steps: [placed('broken')] }, [
        broken({ states: { ...watch.definition.states, seen: { label: 'Vu' } } }),
      ]),
    ).toContain('« seen » est une impasse'))
  test('two automatic tasks in one state', () =>
    expect(
      faultsOf({ steps: [placed('broken')] }, [
        broken({ tasks: { ...watch.definition.tasks, other: watch.definition.tasks.look } }),
      ]),
    ).toContain('deux tâches automatiques (look, other)'))
  test('a task that leads nowhere', () =>
    expect(
      faultsOf({ steps: [placed('broken')] }, [
        broken({ tasks: { look: { ...watch.definition.tasks.look, to: ['moon'] } } }),
      ]),
    ).toContain("cite l'état « moon »"))
  test('a pace that is not one', () =>
    expect(
      faultsOf({ steps: [placed('broken')] }, [
        broken({ tasks: { look: { ...watch.definition.tasks.look, every: 'souvent' } } }),
      ]),
    ).toContain("« souvent » n'est pas une durée"))
})

describe('the course of a document', () => {
  const town = async (change: object = {}) => {
    const ged = fakeGed()
    const hub = testHub(twice, steps, { ged: ged.ged })
    const document = await hub.create({ ...values, ...change })
    return { ged, hub, document }
  }

  test('after a step that waits, an agent goes on, and may still change what follows', async () => {
    const { document } = await town()
    await document.submit()
    expect(document.state).toBe('first.sent')
    expect(document.edit({ 'again.note': 'à suivre', second: true })).toEqual([])
    expect(document.edit({ objet: 'Autre' })[0]?.message).toContain('ne peut pas être modifié')
    await document.ask('poursuivre')
    expect(document.state).toBe('watch.watching')
  })

  test('the same step used twice keeps its values apart', async () => {
    const { document, ged } = await town()
    await document.submit()
    await document.ask('poursuivre')
    expect(document.data['first.reference']).toBe('/actes/Essai')
    expect(document.data['again.reference']).toBe('/actes/Essai')
    expect(ged.deposits.size).toBe(2)
  })

  test('a sending nobody can look up stops in « incertain » after a lost answer, and only a person sends it again', async () => {
    const { document, ged, hub } = await town()
    ged.mishaps.loseNextAnswer()
    await document.submit()
    expect(document.state).toBe('first.incertain')
    await hub.advance('10 d')
    expect(document.state).toBe('first.incertain')
    expect(ged.deposits.size).toBe(1)
    expect(document.buttons).toMatchObject({ 'first.send': true, confirmer: true })
    await document.ask('first.send')
    expect(document.state).toBe('first.sent')
  })

  test('an agent who saw the sending at its destination lets the document go on without a second one', async () => {
    const { document, ged } = await town()
    ged.mishaps.loseNextAnswer()
    await document.submit()
    await document.ask('confirmer')
    expect(document.state).toBe('first.sent')
    expect(ged.deposits.size).toBe(1)
  })

  test('a crash between the intention and the outcome is seen, and leads to the same place', async () => {
    const { document, hub } = await town()
    await document.submit()
    const crashed = await hub.create(values)
    const { current } = crashed
    const due = { task: 'first.send', at: hub.clock.now(), tries: 0, failures: 0 }
    const attempt = { task: 'first.send', fence: 1, key: 'k', since: hub.clock.now(), process: 'dead' }
    await hub.ports.documents.commit(
      {
        document: { ...current, state: 'first.toSend', due, inFlight: attempt, fence: 1, version: 2 },
        entries: [],
        wakeUp: hub.clock.now(),
      },
      1,
    )
    await hub.settleDown()
    expect(crashed.state).toBe('first.incertain')
  })

  test('while an attempt is in flight, nobody acts and nobody edits', async () => {
    const { document, hub } = await town()
    const attempt = { task: 'first.send', fence: 1, key: 'k', since: hub.clock.now(), process: 'alive' }
    await document.happen({ is: 'attempted', attempt })
    await expect(document.ask('envoyer')).rejects.toThrow('Un envoi est en cours')
  })

  test('the outcome of an attempt that is no longer in force is dropped', async () => {
    const ged = fakeGed()
    const hub = testHub(twice, steps, {
      ged: {
        async deposit() {
          // Meanwhile this worker is declared dead, and an administrator decides.
          await document.happen({ is: 'forced', state: 'termine', reason: 'Déposé à la main', by: 'admin' })
          return { ids: {}, location: '/tard' }
        },
      },
    })
    const document = await hub.create({ ...values, second: false })
    await document.submit()
    expect(document.state).toBe('termine')
    expect(document.data['first.reference']).toBeUndefined()
    expect(ged.deposits.size).toBe(0)
  })

  test('forcing a state is journalled and the job of the new state is scheduled', async () => {
    const { document, hub } = await town()
    await document.happen({ is: 'forced', state: 'watch.watching', reason: 'Reprise après incident', by: 'admin' })
    expect(document.journal).toContain('État forcé par un administrateur : Reprise après incident')
    document.edit({ 'watch.answer': 'oui' })
    await hub.advance('1 h')
    expect(document.state).toBe('termine')
  })

  test('silence is bounded: past the delay the document says so, and a person may ask again', async () => {
    const { document, hub } = await town()
    await document.happen({ is: 'forced', state: 'watch.watching', reason: 'essai', by: 'admin' })
    await hub.advance('3 d')
    expect(document.state).toBe('watch.silent')
    expect(document.buttons['watch.look']).toBe(true)
  })

  test('a finished document is reopened at its last step, and goes on from there', async () => {
    const { document, hub } = await town({ second: false })
    await document.submit()
    await document.ask('poursuivre')
    expect(document.state).toBe('termine')
    await document.ask('rouvrir')
    expect(document.state).toBe('first.sent')
    expect(document.edit({ second: true })).toEqual([])
    await document.ask('poursuivre')
    expect(document.state).toBe('watch.watching')
    await hub.settleDown()
  })

  test('a document is deleted only where nothing unanswered is left behind', async () => {
    const { document, ged } = await town()
    expect(document.buttons.supprimer).toBe(true)
    ged.mishaps.goDown()
    await document.submit()
    await expect(document.ask('supprimer')).rejects.toThrow('ne peut pas être supprimé')
  })

  test('a refusal rests in the error state of the step until someone retries', async () => {
    const { document, ged, hub } = await town()
    ged.mishaps.failOnce(new PermanentError('Dossier inconnu.'))
    await document.submit()
    expect(document.state).toBe('first.erreur')
    expect(document.message).toBe('Dossier inconnu.')
    await hub.advance('5 d')
    expect(document.state).toBe('first.erreur')
    await document.ask('first.send')
    expect(document.state).toBe('first.sent')
  })

  test('a clean failure of a sending nobody can look up is simply tried again', async () => {
    const { document, ged, hub } = await town()
    ged.mishaps.failOnce(new TemporaryError('Connexion refusée.'))
    await document.submit()
    expect(document.state).toBe('first.toSend')
    await hub.advance('1 min')
    expect(document.state).toBe('first.sent')
  })

  test('an early wake-up does nothing', async () => {
    const { document, hub } = await town()
    await document.happen({ is: 'forced', state: 'watch.watching', reason: 'essai', by: 'admin' })
    expect(await perform(hub.ports, '1', document.id)).toBe('too early')
  })
})

test('the same event gives the same move: settle has no clock and no chance', () => {
  const flow = compileFlow(twice.stored, new Map(steps.map(step => [step.definition.id, step.definition])))
  const now = new Date('2026-01-15T08:00:00Z')
  const document = {
    ...{
      id: 'd',
      entityId: '1',
      flowId: 'twice',
      flowVersion: 1,
      title: 'd',
      state: 'first.toSend',
      stateSince: now,
      version: 3,
      data: values,
    },
    ...{
      trail: [],
      due: { task: 'first.send', at: now, tries: 0, failures: 2 },
      inFlight: undefined,
      fence: 0,
      back: undefined,
      passages: {},
    },
    ...{ message: '', waitingFor: undefined, createdBy: undefined, createdAt: now, updatedAt: now },
  }
  const event = {
    is: 'failed',
    task: 'first.send',
    failure: { kind: 'temporary', message: 'Panne', maybeSent: false },
  } as const
  expect(settle(flow, document, event, now)).toEqual(settle(flow, document, event, now))
  expect(document.version).toBe(3)
})

test('retries grow from seconds to an hour, and a thousand documents do not come back together', () => {
  expect(backoff('a', 1)).toBeLessThan(20_000)
  expect(backoff('a', 30)).toBeLessThanOrEqual(3_600_000 * 1.2)
  // What the remote asks for is never shortened, and never believed beyond a day or so.
  expect(backoff('a', 1, 600_000)).toBeGreaterThanOrEqual(600_000)
  expect(backoff('a', 1, 1)).toBe(backoff('a', 1))
  expect(backoff('a', 1, 365 * 86_400_000)).toBeLessThanOrEqual(1.2 * 86_400_000)
  expect(new Set(Array.from({ length: 1000 }, (_, index) => backoff(`doc${index}`, 3))).size).toBeGreaterThan(900)
})

test('a letter that arrives while an attempt is in flight does not lose its outcome', async () => {
  const ged = fakeGed()
  const hub = testHub(twice, steps, {
    ged: {
      async deposit(contents, key) {
        await document.happen({ is: 'edited', values: { objet: 'Complété pendant l’envoi' }, what: 'Courrier reçu' })
        return ged.ged.deposit(contents, key)
      },
    },
  })
  const document = await hub.create({ ...values, second: false })
  await document.submit()
  expect(document.state).toBe('first.sent')
  expect(document.data.objet).toBe('Complété pendant l’envoi')
  expect(ged.deposits.size).toBe(1)
})

describe('a task on the side', () => {
  /** Pushes something to a remote at any moment after its first state, then gives the document back to where it was. */
  const side = (failures: number) => {
    let left = failures
    return defineStep({
      id: 'side',
      label: 'À côté',
      inputs: {},
      fields: {},
      initial: 'known',
      states: {
        known: { label: 'Connu', ends: 'next' },
        asked: { label: 'Demandé' },
        refused: { label: 'Refusé', trouble: true },
        done: { label: 'Fait', ends: 'resume' },
      },
      tasks: {
        ask: {
          label: 'Demander',
          from: { passed: 'known' },
          to: 'asked',
          trigger: 'agent',
          run: async (_context, goto) => goto('asked'),
        },
        push: {
          label: 'Pousser',
          from: 'asked',
          to: 'done',
          failsTo: 'refused',
          async run(_context, goto) {
            left -= 1
            if (left >= 0) throw new PermanentError('Refusé par le partenaire.')
            return goto('done')
          },
        },
      },
    })
  }

  test.each([0, 1, 3])(
    'that fails %i times, then succeeds, gives the document back to where it was',
    async failures => {
      const step = side(failures)
      const flow = defineFlow({
        id: 'beside',
        version: 1,
        label: 'À côté',
        family: 'Essais',
        fields: { objet: text('Objet', { required: true, title: true }) },
        steps: () => [step({}), watch({})],
      })
      const hub = testHub(flow, [step, watch], {})
      const document = await hub.create({ objet: 'Essai' })
      await document.submit()
      await hub.settleDown()
      expect(document.state).toBe('watch.watching')
      await document.ask('side.ask')
      await hub.settleDown()
      for (let failure = 1; failure <= failures; failure += 1) {
        expect(document.state).toBe('side.refused')
        await document.ask('side.push')
        await hub.settleDown()
      }
      expect(document.state).toBe('watch.watching')
      // What waited there waits on.
      expect(document.edit({ 'watch.answer': 'oui' })).toEqual([])
      await hub.advance('2 h')
      expect(document.state).toBe('termine')
    },
  )
})
