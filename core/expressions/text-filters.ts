import { textAt, valueAt, wholeAt } from './arguments.ts'
import { formatDate, moveDate } from './dates.ts'
import type { Argument, Operation } from './environment.ts'
import { Fault } from './fault.ts'
import { isHash, isTrue, numberOf, textOfValue, toJson } from './values.ts'

const text = (change: (input: string, args: readonly Argument[]) => string, most = 0): Operation => ({
  takes: [0, most],
  run: ({ budget }, args) => budget.text(change(textAt(args, 0), args.slice(1))),
})

const capitalised = (word: string) => {
  const [first = '', ...rest] = word
  return first.toLocaleUpperCase('fr') + rest.join('').toLocaleLowerCase('fr')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#039;',
}
const escaped = (input: string) => input.replaceAll(/[&<>"']/gu, character => ENTITIES[character] ?? character)

/** Half a character has no place in an address. */
const inUrl = (input: string) => encodeURIComponent(input.replaceAll(/\p{Surrogate}/gu, '\uFFFD'))

const escape: Operation = text((input, args) => {
  const strategy = textAt(args, 0, 'html')
  if (strategy === 'html') return escaped(input)
  if (strategy === 'url') return inUrl(input)
  throw new Fault(`« escape » ne connaît que « html » et « url », pas « ${strategy} »`)
}, 1)

const trimmed = (input: string, args: readonly Argument[]): string => {
  const characters = new Set(textAt(args, 0, ' \t\n\r\0\v'))
  const side = textAt(args, 1, 'both')
  const letters = [...input]
  let [start, end] = [0, letters.length]
  if (side !== 'right') while (start < end && characters.has(letters[start] ?? '')) start += 1
  if (side !== 'left') while (end > start && characters.has(letters[end - 1] ?? '')) end -= 1
  return letters.slice(start, end).join('')
}

/** Replaces every key of the hash by its value, longest first, without reading again what was replaced (PHP's `strtr`). */
const replace: Operation = {
  takes: [1, 1],
  run: ({ budget }, args) => {
    const input = textAt(args, 0)
    const pairs = valueAt(args, 1)
    if (!isHash(pairs)) throw new Fault("« replace » attend un ensemble {'ancien': 'nouveau'}")
    const words = [...pairs.keys()].filter(word => word !== '').sort((a, b) => b.length - a.length)
    if (words.length === 0) return input
    const literal = (word: string) => word.replaceAll(/[\^$\\.*+?()[\]{}|/]/gu, '\\$&')
    let length = input.length
    const made = input.replaceAll(new RegExp(words.map(literal).join('|'), 'gu'), word => {
      const instead = textOfValue(pairs.get(word))
      length += instead.length
      budget.foresee(length - input.length)
      return instead
    })
    return budget.text(made)
  },
}

const decimalsAt = (args: readonly Argument[], rank: number): number => {
  const decimals = wholeAt(args, rank)
  if (decimals < 0 || decimals > 20) throw new Fault('le nombre de décimales va de 0 à 20')
  return decimals
}

/** Half goes away from zero, as people round. */
const rounded = (number: number, decimals: number, method = Math.round): number => {
  const factor = 10 ** decimals
  const scaled = Number((Math.abs(number) * factor).toPrecision(15))
  return (Math.sign(number) * method(scaled)) / factor
}

const formatNumber: Operation = {
  takes: [0, 3],
  run: (_environment, args) => {
    const decimals = decimalsAt(args, 1)
    const number = rounded(numberOf(valueAt(args, 0)), decimals)
    const [whole = '', fraction] = Math.abs(number).toFixed(decimals).split('.')
    if (whole.includes('e')) throw new Fault('le nombre est trop grand pour être mis en forme')
    const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/gu, textAt(args, 3, ',').replaceAll('$', '$$$$'))
    const sign = number < 0 ? '-' : ''
    return `${sign}${grouped}${fraction === undefined ? '' : `${textAt(args, 2, '.')}${fraction}`}`
  },
}

const round: Operation = {
  takes: [0, 2],
  run: (_environment, args) => {
    const method = textAt(args, 2, 'common')
    const ways = new Map([
      ['common', Math.round],
      ['ceil', Math.ceil],
      ['floor', Math.floor],
    ])
    const way = ways.get(method)
    if (!way) throw new Fault("« round » arrondit par 'common', 'ceil' ou 'floor'")
    const number = numberOf(valueAt(args, 0))
    // Up and down do not mean the same below zero.
    const mirrored = number < 0 && method !== 'common' ? (way === Math.ceil ? Math.floor : Math.ceil) : way
    return rounded(number, decimalsAt(args, 1), mirrored)
  },
}

/** The filters that take and give a text or a number. */
export const textFilters: Readonly<Record<string, Operation>> = {
  upper: text(input => input.toLocaleUpperCase('fr')),
  lower: text(input => input.toLocaleLowerCase('fr')),
  capitalize: text(capitalised),
  title: text(input => input.replaceAll(/[\p{L}\p{N}]+/gu, capitalised)),
  trim: text(trimmed, 2),
  escape,
  e: escape,
  raw: { takes: [0, 0], run: (_environment, args) => valueAt(args, 0) },
  url_encode: text(input => inUrl(input)),
  replace,
  number_format: formatNumber,
  round,
  abs: { takes: [0, 0], run: (_environment, args) => Math.abs(numberOf(valueAt(args, 0))) },
  json_encode: {
    takes: [0, 0],
    run: ({ budget }, args) => budget.text(JSON.stringify(toJson(valueAt(args, 0), budget.touch))),
  },
  date: {
    takes: [0, 1],
    // An empty date stays empty: Twig would print the day of today, which nobody wants in an archive.
    run: ({ now }, args) =>
      isTrue(valueAt(args, 0)) ? formatDate(valueAt(args, 0), textAt(args, 1, 'd/m/Y'), now) : '',
  },
  date_modify: {
    takes: [1, 1],
    run: ({ now }, args) => (isTrue(valueAt(args, 0)) ? moveDate(valueAt(args, 0), textAt(args, 1), now) : ''),
  },
}
