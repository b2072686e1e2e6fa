import { expect, test } from 'vitest'
import { date, text } from '../authoring/fields.ts'
import { defineFlow } from '../authoring/flows.ts'
import { defineStep } from '../authoring/steps.ts'
import { compileFlow } from './compile.ts'
import { defaults, problems } from './form.ts'

const rangement = defineStep({
  id: 'rangement',
  label: 'Rangement',
  inputs: {},
  fields: { cote: text('Cote'), encore: text('La cote encore', { equals: { field: 'cote' } }) },
  initial: 'fait',
  states: { fait: { label: 'Rangé', ends: 'next' } },
  tasks: {},
})
const courrier = (repeated: string) =>
  defineFlow({
    id: 'courrier',
    version: 1,
    label: 'Courrier',
    family: 'Essais',
    fields: {
      code: text('Code'),
      encore: text('Le code encore', { equals: { field: repeated, message: 'Les deux codes diffèrent.' } }),
      rappel: date('Rappel', { default: 'last day of +1 month' }),
    },
    steps: () => [rangement({})],
  })
const steps = new Map([['rangement', rangement.definition]])
const NOW = new Date('2026-07-14T09:30:00Z')

test('un champ qui en confirme un autre doit le répéter, sur la première page comme dans une étape', () => {
  const flow = compileFlow(courrier('code').stored, steps)
  const said = (data: object) => problems(flow, { ...data }, NOW).map(({ message }) => message)
  expect(said({})).toEqual([])
  expect(said({ code: 'A', encore: 'A' })).toEqual([])
  expect(said({ code: 'A' })).toEqual(['Les deux codes diffèrent.'])
  expect(said({ 'rangement.cote': 'A', 'rangement.encore': 'B' })).toEqual([
    "« La cote encore » doit être identique à « Cote » : corriger l'un des deux.",
  ])
})

test('il ne peut confirmer qu’un champ de la même page', () =>
  expect(() => compileFlow(courrier('absent').stored, steps)).toThrow('« absent »'))

test('un jour proposé se dit à partir de celui de la création', () =>
  expect(defaults(compileFlow(courrier('code').stored, steps), NOW)).toEqual({ rappel: '2026-08-31' }))
