import { expect, test } from 'vitest'
import { copied } from './duplicate.ts'
import { acte, deliberationFlow, newDocument, NOW } from './documents.fixture.ts'

test('une copie prend ce qu’un agent saisit, jamais ce qu’une étape a calculé ni ce que le flux refuse aujourd’hui', () => {
  const values = {
    numero: 'A1',
    annexes: [acte],
    'annexes#rangs': [3],
    'visa.circuit': { value: '1', label: 'Maire' },
    'visa.dossierId': 'TX-1',
    objet: 'x'.repeat(201),
    disparu: 'x',
  }
  const { document } = newDocument('1', values)
  expect(copied(deliberationFlow, document, NOW)).toEqual({
    numero: 'A1',
    acte,
    annexes: [acte],
    'visa.circuit': { value: '1', label: 'Maire' },
  })
})
