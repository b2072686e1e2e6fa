import { expect, test } from 'vitest'
import { completed, tokenOf } from './mail-token.ts'

test('ce qui est tapé à la fin d’une liste est trouvé, et remplacé par ce qui est choisi', () => {
  expect(tokenOf('"Durand, Camille" <c@exemple.fr>, gro').words).toBe('gro')
  expect(tokenOf('a@exemple.fr ; groupe: "Él')).toEqual({ before: 'a@exemple.fr ;', words: 'Él' })
  expect(tokenOf('a@exemple.fr, ').words).toBe('')
  expect(completed('a@exemple.fr, él', 'groupe: "Élus"')).toBe('a@exemple.fr, groupe: "Élus", ')
  expect(completed('él', 'groupe: "Élus"')).toBe('groupe: "Élus", ')
})
