import { expect, test } from 'vitest'
import type { Entity } from '../api/types.ts'
import { asTree } from './use-entities.ts'

const entity = (id: string, name: string, parentId: string | null): Entity => ({
  id,
  name,
  parentId,
  siren: null,
  kind: 'service',
  active: true,
})

test('une liste à plat devient un arbre, avec le chemin qui distingue les homonymes', () => {
  const tree = asTree([
    entity('1', 'Métropole', null),
    entity('2', 'Ville', '1'),
    entity('3', 'Finances', '2'),
    entity('4', 'Finances', '1'),
  ])
  expect(tree.map(({ name, level, path }) => `${level} ${path} | ${name}`)).toEqual([
    '0  | Métropole',
    '1 Métropole | Ville',
    '2 Métropole › Ville | Finances',
    '1 Métropole | Finances',
  ])
})

test('une entité dont la mère n’est pas visible est une racine pour l’agent', () => {
  expect(asTree([entity('9', 'CCAS', '1')])).toMatchObject([{ level: 0, path: '' }])
})
