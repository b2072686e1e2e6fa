import { Fault } from './fault.ts'
import type { Token } from './lexer.ts'
import type { Expression } from './nodes.ts'

/** Reading head over the tokens of one `{{ … }}` or `{% … %}`. */
export interface Cursor {
  readonly tokens: readonly Token[]
  position: number
  depth: number
}

export const cursorOf = (tokens: readonly Token[]): Cursor => ({ tokens, position: 0, depth: 0 })

const END: Token = { kind: 'end', value: '', at: 0 }
export const current = (cursor: Cursor): Token => cursor.tokens[cursor.position] ?? cursor.tokens.at(-1) ?? END
export const advance = (cursor: Cursor): Token => {
  const token = current(cursor)
  cursor.position += 1
  return token
}

const isWord = ({ kind, value }: Token, word: string) => (kind === 'operator' || kind === 'name') && value === word
/** Is this operator or keyword next? */
export const sees = (cursor: Cursor, word: string): boolean => isWord(current(cursor), word)

/** Takes this operator or keyword if it is next. */
export const takes = (cursor: Cursor, word: string): boolean => {
  const found = sees(cursor, word)
  if (found) cursor.position += 1
  return found
}

const shown = ({ kind, value }: Token) => (kind === 'end' ? 'la fin' : `« ${value} »`)

export const expect = (cursor: Cursor, word: string): void => {
  if (!takes(cursor, word))
    throw new Fault(`« ${word} » est attendu avant ${shown(current(cursor))}`, current(cursor).at)
}

export const expectName = (cursor: Cursor): string => {
  const token = advance(cursor)
  if (token.kind !== 'name') throw new Fault(`un nom est attendu avant ${shown(token)}`, token.at)
  return token.value
}

export const expectEnd = (cursor: Cursor): void => {
  const token = current(cursor)
  if (token.kind !== 'end') throw new Fault(`${shown(token)} est en trop`, token.at)
}

const DEEPEST = 100

/** Twig's precedences; the words of several words are read by `binaryAt`. */
const PRECEDENCES: Readonly<Record<string, number>> = {
  or: 10,
  xor: 12,
  and: 15,
  '==': 20,
  '!=': 20,
  '<=>': 20,
  '<': 20,
  '>': 20,
  '<=': 20,
  '>=': 20,
  in: 20,
  'not in': 20,
  matches: 20,
  'starts with': 20,
  'ends with': 20,
  '..': 25,
  '+': 30,
  '-': 30,
  '~': 40,
  '*': 60,
  '/': 60,
  '//': 60,
  '%': 60,
  is: 100,
  'is not': 100,
  '**': 200,
  '??': 300,
}
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['**', '??'])
const UNARY_NOT = 50
const UNARY_SIGN = 500

const TWO_WORDS: readonly (readonly [string, string])[] = [
  ['not', 'in'],
  ['starts', 'with'],
  ['ends', 'with'],
  ['is', 'not'],
]

/** The binary operator that is next, and how many tokens it takes. */
const binaryAt = (cursor: Cursor): { readonly operator: string; readonly length: number } | undefined => {
  const [first, second] = [current(cursor), cursor.tokens[cursor.position + 1] ?? END]
  if (first.kind !== 'operator' && first.kind !== 'name') return undefined
  const pair = TWO_WORDS.find(([one, two]) => isWord(first, one) && isWord(second, two))
  if (pair) return { operator: pair.join(' '), length: 2 }
  return Object.hasOwn(PRECEDENCES, first.value) ? { operator: first.value, length: 1 } : undefined
}

/** Counts how deep the reading is, so that a hostile template ends with a sentence and not with the stack. */
const deeper = (cursor: Cursor, read: () => Expression): Expression => {
  cursor.depth += 1
  if (cursor.depth > DEEPEST) throw new Fault("l'expression est imbriquée trop profondément", current(cursor).at)
  const expression = read()
  cursor.depth -= 1
  return expression
}

