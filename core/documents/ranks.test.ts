import { describe, expect, test } from 'vitest'
import { ranksOf, withFile, withoutFile } from './ranks.ts'

const named = (name: string) => ({ sha256: name.repeat(64).slice(0, 64), name, size: 1, type: 'text/plain' })
const [a, b, c] = [named('a'), named('b'), named('c')]
const names = (data: Readonly<Record<string, unknown>>) =>
  (data['annexes'] as { name: string }[] | undefined)?.map(each => each.name)

describe('les numéros des fichiers d’un champ', () => {
  test('sont leurs places tant qu’il n’y a pas de trou, et rien d’autre n’est gardé', () => {
    const one = withFile({}, 'annexes', a, undefined)
    const two = { ...one, ...withFile(one, 'annexes', b, 1) }
    expect(names(two)).toEqual(['a', 'b'])
    expect(two['annexes#rangs']).toBeUndefined()
    expect(ranksOf(two, 'annexes')).toEqual([0, 1])
  })

  test('gardent un trou, où un fichier prend sa place sans en écraser', () => {
    const last = withFile({}, 'annexes', c, 2)
    const first = { ...last, ...withFile(last, 'annexes', a, 0) }
    expect([names(first), ranksOf(first, 'annexes')]).toEqual([
      ['a', 'c'],
      [0, 2],
    ])
    const all = { ...first, ...withFile(first, 'annexes', b, 1) }
    expect([names(all), ranksOf(all, 'annexes'), all['annexes#rangs']]).toEqual([['a', 'b', 'c'], [0, 1, 2], undefined])
  })

  test('remplacent le fichier qui avait le numéro, ou suivent le dernier quand aucun n’est donné', () => {
    const held = withFile({}, 'annexes', a, 4)
    expect(names({ ...held, ...withFile(held, 'annexes', b, 4) })).toEqual(['b'])
    const after = { ...held, ...withFile(held, 'annexes', b, undefined) }
    expect(ranksOf(after, 'annexes')).toEqual([4, 5])
  })

  test('descendent d’un quand un fichier part, et s’oublient quand quelqu’un d’autre change la liste', () => {
    const held = { annexes: [a, b], 'annexes#rangs': [1, 3] }
    const rest = { ...held, ...withoutFile(held, 'annexes', 0) }
    expect([names(rest), ranksOf(rest, 'annexes')]).toEqual([['b'], [2]])
    expect(withoutFile({ annexes: [a] }, 'annexes', 0)).toEqual({ annexes: undefined, 'annexes#rangs': undefined })
    expect(ranksOf({ annexes: [a, b, c], 'annexes#rangs': [1, 3] }, 'annexes')).toEqual([0, 1, 2])
  })
})
