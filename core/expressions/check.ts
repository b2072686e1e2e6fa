import { filters, operationNamed } from './evaluate.ts'
import { Fault } from './fault.ts'
import { functions, tests } from './functions.ts'
import type { Expression, Statement } from './nodes.ts'
import type { Operation } from './environment.ts'

const namesOf = (operations: Readonly<Record<string, Operation>>) => Object.keys(operations).toSorted().join(', ')

const known = (
  kind: string,
  operations: Readonly<Record<string, Operation>>,
  name: string,
  given: number,
  at: number,
): void => {
  const operation = operationNamed(operations, name)
  if (!operation) throw new Fault(`${kind} « ${name} » n'est pas permis(e) ; sont permis : ${namesOf(operations)}`, at)
  const [fewest, most] = operation.takes
  if (given >= fewest && given <= most) return
  const expected = fewest === most ? String(fewest) : `de ${fewest} à ${most}`
  throw new Fault(`${kind} « ${name} » attend ${expected} argument(s) et en reçoit ${given}`, at)
}

const ARROWS: ReadonlySet<string> = new Set(['map', 'filter', 'reduce'])

const operands = (expression: Expression): readonly Expression[] => {
  switch (expression.is) {
    case 'literal':
    case 'variable':
      return []
    case 'list':
      return expression.items
    case 'hash':
      return expression.entries.flat()
    case 'attribute':
      return [expression.of, expression.key]
    case 'not':
    case 'minus':
    case 'plus':
      return [expression.operand]
    case 'binary':
      return [expression.left, expression.right]
    case 'choice':
      return [expression.condition, expression.yes, expression.no].filter(each => each !== undefined)
    case 'call':
      return expression.args
    case 'filter':
    case 'test':
      return [expression.input, ...expression.args]
    case 'arrow':
      return [expression.body]
  }
}

/** Every name that an expression calls exists and receives what it expects. @throws Fault with the place of the first that does not */
const checkExpression = (expression: Expression): void => {
  const { at } = expression
  if (expression.is === 'call') known('la fonction', functions, expression.name, expression.args.length, at)
  if (expression.is === 'filter') known('le filtre', filters, expression.name, expression.args.length, at)
  if (expression.is === 'test' && expression.name !== 'defined')
    known('le test', tests, expression.name, expression.args.length, at)
  for (const operand of operands(expression)) {
    if (operand.is === 'arrow' && !(expression.is === 'filter' && ARROWS.has(expression.name)))
      throw new Fault("une flèche « => » n'a de sens que pour « map », « filter » et « reduce »", operand.at)
    checkExpression(operand)
  }
}

/** @throws Fault with the place of the first fault */
export const checkStatements = (statements: readonly Statement[]): void => {
  for (const statement of statements) {
    switch (statement.is) {
      case 'text':
        break
      case 'print':
      case 'do':
        checkExpression(statement.expression)
        break
      case 'set':
        statement.values.forEach(checkExpression)
        break
      case 'capture':
        checkStatements(statement.body)
        break
      case 'if':
        for (const { condition, body } of statement.branches) {
          checkExpression(condition)
          checkStatements(body)
        }
        checkStatements(statement.otherwise)
        break
      case 'for':
        checkExpression(statement.over)
        checkStatements(statement.body)
        checkStatements(statement.otherwise)
        break
    }
  }
}
