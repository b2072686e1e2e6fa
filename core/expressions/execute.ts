import type { Environment } from './environment.ts'
import { evaluate, type Scope } from './evaluate.ts'
import { Fault } from './fault.ts'
import type { Expression, Statement } from './nodes.ts'
import { isHash, isTrue, itemsOf, textOfValue, type Value } from './values.ts'

interface Run {
  readonly scope: Scope
  readonly environment: Environment
  /** What has been written so far. */
  readonly output: { text: string }
}

const located = <T>(at: number, compute: () => T): T => {
  try {
    return compute()
  } catch (error) {
    throw error instanceof Fault && error.at === undefined ? new Fault(error.message, at) : error
  }
}

const write = ({ output, environment: { budget } }: Run, text: string): void => {
  budget.foresee(output.text.length + text.length)
  output.text += budget.text(text)
}

const valueOf = ({ scope, environment }: Run, expression: Expression) => evaluate(expression, scope, environment)

const loopAt = (rank: number, length: number): Value =>
  new Map<string, Value>([
    ['index', rank + 1],
    ['index0', rank],
    ['revindex', length - rank],
    ['revindex0', length - rank - 1],
    ['first', rank === 0],
    ['last', rank === length - 1],
    ['length', length],
  ])

/** What a loop names is forgotten after it; what it changes of the names known before stays changed. */
const restore = (scope: Scope, before: Scope, own: readonly string[]): void => {
  for (const name of [...scope.keys()]) if (!before.has(name)) scope.delete(name)
  for (const name of own) if (before.has(name)) scope.set(name, before.get(name))
}

const loop = async (
  run: Run,
  { key, item, over, body, otherwise }: Extract<Statement, { is: 'for' }>,
): Promise<void> => {
  const { scope } = run
  const held = await valueOf(run, over)
  const values = located(over.at, () => itemsOf(held))
  const keys: readonly Value[] = isHash(held) ? [...held.keys()] : [...values.keys()]
  if (values.length === 0) return execute(run, otherwise)
  const before = new Map(scope)
  for (const [rank, value] of values.entries()) {
    run.environment.budget.step()
    if (key !== undefined) scope.set(key, keys[rank])
    scope.set(item, value)
    scope.set('loop', loopAt(rank, values.length))
    await execute(run, body)
  }
  restore(scope, before, ['loop', item, ...(key === undefined ? [] : [key])])
}

const choose = async (run: Run, { branches, otherwise }: Extract<Statement, { is: 'if' }>): Promise<void> => {
  for (const { condition, body } of branches) if (isTrue(await valueOf(run, condition))) return execute(run, body)
  return execute(run, otherwise)
}

/** Carries statements out. @throws Fault with the place when one cannot be */
export const execute = async (run: Run, statements: readonly Statement[]): Promise<void> => {
  const { scope, environment } = run
  for (const statement of statements) {
    environment.budget.step()
    switch (statement.is) {
      case 'text':
        write(run, statement.text)
        break
      case 'print': {
        const value = await valueOf(run, statement.expression)
        write(
          run,
          located(statement.expression.at, () => textOfValue(value)),
        )
        break
      }
      case 'do':
        await valueOf(run, statement.expression)
        break
      case 'if':
        await choose(run, statement)
        break
      case 'for':
        await loop(run, statement)
        break
      case 'set': {
        const values: Value[] = []
        for (const expression of statement.values) values.push(await valueOf(run, expression))
        for (const [rank, name] of statement.names.entries()) scope.set(name, values[rank])
        break
      }
      case 'capture': {
        const output = { text: '' }
        await execute({ ...run, output }, statement.body)
        scope.set(statement.name, output.text)
        break
      }
    }
  }
}
