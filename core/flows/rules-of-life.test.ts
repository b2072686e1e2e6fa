import { describe, expect, test } from 'vitest'
import { file, text } from '../authoring/fields.ts'
import { defineFlow } from '../authoring/flows.ts'
import { defineStep } from '../authoring/steps.ts'
import { mayDo } from '../engine/availability.ts'
import { compileFlow } from '../engine/compile.ts'
import type { CompiledFlow } from '../engine/model.ts'
import { blank } from '../engine/settle.ts'
import { deadEnds, labelFaults, losses, misnamed, unanswered, unexplained, unreachable } from './rules-of-life.ts'
import { createFlowRegistry } from './registry.ts'

const post = defineStep({
  id: 'post',
  label: 'Envoi',
  needs: 'ged',
  inputs: { document: file('Document', { required: true }) },
  fields: { numero: text('Numéro', { computed: true }) },
  initial: 'aEnvoyer',
  states: {
    aEnvoyer: { label: 'À envoyer' },
    envoye: { label: 'Envoyé' },
    recu: { label: 'Reçu', ends: 'next' },
    refuse: {
      label: 'Refusé',
      help: 'La lettre est refusée. « Rouvrir » ramène au brouillon.',
      ends: 'stop',
      refusal: true,
      deletable: true,
    },
    erreurEnvoi: {
      label: 'Envoi refusé',
      help: 'Rien n’est parti. « Réessayer : Envoyer », une fois la cause levée.',
      trouble: true,
      deletable: true,
    },
    erreurSuivi: {
      label: 'Suivi interrompu',
      help: 'Relevez le « Numéro », puis « Réessayer » : rien n’est renvoyé.',
      trouble: true,
    },
  },
  tasks: {
    envoyer: {
      label: 'Envoyer',
      from: 'aEnvoyer',
      to: 'envoye',
      failsTo: 'erreurEnvoi',
      afterCrash: 'askAgent',
      run: async (_context, goto) => goto('envoye'),
    },
    suivre: {
      label: 'Suivre',
      from: 'envoye',
      to: ['recu', 'refuse'],
      every: '1 h',
      within: '30 d',
      failsTo: 'erreurSuivi',
      late: 'erreurSuivi',
      run: async (_context, goto) => goto('recu'),
    },
  },
})

const lettre = defineFlow({
  id: 'lettre',
  version: 1,
  label: 'Lettre',
  family: 'Essais',
  fields: { objet: text('Objet', { title: true }), piece: file('Pièce') },
  steps: ({ piece }) => [post({ document: piece })],
})
const [flow] = createFlowRegistry([lettre], new Map([['post', post.definition]])).list() as [CompiledFlow]

const withState = (name: string, change: Partial<CompiledFlow['states'][string]>): CompiledFlow => {
  const state = flow.states[name]
  if (!state) throw new Error(`no state ${name}`)
  return { ...flow, states: { ...flow.states, [name]: { ...state, ...change } } }
}
const without = (task: string): CompiledFlow => {
  const { [task]: gone, ...tasks } = flow.tasks
  if (!gone) throw new Error(`no task ${task}`)
  return { ...flow, tasks }
}

test('un flux bien écrit ne manque à aucune règle', () => {
  for (const rule of [labelFaults, unreachable, deadEnds, unexplained, misnamed, losses]) expect(rule(flow)).toEqual([])
})

describe('les libellés', () => {
  test.each(['', 'erreurSuivi', 'post_erreur'])('« %s » n’en est pas un', label =>
    expect(labelFaults(withState('post.recu', { label }))).toEqual([
      `état post.recu : « ${label} » n'est pas un libellé`,
    ]),
  )
})

test('un état où rien ne mène se voit dans le flux entier', () => {
  expect(unreachable(without('post.suivre'))).toEqual(['post.recu', 'post.refuse', 'post.erreurSuivi'])
})

