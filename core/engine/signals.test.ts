import { describe, expect, test } from 'vitest'
import { defineFlow } from '../authoring/flows.ts'
import { number, text } from '../authoring/fields.ts'
import { defineStep, type AnyStep } from '../authoring/steps.ts'
import { testHub } from '../testing/test-hub.ts'
import { compileFlow } from './compile.ts'
import type { Document } from './model.ts'
import { settle } from './settle.ts'
import { outcomeOf } from './signals.ts'

const NOW = new Date('2026-01-15T09:00:00Z')

/** A letter that somebody reads, and whose reading is counted even after the document has gone on. */
const letter = defineStep({
  id: 'lettre',
  label: 'Lettre',
  inputs: { titre: text('Titre', { required: true }) },
  fields: {
    lectures: number('Lectures', { computed: true, default: 0 }),
    lecteur: text('Lecteur', { computed: true }),
  },
  initial: 'aEnvoyer',
  states: {
    aEnvoyer: { label: "Préparation de l'envoi" },
    envoyee: { label: 'Envoyée' },
    lue: { label: 'Lue', ends: 'next' },
  },
  tasks: {
    envoyer: { label: 'Envoyer', from: 'aEnvoyer', to: 'envoyee', run: async (_context, goto) => goto('envoyee') },
    abandonner: {
      label: 'Ne plus attendre',
      from: 'envoyee',
      to: 'lue',
      trigger: 'agent',
      run: async (_context, goto) => goto('lue'),
    },
  },
  signals: {
    lecture: {
      label: 'Lecture',
      from: 'envoyee',
      to: 'lue',
      since: 'aEnvoyer',
      async receive({ inputs, data, payload }, goto) {
        const { par } = payload
        if (typeof par !== 'string') return 'on ne sait pas qui lit'
        return goto('lue', { lectures: data.lectures + 1, lecteur: par }, `« ${inputs.titre} » lue par ${par}`)
      },
    },
    ouverture: {
      label: 'Ouverture',
      from: 'envoyee',
      to: 'lue',
      receive: async (_context, goto) => goto('lue'),
    },
  },
})

const flow = defineFlow({
  id: 'lettre',
  version: 1,
  label: 'Lettres',
  family: 'Essais',
  fields: { objet: text('Objet', { required: true, title: true }) },
  steps: ({ objet }) => [letter({ titre: objet })],
})
const compiled = compileFlow(flow.stored, new Map([['lettre', letter.definition]]))

const sent = async () => {
  const hub = testHub(flow, [letter], {})
  const document = await hub.create({ objet: 'Convocation' })
  await document.submit()
  return document
}
const told = (document: Document, payload: Readonly<Record<string, unknown>> = { par: 'Luc' }, name = 'lecture') =>
  outcomeOf(compiled, document, `lettre.${name}`, payload, {
    now: NOW,
    files: {} as never,
    contents: () => Promise.reject(new Error('not asked for')),
  })
const REFUSED = 'ce document ne l’attend pas dans son état actuel'

describe('ce qui arrive de dehors à un document', () => {
  test('le fait avancer là où son étape l’attend, en une ligne de journal', async () => {
    const document = await sent()
    await document.signal('lettre.lecture', { par: 'Luc' })
    expect([document.state, document.data['lettre.lectures']]).toEqual(['termine', 1])
    expect(document.journal).toContain('« Convocation » lue par Luc')
  })

  test('pendant un envoi en cours, ne change que les valeurs : l’état est à celui qui envoie', async () => {
    const { current } = await sent()
    const task = 'lettre.envoyer'
    const inFlight: Document = { ...current, inFlight: { task, key: 'k', since: NOW, fence: 1, process: 'p1' } }
    const outcome = await told(inFlight)
    if (typeof outcome === 'string') throw new Error(outcome)
    const after = (from: Document) =>
      settle(compiled, from, { is: 'signalled', signal: 'lettre.lecture', outcome }, NOW).document
    expect(after(inFlight)).toMatchObject({
      state: 'lettre.envoyee',
      data: { 'lettre.lectures': 1, 'lettre.lecteur': 'Luc' },
      inFlight: inFlight.inFlight,
    })
    expect(after(current).state).toBe('termine')
  })

  test('reste entendu après l’état depuis lequel il a un sens, sans ramener le document en arrière', async () => {
    const document = await sent()
    await document.ask('lettre.abandonner')
    expect(document.state).toBe('termine')
    await document.signal('lettre.lecture', { par: 'Zoé' })
    expect([document.state, document.data['lettre.lecteur']]).toEqual(['termine', 'Zoé'])
  })

  test('n’est pas entendu avant, ni ailleurs quand rien ne le prolonge, ni sous un nom inconnu', async () => {
    const document = await testHub(flow, [letter], {}).create({ objet: 'Brouillon' })
    expect(await told(document.current)).toBe(REFUSED)
    const over = await sent()
    await over.ask('lettre.abandonner')
    expect(await told(over.current, {}, 'ouverture')).toBe(REFUSED)
    expect(await told(over.current, {}, 'inconnu')).toBe(REFUSED)
    await expect(document.signal('lettre.lecture', { par: 'Luc' })).rejects.toThrow('ne l’attend pas')
  })

  test('est refusé avec la phrase de l’étape, et le document ne change pas', async () => {
    const document = await sent()
    const before = document.current
    await expect(document.signal('lettre.lecture')).rejects.toThrow('on ne sait pas qui lit')
    expect(document.current).toEqual(before)
  })

  test('ne mène pas dans un état que son signal ne déclare pas', async () => {
    const { current } = await sent()
    const outcome = { outcome: 'goto', state: 'aEnvoyer', values: {}, message: undefined } as const
    expect(() => settle(compiled, current, { is: 'signalled', signal: 'lettre.lecture', outcome }, NOW)).toThrow(
      "qu'il ne déclare pas",
    )
  })
})

describe('le compilateur refuse', () => {
  type Signals = Readonly<Record<string, object>>
  /** The same step with other signals, as a studio or a careless author could write it. */
  const compiling = (signals: Signals, correspondence?: object) => () => {
    const definition = { ...letter.definition, signals, ...(correspondence ? { correspondence } : {}) }
    return compileFlow(flow.stored, new Map([['lettre', definition as AnyStep]]))
  }
  const good = { label: 'Lecture', from: 'envoyee', to: 'lue', receive: async () => 'non' }

  test.each([
    ['un signal sans libellé', { lecture: { ...good, label: '' } }, "le signal « lecture » n'a pas de libellé"],
    ['un départ inconnu', { lecture: { ...good, from: 'partie' } }, "cite l'état « partie », qui n'existe pas"],
    [
      'une arrivée inconnue',
      { lecture: { ...good, to: ['lue', 'perdue'] } },
      "cite l'état « perdue », qui n'existe pas",
    ],
    ['un début inconnu', { lecture: { ...good, since: 'avant' } }, "cite l'état « avant », qui n'existe pas"],
    ['le nom d’une tâche', { envoyer: good }, 'est à la fois un signal et une tâche'],
  ])('%s', (_name, signals, sentence) => {
    expect(compiling(signals)).toThrow(sentence)
    expect(compiling({ lecture: good })).not.toThrow()
  })

  test('une correspondance qui parle à un signal qui n’existe pas', () => {
    expect(compiling({ lecture: good }, { by: 'lecteur', into: 'lecteur', tells: 'retour' })).toThrow(
      "la correspondance parle au signal « retour », qui n'existe pas",
    )
  })
})