/** Reads a whole expression. @throws Fault with the place when it is badly written */
export const parseExpression = (cursor: Cursor): Expression =>
  deeper(cursor, () => {
    const condition = parseBinary(cursor, 0)
    const { at } = condition
    if (takes(cursor, '?:')) return { is: 'choice', at, condition, yes: undefined, no: parseExpression(cursor) }
    if (!takes(cursor, '?')) return condition
    const yes = parseExpression(cursor)
    return { is: 'choice', at, condition, yes, no: takes(cursor, ':') ? parseExpression(cursor) : undefined }
  })

const parseBinary = (cursor: Cursor, lowest: number): Expression =>
  deeper(cursor, () => {
    let left = parseUnary(cursor)
    for (let rank = 0; ; rank += 1) {
      const found = binaryAt(cursor)
      const precedence = found && PRECEDENCES[found.operator]
      if (!found || precedence === undefined || precedence < lowest) return left
      // A chain of operators leans to the left: as deep to evaluate as it is long.
      if (rank > DEEPEST * 5) throw new Fault("l'expression est trop longue", current(cursor).at)
      const { operator } = found
      const { at } = current(cursor)
      cursor.position += found.length
      if (operator === 'is' || operator === 'is not') {
        const test = parseTest(cursor, left)
        left = operator === 'is' ? test : { is: 'not', at, operand: test }
      } else {
        const right = parseBinary(cursor, RIGHT_TO_LEFT.has(operator) ? precedence : precedence + 1)
        left = { is: 'binary', at, operator, left, right }
      }
    }
  })

const parseUnary = (cursor: Cursor): Expression => {
  const { at } = current(cursor)
  const unary = (is: 'not' | 'minus' | 'plus', precedence: number): Expression =>
    deeper(cursor, () => ({ is, at, operand: parseBinary(cursor, precedence) }))
  if (current(cursor).kind === 'name' && takes(cursor, 'not')) return unary('not', UNARY_NOT)
  if (takes(cursor, '-')) return unary('minus', UNARY_SIGN)
  if (takes(cursor, '+')) return unary('plus', UNARY_SIGN)
  return parsePostfix(cursor, parsePrimary(cursor))
}

const TWO_WORD_TESTS: Readonly<Record<string, string>> = { same: 'as', divisible: 'by' }

const parseTest = (cursor: Cursor, input: Expression): Expression => {
  const { at } = current(cursor)
  const first = expectName(cursor)
  const second = Object.hasOwn(TWO_WORD_TESTS, first) ? TWO_WORD_TESTS[first] : undefined
  if (second !== undefined) expect(cursor, second)
  const name = second === undefined ? first : `${first} ${second}`
  return { is: 'test', at, name, input, args: sees(cursor, '(') ? parseArguments(cursor) : [] }
}

const CONSTANTS: Readonly<Record<string, string | number | boolean | undefined>> = {
  true: true,
  TRUE: true,
  false: false,
  FALSE: false,
  null: undefined,
  NULL: undefined,
  none: undefined,
}

const parsePrimary = (cursor: Cursor): Expression => {
  const token = advance(cursor)
  const { kind, value, at } = token
  if (kind === 'string') return { is: 'literal', at, value }
  if (kind === 'number') return { is: 'literal', at, value: Number(value) }
  if (kind === 'name') {
    if (Object.hasOwn(CONSTANTS, value)) return { is: 'literal', at, value: CONSTANTS[value] }
    if (sees(cursor, '(')) return { is: 'call', at, name: value, args: parseArguments(cursor) }
    return { is: 'variable', at, name: value }
  }
  if (kind === 'operator' && value === '(') {
    const inside = parseExpression(cursor)
    expect(cursor, ')')
    return inside
  }
  if (kind === 'operator' && value === '[') return { is: 'list', at, items: parseItems(cursor, ']', parseExpression) }
  if (kind === 'operator' && value === '{') return { is: 'hash', at, entries: parseItems(cursor, '}', parseEntry) }
  throw new Fault(`une valeur est attendue avant ${shown(token)}`, at)
}

/** Elements separated by commas up to the closing mark; a last comma is allowed. */
const parseItems = <T>(cursor: Cursor, closing: string, read: (cursor: Cursor) => T): readonly T[] => {
  const items: T[] = []
  while (!takes(cursor, closing)) {
    if (items.length > 0) {
      expect(cursor, ',')
      if (takes(cursor, closing)) break
    }
    items.push(read(cursor))
  }
  return items
}

