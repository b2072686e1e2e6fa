import { textAt, valueAt, wholeAt } from './arguments.ts'
import { LARGEST_LIST } from './budget.ts'
import type { Argument, Operation } from './environment.ts'
import { Fault } from './fault.ts'
import { formatDate } from './dates.ts'
import { compareValues, isHash, isList, itemsOf, sameValue, numberOf, type Touch, type Value } from './values.ts'

/** @throws Fault when it would be too long: before making it */
export const range = (first: Value, last: Value, step = 1): readonly Value[] => {
  const [start, end] = [numberOf(first), numberOf(last)]
  const pace = Math.abs(step)
  if (pace === 0 || !Number.isFinite(pace)) throw new Fault('le pas d’une suite ne peut pas être nul')
  const length = Math.floor(Math.abs(end - start) / pace) + 1
  if (!(length <= LARGEST_LIST)) throw new Fault(`une suite dépasse ${LARGEST_LIST} nombres`)
  const sign = end < start ? -1 : 1
  return Array.from({ length }, (_, rank) => start + sign * rank * pace)
}

const extreme = (sign: 1 | -1): Operation => ({
  takes: [1, 100],
  run: (_environment, args) => {
    const only = args.length === 1 ? valueAt(args, 0) : undefined
    const items = isList(only) || isHash(only) ? itemsOf(only) : args.map((_, rank) => valueAt(args, rank))
    return items.reduce<Value>(
      (best, item, rank) => (rank === 0 || compareValues(item, best) * sign > 0 ? item : best),
      undefined,
    )
  },
})

/** PHP's default escape character only protects what is doubled anyway. */
const escapeOf = (args: readonly Argument[], enclosure: string) => {
  const escape = textAt(args, 5, '\\')
  return escape === '\\' || escape === '' ? enclosure : escape
}

/** The functions of the language, by name. Those of files answer nothing when the field is empty. */
export const functions: Readonly<Record<string, Operation>> = {
  xpath: {
    takes: [2, 2],
    run: async ({ sources }, args) => (await sources.xpath(textAt(args, 0), textAt(args, 1)))[0] ?? '',
  },
  xpath_array: { takes: [2, 2], run: ({ sources }, args) => sources.xpath(textAt(args, 0), textAt(args, 1)) },
  jsonpath: {
    takes: [2, 2],
    run: async ({ sources }, args) => (await sources.jsonpath(textAt(args, 0), textAt(args, 1)))[0] ?? '',
  },
  jsonpath_array: { takes: [2, 2], run: ({ sources }, args) => sources.jsonpath(textAt(args, 0), textAt(args, 1)) },
  csvpath: {
    takes: [3, 6],
    run: ({ sources }, args) => {
      const enclosure = textAt(args, 4, '"')
      return sources.csv(textAt(args, 0), {
        column: wholeAt(args, 1),
        line: wholeAt(args, 2),
        delimiter: textAt(args, 3, ','),
        enclosure,
        escape: escapeOf(args, enclosure),
      })
    },
  },
  select_value: { takes: [1, 1], run: ({ sources }, args) => sources.label(textAt(args, 0)) },
  range: { takes: [2, 3], run: (_environment, args) => range(valueAt(args, 0), valueAt(args, 1), wholeAt(args, 2, 1)) },
  min: extreme(-1),
  max: extreme(1),
  date: {
    takes: [0, 1],
    run: ({ now }, args) => formatDate(args[0] === undefined ? 'now' : valueAt(args, 0), 'Y-m-d', now),
  },
}

const isNothing = (value: Value) =>
  value === undefined ||
  value === '' ||
  value === false ||
  (isList(value) && value.length === 0) ||
  (isHash(value) && value.size === 0)

const test = (takes: number, run: (value: Value, other: Value, touch: Touch) => boolean): Operation => ({
  takes: [takes, takes],
  run: ({ budget }, args) => run(valueAt(args, 0), valueAt(args, 1), budget.touch),
})

/** What follows `is`. `defined` is the evaluator's business: it looks at names, not at values. */
export const tests: Readonly<Record<string, Operation>> = {
  empty: test(0, isNothing),
  null: test(0, value => value === undefined),
  none: test(0, value => value === undefined),
  true: test(0, value => value === true),
  even: test(0, value => numberOf(value) % 2 === 0),
  odd: test(0, value => Math.abs(numberOf(value) % 2) === 1),
  iterable: test(0, value => isList(value) || isHash(value)),
  sequence: test(0, isList),
  mapping: test(0, isHash),
  'same as': test(1, (value, other, touch) => typeof value === typeof other && sameValue(value, other, touch)),
  'divisible by': test(1, (value, other) => {
    if (numberOf(other) === 0) throw new Fault('division par zéro')
    return numberOf(value) % numberOf(other) === 0
  }),
}
