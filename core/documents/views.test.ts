import { expect, test } from 'vitest'
import { flag, rows, secret, text } from '../authoring/fields.ts'
import { defineFlow } from '../authoring/flows.ts'
import { defineStep } from '../authoring/steps.ts'
import { compileFlow } from '../engine/compile.ts'
import { ABANDONED } from '../engine/model.ts'
import { blank } from '../engine/settle.ts'
import { documentView } from './views.ts'

const NOW = new Date('2026-07-14T09:30:00Z')
const COLUMNS = { adresse: text('Adresse'), lu: flag('Lu'), cle: text('Clé', { hidden: true }) }

const step = defineStep({
  id: 'remise',
  label: 'Remise',
  inputs: {},
  fields: {
    suivi: rows('Suivi', COLUMNS, { computed: true }),
    arbre: rows('Arbre', COLUMNS, { computed: true, nested: true }),
    saisie: rows('Saisie', COLUMNS),
  },
  initial: 'fait',
  states: { fait: { label: 'Remis', ends: 'next' } },
  tasks: {},
})
const flow = compileFlow(
  defineFlow({
    id: 'courrier',
    version: 1,
    label: 'Courrier',
    family: 'Essais',
    fields: {
      objet: text('Objet', { required: true, title: true }),
      motDePasse: secret('Mot de passe'),
      code: secret('Code'),
      machine: secret('Clé interne', { hidden: true }),
    },
    steps: () => [step({})],
  }).stored,
  new Map([['remise', step.definition]]),
)

const shown = (data: Readonly<Record<string, unknown>>) =>
  documentView(
    flow,
    blank(flow, { id: 'd1', entityId: '1', createdBy: undefined }, data, NOW),
    { may: () => true },
    NOW,
  )

test('les colonnes cachées de ce qu’une étape calcule ne sortent pas, à aucun niveau ; leur description non plus', () => {
  const row = { adresse: 'a@exemple.fr', lu: true, cle: 'k1' }
  const { values, pages } = shown({
    'remise.suivi': [row],
    'remise.arbre': [{ ...row, enfants: [row] }],
    'remise.saisie': [row],
  })
  const { cle: _, ...public_ } = row
  expect(values).toEqual({
    'remise.suivi': [public_],
    'remise.arbre': [{ ...public_, enfants: [public_] }],
    // Sent back by the form as they came: what was taken away would be lost.
    'remise.saisie': [row],
  })
  const columns = pages.flatMap(page => page.fields).flatMap(field => field.fields?.map(({ name }) => name) ?? [])
  expect(columns).not.toContain('cle')
  expect(columns).toContain('adresse')
})

test('un secret ne sort jamais, mais on sait qu’il est renseigné', () => {
  const view = shown({ objet: 'Lettre', motDePasse: '$argon2id$v=19$x', code: '', machine: 'k' })
  expect(view.secretsSet).toEqual(['motDePasse'])
  expect(JSON.stringify(view)).not.toContain('argon2')
})

test('après un abandon, ce qui n’a pas été atteint n’est plus annoncé comme à venir', () => {
  const document = blank(flow, { id: 'd1', entityId: '1', createdBy: undefined }, { objet: 'Lettre' }, NOW)
  const routeIn = (state: string) =>
    documentView(flow, { ...document, state }, { may: () => true }, NOW).route.map(({ alias, status }) => [
      alias,
      status,
    ])
  expect(routeIn(document.state)).toContainEqual(['remise', 'todo'])
  expect(routeIn(ABANDONED)).toContainEqual(['remise', 'skipped'])
})
