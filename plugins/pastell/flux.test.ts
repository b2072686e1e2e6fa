import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWholeHub, type WholeHub } from '#core/conformance'
import { namesOf } from './names.ts'
import { fromPastell, fromPhpDate, isTicked } from './names-values.ts'
import { clientOf } from './testing.ts'

let hub: WholeHub
let api: ReturnType<typeof clientOf>
beforeAll(async () => {
  hub = await startWholeHub()
  api = clientOf(hub)
})
afterAll(() => hub[Symbol.asyncDispose]())

const installed = () => hub.hub.cradle.flows.list()

describe('les noms, dans tous les flux installés', () => {
  test('chaque champ a un nom à lui, que l’API sait porter, et qui mène à lui', () => {
    expect(installed().length).toBeGreaterThan(0)
    for (const flow of installed()) {
      const names = namesOf(flow)
      const all = names.fields.map(each => each.name)
      expect(new Set(all).size, flow.id).toBe(all.length)
      for (const { name, field } of names.fields) {
        expect(name, flow.id).toMatch(/^[\w-]+$/u)
        expect(names.field(name)?.field.name, `${flow.id} ${name}`).toBe(field.name)
      }
      // What a step computes may share the name of what an agent gives when that step is not taken.
      const answered = names.fields.flatMap(({ field, computed = [] }) => [field, ...computed]).map(each => each.name)
      expect(Object.keys(flow.fields).filter(name => !answered.includes(name))).toEqual([])
    }
  })

  test('chaque état et chaque action a un nom, et le nom y ramène', () => {
    for (const flow of installed()) {
      const names = namesOf(flow)
      for (const state of Object.keys(flow.states)) {
        expect(
          names.statesNamed(names.state(state)).map(each => each.state),
          `${flow.id} ${state}`,
        ).toContain(state)
        expect(names.state(state)).not.toBe('')
      }
      for (const task of Object.keys(flow.tasks))
        expect(names.actionsNamed(names.action(task)), `${flow.id} ${task}`).toContain(task)
    }
  })

  test('deux étapes de la même sorte portent leur rang', () => {
    const flow = installed().find(({ id }) => id === 'ls-actes')
    const first = flow?.steps.find(step => step.alias === 'signature')
    if (!flow || !first) throw new Error('ls-actes is not installed')
    const again = (name: string) => name.replace('signature.', 'encore.')
    const entries = <T>(record: Readonly<Record<string, T>>) =>
      Object.entries(record).filter(([name]) => name.startsWith('signature.'))
    const names = namesOf({
      ...flow,
      steps: [...flow.steps, { ...first, alias: 'encore' }],
      fields: {
        ...flow.fields,
        ...Object.fromEntries(
          entries(flow.fields).map(([name, field]) => [again(name), { ...field, name: again(name), step: 'encore' }]),
        ),
      },
      states: {
        ...flow.states,
        ...Object.fromEntries(
          entries(flow.states).map(([name, state]) => [again(name), { ...state, name: again(name), step: 'encore' }]),
        ),
      },
    })
    expect(names.field('iparapheur_sous_type_2')?.field.name).toBe('encore.circuit')
    expect(names.field('iparapheur_sous_type_1')?.field.name).toBe('signature.circuit')
    expect(names.state('encore.envoye')).toBe('send-iparapheur_2')
    expect(names.statesNamed('send-iparapheur_1').map(each => each.state)).toContain('signature.envoye')
    expect(names.action('signature.envoyer')).toBe('send-iparapheur_1')
  })
})

