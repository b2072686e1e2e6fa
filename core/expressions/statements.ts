import { LARGEST_SOURCE } from './budget.ts'
import { Fault } from './fault.ts'
import { readSegments, type Segment, type Token } from './lexer.ts'
import type { Expression, Statement } from './nodes.ts'
import { cursorOf, current, expect, expectEnd, expectName, parseExpression, takes, type Cursor } from './parser.ts'

interface Reader {
  readonly segments: readonly Segment[]
  position: number
  depth: number
}

/** A tag met while reading a body: its name, and a cursor on what follows it. */
interface Tag {
  readonly name: string
  readonly at: number
  readonly cursor: Cursor
}

const DEEPEST = 50

const whole = (tokens: readonly Token[]): Expression => {
  const cursor = cursorOf(tokens)
  const expression = parseExpression(cursor)
  expectEnd(cursor)
  return expression
}

const rest = ({ cursor }: Tag): Expression => {
  const expression = parseExpression(cursor)
  expectEnd(cursor)
  return expression
}

/** Reads statements up to one of these tags, or to the end of the template when there are none. */
const readBody = (
  reader: Reader,
  ends: readonly string[],
  opening: Tag | undefined,
): { readonly body: readonly Statement[]; readonly end: Tag | undefined } => {
  const body: Statement[] = []
  reader.depth += 1
  if (reader.depth > DEEPEST) throw new Fault('trop de balises imbriquées', opening?.at)
  for (;;) {
    const segment = reader.segments[reader.position]
    if (!segment) {
      if (opening)
        throw new Fault(`la balise « ${opening.name} » n'est pas fermée par « end${opening.name} »`, opening.at)
      return { body, end: undefined }
    }
    reader.position += 1
    if (segment.is === 'text') body.push(segment)
    else if (segment.is === 'print') body.push({ is: 'print', expression: whole(segment.tokens) })
    else {
      const cursor = cursorOf(segment.tokens)
      const tag: Tag = { at: segment.at, name: expectName(cursor), cursor }
      if (ends.includes(tag.name)) {
        reader.depth -= 1
        return { body, end: tag }
      }
      body.push(readTag(reader, tag))
    }
  }
}

const readTag = (reader: Reader, tag: Tag): Statement => {
  switch (tag.name) {
    case 'if':
      return readIf(reader, tag)
    case 'for':
      return readFor(reader, tag)
    case 'set':
      return readSet(reader, tag)
    case 'do':
      return { is: 'do', expression: rest(tag) }
    case 'elseif':
    case 'else':
    case 'endif':
    case 'endfor':
    case 'endset':
      throw new Fault(`la balise « ${tag.name} » n'a pas de début`, tag.at)
    default:
      throw new Fault(
        `la balise « ${tag.name} » n'est pas permise : seules le sont « if », « for », « set » et « do »`,
        tag.at,
      )
  }
}

const readIf = (reader: Reader, tag: Tag): Statement => {
  const branches: { condition: Expression; body: readonly Statement[] }[] = []
  let condition = rest(tag)
  for (;;) {
    const { body, end } = readBody(reader, ['elseif', 'else', 'endif'], tag)
    branches.push({ condition, body })
    if (end?.name === 'elseif') {
      condition = rest(end)
      continue
    }
    if (end) expectEnd(end.cursor)
    const otherwise = end?.name === 'else' ? readToEnd(reader, tag, 'endif') : []
    return { is: 'if', branches, otherwise }
  }
}

const readToEnd = (reader: Reader, tag: Tag, closing: string): readonly Statement[] => {
  const { body, end } = readBody(reader, [closing], tag)
  if (end) expectEnd(end.cursor)
  return body
}

const readFor = (reader: Reader, tag: Tag): Statement => {
  const first = expectName(tag.cursor)
  const second = takes(tag.cursor, ',') ? expectName(tag.cursor) : undefined
  expect(tag.cursor, 'in')
  const over = rest(tag)
  const { body, end } = readBody(reader, ['else', 'endfor'], tag)
  if (end) expectEnd(end.cursor)
  const otherwise = end?.name === 'else' ? readToEnd(reader, tag, 'endfor') : []
  return {
    is: 'for',
    key: second === undefined ? undefined : first,
    item: second ?? first,
    over,
    body,
    otherwise,
  }
}

const readSet = (reader: Reader, tag: Tag): Statement => {
  const { cursor } = tag
  const names = [expectName(cursor)]
  while (takes(cursor, ',')) names.push(expectName(cursor))
  const [name] = names
  if (name !== undefined && names.length === 1 && current(cursor).kind === 'end')
    return { is: 'capture', name, body: readToEnd(reader, tag, 'endset') }
  expect(cursor, '=')
  const values = [parseExpression(cursor)]
  while (takes(cursor, ',')) values.push(parseExpression(cursor))
  expectEnd(cursor)
  if (values.length !== names.length)
    throw new Fault(`« set » donne ${values.length} valeurs à ${names.length} noms`, tag.at)
  return { is: 'set', names, values }
}

/** Reads a template. @throws Fault with the place when it is badly written */
export const parseTemplate = (source: string): readonly Statement[] => {
  if (source.length > LARGEST_SOURCE) throw new Fault(`l'expression dépasse ${LARGEST_SOURCE} caractères`)
  return readBody({ segments: readSegments(source), position: 0, depth: 0 }, [], undefined).body
}
