import { expect, test } from 'vitest'
import { defineFlow, type StoredFlow } from '../authoring/flows.ts'
import { file, text } from '../authoring/fields.ts'
import { defineStep } from '../authoring/steps.ts'
import { blank } from '../engine/settle.ts'
import { createFlowRegistry, noNewDocument } from './registry.ts'

const post = defineStep({
  id: 'post',
  label: 'Envoi',
  inputs: { document: file('Document', { required: true }) },
  fields: {},
  initial: 'a',
  states: { a: { label: 'À envoyer' }, b: { label: 'Envoyé', ends: 'next' } },
  tasks: { go: { label: 'Envoyer', from: 'a', to: 'b', trigger: 'agent', run: async (_context, goto) => goto('b') } },
})

/** Version 2 renamed « titre » into « objet ». */
const current = defineFlow({
  id: 'lettre',
  version: 2,
  label: 'Lettre',
  family: 'Essais',
  fields: { objet: text('Objet', { title: true }), piece: file('Pièce') },
  upgrade: ({ titre, ...rest }) => ({ objet: titre, ...rest }),
  steps: ({ piece }) => [post({ document: piece })],
})
const first: StoredFlow = {
  ...current.stored,
  version: 1,
  fields: { titre: text('Titre', { title: true }), piece: file('Pièce') },
}
const steps = new Map([[post.definition.id, post.definition]])
const now = new Date('2026-01-15T08:00:00Z')

test('a document keeps the version of the flow it began with', () => {
  const registry = createFlowRegistry([current], steps, { former: [first, current.stored] })
  expect(registry.current('lettre')?.version).toBe(2)
  const old = blank(registry.get('lettre', 1), { id: 'd', entityId: '1' }, { titre: 'Bail' }, now)
  expect(old.flowVersion).toBe(1)
  expect(registry.upToDate(old)).toBe(old)
  expect(Object.keys(registry.get('lettre', 1).fields)).toContain('titre')
})

test('when the steps have moved on and a version cannot run any more, its documents are brought to the current one', () => {
  const gone: StoredFlow = { ...first, steps: [{ step: 'fax', alias: 'fax', bindings: {} }] }
  const registry = createFlowRegistry([current], steps, { former: [gone] })
  const old = {
    ...blank(registry.get('lettre', 2), { id: 'd', entityId: '1' }, { titre: 'Bail' }, now),
    flowVersion: 1,
  }
  expect(registry.upToDate(old)).toMatchObject({ flowVersion: 2, data: { objet: 'Bail' } })
})

test('a flow that is no longer installed says so instead of losing its documents', () => {
  const registry = createFlowRegistry([], steps)
  expect(() => registry.get('lettre', 1)).toThrow("n'est plus installé : remettre son extension")
})

test('a current flow that cannot run stops the start', () => {
  const bad = { ...current, stored: { ...current.stored, steps: [] } }
  expect(() => createFlowRegistry([bad], steps)).toThrow('il manque au moins une étape')
})

test('a flow that the platform does not offer begins nothing new, and goes on for its documents', () => {
  const registry = createFlowRegistry([current], steps, { retired: ['lettre'] })
  expect(noNewDocument(registry, registry.get('lettre', 2))).toContain('aucun nouveau ne peut commencer')
  expect(registry.get('lettre', 2).label).toBe('Lettre')
  expect(() => createFlowRegistry([current], steps, { retired: ['letre'] })).toThrow('« letre »')
})