test('une erreur où une tâche choisit d’aller doit avoir son bouton : il n’y a rien à réessayer', () => {
  const task = flow.tasks['post.suivre']
  if (!task) throw new Error('no task')
  const chosen = {
    ...task,
    to: [...task.to, 'post.erreurSuivi'],
    failsTo: 'post.erreurEnvoi',
    late: 'post.erreurEnvoi',
  }
  expect(deadEnds({ ...flow, tasks: { ...flow.tasks, 'post.suivre': chosen } })).toEqual([
    '« Suivi interrompu » (post.erreurSuivi) : aucun bouton ne reprend la suite',
  ])
})

test('un état où la machine ne fait plus rien demande un bouton', () => {
  expect(deadEnds(withState('post.envoye', {}))).toEqual([])
  const { ['post.suivre']: gone, ...tasks } = flow.tasks
  const { automatic, ...envoye } = flow.states['post.envoye'] ?? {}
  expect([gone, automatic]).not.toContain(undefined)
  const still = { ...flow, tasks, states: { ...flow.states, 'post.envoye': envoye } } as CompiledFlow
  expect(deadEnds(still)).toEqual(["« Envoyé » (post.envoye) : aucun bouton n'en sort"])
})

describe('les explications', () => {
  const told = (name: string, help: string) => misnamed(withState(name, { help }))

  test.each(['', 'Refusé.', 'la lettre est refusée, rien à faire.'])('« %s » n’explique rien', help =>
    expect(unexplained(withState('post.refuse', { help }))).toEqual(['« Refusé » (post.refuse)']),
  )

  test('un bouton renommé, ou d’un autre état, se voit', () => {
    expect(told('post.erreurEnvoi', 'Pressez « Renvoyer ».')).toEqual([
      "« Envoi refusé » (post.erreurEnvoi) : « Renvoyer » n'y est ni un bouton ni un champ",
    ])
    expect(told('post.erreurEnvoi', 'Pressez « Réessayer : Suivre ».')).toHaveLength(1)
    expect(told('post.refuse', 'Pressez « Réessayer ».')).toHaveLength(1)
    expect(told('post.erreurSuivi', 'Pressez « Réessayer : Suivre ».')).toEqual([])
  })

  const placed = (placement: object) => {
    const stored = { ...flow.stored, steps: flow.stored.steps.map(each => ({ ...each, ...placement })) }
    return compileFlow(stored, new Map([['post', post.definition]]))
  }

  test('un bouton que le flux nomme autrement y porte ce nom', () => {
    const renamed = placed({ labels: { 'tasks.envoyer': 'Poster', 'fields.numero': 'Bordereau' } })
    expect(renamed.states['post.erreurEnvoi']?.help).toContain('« Réessayer : Poster »')
    expect(renamed.states['post.erreurSuivi']?.help).toContain('« Bordereau »')
    expect(misnamed(renamed)).toEqual([])
  })

  test('un refus après lequel le flux continue ne demande rien à personne', () => {
    expect(placed({ goesOnAfterRefusal: true }).states['post.refuse']?.help).toBeUndefined()
  })
})

describe('la suppression', () => {
  test('attend la réponse de ce qui est parti, même quand le suivi s’est interrompu', () => {
    expect([...unanswered(flow)].toSorted()).toEqual(['post.envoye', 'post.erreurSuivi', 'post.incertain'])
  })

  test.each(['post.envoye', 'post.erreurSuivi', 'post.incertain', 'post.aEnvoyer'])('%s ne se supprime pas', name =>
    expect(losses(withState(name, { deletable: true }))).toHaveLength(1),
  )

  test('un échec imprévu de l’envoi se vérifie d’abord : le partenaire a peut-être tout reçu', () => {
    const now = new Date('2026-01-15T08:00:00Z')
    const failed = (uncertain: boolean) => ({
      ...blank(flow, { id: 'd', entityId: '1' }, {}, now),
      state: 'post.erreurEnvoi',
      back: { state: 'post.aEnvoyer', task: 'post.envoyer', uncertain },
    })
    expect(mayDo(flow, failed(false), 'supprimer', now)).toBe(true)
    expect(mayDo(flow, failed(true), 'supprimer', now)).toMatch(/peut-être arrivé/u)
  })

  test('ce qui a été refusé se supprime', () => {
    expect(losses(withState('post.erreurEnvoi', { deletable: true }))).toEqual([])
    expect(losses(withState('post.refuse', { deletable: true }))).toEqual([])
  })
})
