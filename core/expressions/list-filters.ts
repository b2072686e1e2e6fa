import { callbackAt, isCallback, textAt, valueAt, wholeAt } from './arguments.ts'
import type { Operation } from './environment.ts'
import { Fault } from './fault.ts'
import { compareValues, isHash, isList, isTrue, itemsOf, sameValue, textOfValue, type Value } from './values.ts'

/** Letters of a text, elements of anything else. */
const partsOf = (value: Value): readonly Value[] =>
  isList(value) || isHash(value) ? itemsOf(value) : [...textOfValue(value)]

/** A text stays a text, a list a list. */
const likewise = (value: Value, parts: readonly Value[]): Value =>
  isList(value) || isHash(value) ? parts : parts.map(textOfValue).join('')

const slice: Operation = {
  takes: [1, 2],
  run: ({ budget }, args) => {
    const input = valueAt(args, 0)
    const parts = partsOf(input)
    const asked = wholeAt(args, 1)
    const start = asked < 0 ? Math.max(0, parts.length + asked) : asked
    const length = args[2] === undefined ? parts.length : wholeAt(args, 2)
    const end = length < 0 ? parts.length + length : start + length
    const kept = likewise(input, parts.slice(start, Math.max(start, end)))
    return typeof kept === 'string' ? budget.text(kept) : kept
  },
}

const join: Operation = {
  takes: [0, 2],
  run: ({ budget }, args) => {
    const texts = itemsOf(valueAt(args, 0)).map(textOfValue)
    const glue = textAt(args, 1)
    const last = textAt(args, 2, glue)
    budget.foresee(texts.reduce((sum, each) => sum + each.length + Math.max(glue.length, last.length), 0))
    const end = texts.at(-1) ?? ''
    return budget.text(texts.length < 2 ? end : `${texts.slice(0, -1).join(glue)}${last}${end}`)
  },
}

const split: Operation = {
  takes: [1, 2],
  run: ({ budget }, args) => {
    const [input, separator] = [textAt(args, 0), textAt(args, 1)]
    const parts = separator === '' ? [...input] : input.split(separator)
    const limit = wholeAt(args, 2)
    if (separator === '' || limit === 0) return budget.list(parts)
    if (limit < 0) return budget.list(parts.slice(0, limit))
    const head = parts.slice(0, limit - 1)
    return budget.list(parts.length > limit ? [...head, parts.slice(limit - 1).join(separator)] : parts)
  },
}

const unique: Operation = {
  takes: [0, 0],
  run: ({ budget }, args) => {
    const kept: Value[] = []
    for (const item of itemsOf(valueAt(args, 0)))
      if (!kept.some(each => sameValue(each, item, budget.touch))) kept.push(item)
    return kept
  },
}

const sort: Operation = {
  takes: [0, 0],
  run: ({ budget }, args) =>
    [...itemsOf(valueAt(args, 0))].sort((a, b) => {
      budget.touch()
      budget.read(a)
      return compareValues(a, b)
    }),
}

const merge: Operation = {
  takes: [1, 1],
  run: ({ budget }, args) => {
    const [first, second] = [valueAt(args, 0), valueAt(args, 1)]
    if (isHash(first) && isHash(second)) {
      budget.list([...first.keys(), ...second.keys()])
      return new Map([...first, ...second])
    }
    return budget.list([...itemsOf(first), ...itemsOf(second)])
  },
}

const reversed: Operation = {
  takes: [0, 0],
  run: ({ budget }, args) => {
    const input = valueAt(args, 0)
    const kept = likewise(input, partsOf(input).toReversed())
    return typeof kept === 'string' ? budget.text(kept) : kept
  },
}

/** The filters that take or give a list. */
export const listFilters: Readonly<Record<string, Operation>> = {
  length: { takes: [0, 0], run: (_environment, args) => partsOf(valueAt(args, 0)).length },
  first: { takes: [0, 0], run: (_environment, args) => partsOf(valueAt(args, 0))[0] },
  last: { takes: [0, 0], run: (_environment, args) => partsOf(valueAt(args, 0)).at(-1) },
  keys: {
    takes: [0, 0],
    run: (_environment, args) => {
      const input = valueAt(args, 0)
      return isHash(input) ? [...input.keys()] : [...itemsOf(input).keys()]
    },
  },
  slice,
  join,
  split,
  sort,
  merge,
  reverse: reversed,
  unique,
  ls_unique: unique,
  column: {
    takes: [1, 1],
    run: (_environment, args) =>
      itemsOf(valueAt(args, 0)).flatMap(item =>
        isHash(item) && item.has(textAt(args, 1)) ? [item.get(textAt(args, 1))] : [],
      ),
  },
  map: {
    takes: [1, 1],
    run: async (_environment, args) => {
      const change = callbackAt(args, 1)
      const made: Value[] = []
      for (const item of itemsOf(valueAt(args, 0))) made.push(await change(item))
      return made
    },
  },
  filter: {
    takes: [0, 1],
    run: async (_environment, args) => {
      const keeps = args[1] !== undefined && isCallback(args[1]) ? args[1] : async (item: Value) => item
      const kept: Value[] = []
      for (const item of itemsOf(valueAt(args, 0))) if (isTrue(await keeps(item))) kept.push(item)
      return kept
    },
  },
  reduce: {
    takes: [1, 2],
    run: async (_environment, args) => {
      const change = callbackAt(args, 1)
      let held = valueAt(args, 2)
      for (const item of itemsOf(valueAt(args, 0))) held = await change(held, item)
      return held
    },
  },
  default: {
    takes: [0, 1],
    run: (_environment, args) => {
      const input = valueAt(args, 0)
      const empty = input === undefined || input === '' || input === false || (isList(input) && input.length === 0)
      return empty ? (args[1] === undefined ? '' : valueAt(args, 1)) : input
    },
  },
  batch: {
    takes: [1, 1],
    run: ({ budget }, args) => {
      const items = itemsOf(valueAt(args, 0))
      const size = wholeAt(args, 1)
      if (size < 1) throw new Fault('« batch » attend un nombre positif')
      return budget.list(
        Array.from({ length: Math.ceil(items.length / size) }, (_, rank) =>
          items.slice(rank * size, (rank + 1) * size),
        ),
      )
    },
  },
}
