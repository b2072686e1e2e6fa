import type { Argument, Environment, Operation } from './environment.ts'
import { Fault } from './fault.ts'
import { functions, tests } from './functions.ts'
import { listFilters } from './list-filters.ts'
import type { Expression } from './nodes.ts'
import { operators } from './operators.ts'
import { textFilters } from './text-filters.ts'
import { isHash, isList, isTrue, numberOf, textOfValue, type Value } from './values.ts'

export const filters: Readonly<Record<string, Operation>> = { ...textFilters, ...listFilters }

/** The names that an expression sees. A `Map`: `constructor` and the like are only names that nobody defined. */
export type Scope = Map<string, Value>

/** The operation of this name; `undefined` when there is none. Only own names count. */
export const operationNamed = (operations: Readonly<Record<string, Operation>>, name: string): Operation | undefined =>
  Object.hasOwn(operations, name) ? operations[name] : undefined

const located = (error: unknown, at: number): unknown =>
  error instanceof Fault && error.at === undefined ? new Fault(error.message, at) : error

const run = async (
  operation: Operation | undefined,
  environment: Environment,
  args: readonly Argument[],
  at: number,
): Promise<Value> => {
  if (!operation) throw new Fault('nom inconnu', at)
  try {
    args.forEach(environment.budget.read)
    return await operation.run(environment, args)
  } catch (error) {
    throw located(error, at)
  }
}

/** A value of a list or of a hash, and nothing else: there are no objects here. */
const member = (of: Value, key: Value): Value => {
  if (isHash(of)) return of.get(textOfValue(key))
  if (!isList(of)) return undefined
  const rank = Number(textOfValue(key))
  return Number.isInteger(rank) && rank >= 0 ? of[rank] : undefined
}

const keyOf = async (key: Expression, scope: Scope, environment: Environment) => {
  try {
    return textOfValue(await evaluate(key, scope, environment))
  } catch (error) {
    throw located(error, key.at)
  }
}

const binary = async (
  { operator, left, right, at }: Extract<Expression, { is: 'binary' }>,
  scope: Scope,
  environment: Environment,
): Promise<Value> => {
  const first = await evaluate(left, scope, environment)
  if (operator === '??') return first ?? evaluate(right, scope, environment)
  if (operator === 'and') return isTrue(first) && isTrue(await evaluate(right, scope, environment))
  if (operator === 'or') return isTrue(first) || isTrue(await evaluate(right, scope, environment))
  const second = await evaluate(right, scope, environment)
  if (operator === 'xor') return isTrue(first) !== isTrue(second)
  environment.budget.read(first)
  environment.budget.read(second)
  const compute = Object.hasOwn(operators, operator) ? operators[operator] : undefined
  if (!compute) throw new Fault(`l'opérateur « ${operator} » n'est pas connu`, at)
  try {
    return await compute(first, second, environment)
  } catch (error) {
    throw located(error, at)
  }
}

const argumentOf = async (expression: Expression, scope: Scope, environment: Environment): Promise<Argument> => {
  if (expression.is !== 'arrow') return evaluate(expression, scope, environment)
  const { names, body } = expression
  return (...values) =>
    evaluate(body, new Map([...scope, ...names.map((name, rank) => [name, values[rank]] as const)]), environment)
}

const argumentsOf = async (
  expressions: readonly Expression[],
  scope: Scope,
  environment: Environment,
): Promise<readonly Argument[]> => {
  const values: Argument[] = []
  for (const expression of expressions) values.push(await argumentOf(expression, scope, environment))
  return values
}

const list = async (items: readonly Expression[], scope: Scope, environment: Environment): Promise<Value> => {
  const values: Value[] = []
  for (const item of items) values.push(await evaluate(item, scope, environment))
  return values
}

const hash = async (
  entries: readonly (readonly [Expression, Expression])[],
  scope: Scope,
  environment: Environment,
): Promise<Value> => {
  const values = new Map<string, Value>()
  for (const [key, value] of entries)
    values.set(await keyOf(key, scope, environment), await evaluate(value, scope, environment))
  return values
}

const negated = (value: Value, at: number): Value => {
  try {
    return -numberOf(value)
  } catch (error) {
    throw located(error, at)
  }
}

/**
 * Computes an expression. Every node costs one step of the budget; what a node makes is charged by its size.
 * @throws Fault with the place when it cannot be computed
 */
export const evaluate = async (expression: Expression, scope: Scope, environment: Environment): Promise<Value> => {
  environment.budget.step()
  const { at } = expression
  const value = (operand: Expression) => evaluate(operand, scope, environment)
  switch (expression.is) {
    case 'literal':
      return expression.value
    case 'variable':
      return scope.get(expression.name)
    case 'list':
      return list(expression.items, scope, environment)
    case 'hash':
      return hash(expression.entries, scope, environment)
    case 'attribute': {
      const of = await value(expression.of)
      return member(of, await keyOf(expression.key, scope, environment))
    }
    case 'not':
      return !isTrue(await value(expression.operand))
    case 'minus':
      return negated(await value(expression.operand), at)
    case 'plus':
      return value(expression.operand)
    case 'binary':
      return binary(expression, scope, environment)
    case 'choice': {
      const condition = await value(expression.condition)
      if (isTrue(condition)) return expression.yes ? value(expression.yes) : condition
      return expression.no ? value(expression.no) : undefined
    }
    case 'call':
      return run(
        operationNamed(functions, expression.name),
        environment,
        await argumentsOf(expression.args, scope, environment),
        at,
      )
    case 'filter':
      return run(
        operationNamed(filters, expression.name),
        environment,
        await argumentsOf([expression.input, ...expression.args], scope, environment),
        at,
      )
    case 'test':
      if (expression.name === 'defined') return (await value(expression.input)) !== undefined
      return run(
        operationNamed(tests, expression.name),
        environment,
        await argumentsOf([expression.input, ...expression.args], scope, environment),
        at,
      )
    case 'arrow':
      throw new Fault("une flèche « => » n'a de sens que pour « map », « filter » et « reduce »", at)
  }
}
