import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { stepEvery } from './simulator.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('un distant qui avance seul ne commence pas un pas pendant le précédent, et s’arrête quand on le ferme', async () => {
  const ends: (() => void)[] = []
  const stop = stepEvery(100, () => new Promise<void>(resolve => ends.push(resolve)))
  await vi.advanceTimersByTimeAsync(350)
  expect(ends).toHaveLength(1)
  ends[0]?.()
  await vi.advanceTimersByTimeAsync(100)
  expect(ends).toHaveLength(2)
  ends[1]?.()
  stop()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(ends).toHaveLength(2)
})

test('sans rythme, il n’avance que sur commande', async () => {
  let steps = 0
  const stop = stepEvery(undefined, () => void (steps += 1))
  await vi.advanceTimersByTimeAsync(10_000)
  stop()
  expect(steps).toBe(0)
})