describe('les valeurs', () => {
  test.each([
    ['on', true],
    ['True', true],
    ['+', true],
    ['checked', true],
    ['2', true],
    ['', false],
    ['0', false],
    ['Off', false],
    ['non', true],
  ])('une case « %s » vaut %s', (text, ticked) => expect(isTicked(text)).toBe(ticked))

  test('une date française devient une date, un nombre un nombre', () => {
    expect(fromPastell({ kind: 'date', label: 'D', options: {}, name: 'd', step: undefined }, '02/01/2026')).toBe(
      '2026-01-02',
    )
    expect(fromPastell({ kind: 'number', label: 'N', options: {}, name: 'n', step: undefined }, '12,5')).toBe(12.5)
    expect(fromPhpDate('2026-07-01')?.toISOString()).toBe('2026-06-30T22:00:00.000Z')
    expect(fromPhpDate('2026-01-01 12:00:00')?.toISOString()).toBe('2026-01-01T11:00:00.000Z')
    expect(fromPhpDate('hier')).toBeUndefined()
  })
})

interface Action {
  readonly name?: string
  readonly 'name-action'?: string
  readonly warning?: string
  readonly rule: Readonly<Record<string, unknown>>
}

describe('les types de dossier', () => {
  const refused = (message: string) => ({ status: 'error', 'error-message': message })

  test('la liste est triée par nom et ne montre que ce qui peut se lire', async () => {
    const { json } = await api('GET', '/flux')
    const all = json as Readonly<Record<string, { type: string; nom: string }>>
    expect(all['ls-actes']).toEqual({ type: 'Actes administratifs', nom: 'Actes' })
    const labels = Object.values(all).map(each => each.nom)
    expect(labels).toEqual(labels.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
  })

  test('les champs ont les propriétés d’une définition', async () => {
    const { json, text } = await api('GET', '/flux/ls-actes/')
    const fields = json as Readonly<Record<string, Record<string, unknown>>>
    expect(fields['objet']).toMatchObject({ name: 'Objet', type: 'textarea', requis: true, title: true })
    expect(fields['autre_document_attache']).toMatchObject({ type: 'file', multiple: true })
    expect(fields['numero_de_lacte']).toMatchObject({ index: true, preg_match: '#^[0-9A-Z_]{1,15}$#u' })
    expect(fields['classification']).toMatchObject({ type: 'externalData', 'choice-action': 'classification' })
    expect(fields['type_piece_fichier']).toMatchObject({ type: 'file', 'read-only': true })
    expect(fields['envoi_signature']).toMatchObject({ type: 'checkbox' })
    const natures = /"acte_nature": \{[^]*?"value": \{([^}]*)\}/u.exec(text)?.[1] ?? ''
    expect([...natures.matchAll(/"(\d)":/gu)].map(([, nature]) => nature).join('')).toBe('326415')
  })

  test('chaque action a une règle que les clients savent lire', async () => {
    const { json } = await api('GET', '/flux/ls-actes/action')
    const actions = json as Readonly<Record<string, Action>>
    for (const [name, action] of Object.entries(actions)) {
      expect(action.rule, name).toBeTypeOf('object')
      const last = action.rule['last-action']
      expect(last === undefined || (Array.isArray(last) && last.every(each => typeof each === 'string')), name).toBe(
        true,
      )
      for (const text of [action.name, action['name-action'], action.warning])
        expect(['string', 'undefined'], name).toContain(typeof text)
    }
    expect(actions['creation']?.rule).toEqual({ 'no-last-action': '' })
    expect(actions['orientation']?.rule['last-action']).toEqual(expect.arrayContaining(['creation', 'modification']))
    expect(actions['verif-iparapheur']?.rule['last-action']).toContain('send-iparapheur')
    expect(actions['send-iparapheur']?.rule['last-action']).toContain('send-signature-error')
    expect(actions['annulation-tdt']?.rule).toEqual({ 'has-action': ['acquiter-tdt'] })
    expect(actions['preparation-send-ged']).toMatchObject({
      'action-automatique': 'send-ged',
      rule: { role_id_e: 'no-role' },
    })
  })

  test('un type inconnu se dit', async () => {
    expect(await api('GET', '/flux/rien')).toMatchObject({
      status: 404,
      json: refused("Le flux rien n'existe pas sur cette plateforme"),
    })
    expect((await api('POST', '/flux')).json).toEqual(refused("La méthode post n'existe pas pour cette ressource"))
  })
})
