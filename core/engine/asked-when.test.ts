import { expect, test } from 'vitest'
import { flag, text } from '../authoring/fields.ts'
import { defineFlow } from '../authoring/flows.ts'
import { defineStep } from '../authoring/steps.ts'
import { compileFlow } from './compile.ts'
import { problems } from './form.ts'
import { pagesOf } from '../documents/views.ts'

const remise = defineStep({
  id: 'remise',
  label: 'Remise',
  inputs: {},
  fields: {
    recommande: flag('Recommandé'),
    numero: text('Numéro du recommandé', { required: true, when: { field: 'recommande', is: true } }),
  },
  initial: 'fait',
  states: { fait: { label: 'Remis', ends: 'next' } },
  tasks: {},
})

const courrier = (when: string) =>
  defineFlow({
    id: 'courrier',
    version: 1,
    label: 'Courrier',
    family: 'Essais',
    fields: {
      objet: text('Objet', { required: true, title: true }),
      urgent: flag('Urgent', { page: 'Urgence' }),
      motif: text('Motif de l’urgence', { required: true, page: 'Urgence', when: { field: when, is: true } }),
    },
    steps: () => [remise({})],
  })
const steps = new Map([['remise', remise.definition]])
const NOW = new Date('2026-07-14T09:30:00Z')

test('un champ qui dépend d’un autre n’est exigé que quand celui-ci le demande, sur la première page comme dans une étape', () => {
  const flow = compileFlow(courrier('urgent').stored, steps)
  const missing = (data: object) => problems(flow, { objet: 'Lettre', ...data }, NOW).map(({ field }) => field)
  expect(missing({})).toEqual([])
  expect(missing({ urgent: true })).toEqual(['motif'])
  expect(missing({ 'remise.recommande': true })).toEqual(['remise.numero'])
})

test('ce qu’il contenait avant n’est plus regardé', () => {
  const flow = compileFlow(courrier('urgent').stored, steps)
  expect(problems(flow, { objet: 'Lettre', motif: 12 }, NOW)).toEqual([])
  expect(problems(flow, { objet: 'Lettre', motif: 12, urgent: true }, NOW)).toHaveLength(1)
})

test('la première page se répartit en pages titrées, et chacune dit de quoi ses champs dépendent', () => {
  const pages = pagesOf(compileFlow(courrier('urgent').stored, steps), () => true)
  expect(pages.map(({ title, fields }) => [title, fields.map(({ name }) => name)])).toEqual([
    ['Informations', ['objet']],
    ['Urgence', ['urgent', 'motif']],
    ['Remise', ['remise.recommande', 'remise.numero']],
  ])
  expect(pages[2]?.fields[1]?.when).toEqual({ field: 'remise.recommande', is: true })
})

test('une condition sur un champ qui n’existe pas est refusée au démarrage', () => {
  expect(() => compileFlow(courrier('presse').stored, steps)).toThrow(
    "le champ « motif » dépend de « presse », qui n'existe pas à côté de lui.",
  )
})

test('une étape qui demande toujours exige ses champs de qui la saute, sans suffire à faire partir le document', () => {
  const choisie = (always: boolean) =>
    defineFlow({
      ...{ id: 'choisie', version: 1, label: 'Choisie', family: 'Essais' },
      fields: {
        objet: text('Objet', { required: true, title: true }),
        poste: flag('Par la poste'),
        ici: flag('Sur place'),
      },
      steps({ poste, ici }) {
        const placed = remise({}).when(poste)
        return [always ? placed.alwaysAsked() : placed, remise({}).as('guichet').when(ici)]
      },
    })
  const faults = (always: boolean, data: object) =>
    problems(
      compileFlow(choisie(always).stored, steps),
      { objet: 'Lettre', 'remise.recommande': true, ...data },
      NOW,
    ).map(({ field }) => field)
  expect(faults(true, { ici: true })).toEqual(['remise.numero'])
  expect(faults(false, { ici: true })).toEqual([])
  expect(faults(true, { 'remise.numero': '1A' })).toEqual(['poste'])
  const pages = pagesOf(compileFlow(choisie(true).stored, steps), () => true)
  expect(pages.map(({ step, when }) => [step, when])).toContainEqual(['remise', null])
})