const parseEntry = (cursor: Cursor): readonly [Expression, Expression] => {
  const token = current(cursor)
  const { at } = token
  if (takes(cursor, '(')) {
    const key = parseExpression(cursor)
    expect(cursor, ')')
    expect(cursor, ':')
    return [key, parseExpression(cursor)]
  }
  if (token.kind !== 'string' && token.kind !== 'name' && token.kind !== 'number')
    throw new Fault(`un nom est attendu avant ${shown(token)}`, at)
  cursor.position += 1
  const key: Expression = { is: 'literal', at, value: token.value }
  if (token.kind === 'name' && !sees(cursor, ':')) return [key, { is: 'variable', at, name: token.value }]
  expect(cursor, ':')
  return [key, parseExpression(cursor)]
}

const parseArguments = (cursor: Cursor): readonly Expression[] => {
  expect(cursor, '(')
  return parseItems(cursor, ')', parseArgument)
}

const parseArgument = (cursor: Cursor): Expression => {
  const token = current(cursor)
  const following = cursor.tokens[cursor.position + 1] ?? END
  if (token.kind === 'name' && (isWord(following, '=') || isWord(following, ':')))
    throw new Fault(`l'argument nommé « ${token.value} » n'est pas pris en charge : le donner à sa place`, token.at)
  return parseArrow(cursor) ?? parseExpression(cursor)
}

/** `x => …` or `(a, b) => …`; `undefined` when what follows is an ordinary expression. */
const parseArrow = (cursor: Cursor): Expression | undefined => {
  const start = cursor.position
  const { at } = current(cursor)
  const names: string[] = []
  const list = takes(cursor, '(')
  while (current(cursor).kind === 'name') {
    names.push(advance(cursor).value)
    if (!list || !takes(cursor, ',')) break
  }
  if (names.length > 0 && (!list || takes(cursor, ')')) && takes(cursor, '=>'))
    return deeper(cursor, () => ({ is: 'arrow', at, names, body: parseExpression(cursor) }))
  cursor.position = start
  return undefined
}

const parsePostfix = (cursor: Cursor, start: Expression): Expression => {
  let expression = start
  for (let rank = 0; ; rank += 1) {
    if (rank > DEEPEST * 5) throw new Fault("l'expression est trop longue", current(cursor).at)
    const { at } = current(cursor)
    if (takes(cursor, '.')) expression = parseMember(cursor, expression, at)
    else if (takes(cursor, '[')) expression = parseIndex(cursor, expression, at)
    else if (takes(cursor, '|')) {
      const name = expectName(cursor)
      expression = { is: 'filter', at, name, input: expression, args: sees(cursor, '(') ? parseArguments(cursor) : [] }
    } else return expression
  }
}

const parseMember = (cursor: Cursor, of: Expression, at: number): Expression => {
  const token = advance(cursor)
  if (token.kind !== 'name' && token.kind !== 'number')
    throw new Fault(`un nom est attendu avant ${shown(token)}`, token.at)
  if (sees(cursor, '(')) throw new Fault(`l'appel de « ${token.value}() » sur une valeur est interdit`, token.at)
  return { is: 'attribute', at, of, key: { is: 'literal', at: token.at, value: token.value } }
}

/** `[key]`, or `[start:length]`, which is the filter `slice`. */
const parseIndex = (cursor: Cursor, of: Expression, at: number): Expression => {
  const start = sees(cursor, ':') ? undefined : parseExpression(cursor)
  if (!takes(cursor, ':')) {
    expect(cursor, ']')
    return { is: 'attribute', at, of, key: start ?? { is: 'literal', at, value: undefined } }
  }
  const length = sees(cursor, ']') ? undefined : parseExpression(cursor)
  expect(cursor, ']')
  const from: Expression = start ?? { is: 'literal', at, value: 0 }
  return { is: 'filter', at, name: 'slice', input: of, args: length ? [from, length] : [from] }
}
