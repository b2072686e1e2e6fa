import type { Environment } from './environment.ts'
import { Fault } from './fault.ts'
import { range } from './functions.ts'
import { compareValues, contains, numberOf, sameValue, textOfValue, type Value } from './values.ts'

type Operator = (left: Value, right: Value, environment: Environment) => Value | Promise<Value>

const arithmetic =
  (compute: (left: number, right: number) => number): Operator =>
  (left, right) => {
    const result = compute(numberOf(left), numberOf(right))
    if (!Number.isFinite(result))
      throw new Fault('le calcul ne donne pas un nombre (division par zéro, nombre trop grand)')
    return result
  }

const comparison =
  (holds: (order: number) => boolean): Operator =>
  (left, right) =>
    holds(compareValues(left, right))

/** The binary operators that read both sides. `and`, `or` and `??` read the second one only if they must: see the evaluator. */
export const operators: Readonly<Record<string, Operator>> = {
  '+': arithmetic((left, right) => left + right),
  '-': arithmetic((left, right) => left - right),
  '*': arithmetic((left, right) => left * right),
  '/': arithmetic((left, right) => left / right),
  '//': arithmetic((left, right) => Math.floor(left / right)),
  '%': arithmetic((left, right) => Math.trunc(left) % Math.trunc(right)),
  '**': arithmetic((left, right) => left ** right),
  '~': (left, right, { budget }) => {
    const [first, second] = [textOfValue(left), textOfValue(right)]
    budget.foresee(first.length + second.length)
    return budget.text(first + second)
  },
  '..': (left, right, { budget }) => budget.list(range(left, right)),
  '==': (left, right, { budget }) => sameValue(left, right, budget.touch),
  '!=': (left, right, { budget }) => !sameValue(left, right, budget.touch),
  '<': comparison(order => order < 0),
  '>': comparison(order => order > 0),
  '<=': comparison(order => order <= 0),
  '>=': comparison(order => order >= 0),
  '<=>': (left, right) => Math.sign(compareValues(left, right)),
  in: (left, right, { budget }) => contains(right, left, budget.touch),
  'not in': (left, right, { budget }) => !contains(right, left, budget.touch),
  'starts with': (left, right) => textOfValue(left).startsWith(textOfValue(right)),
  'ends with': (left, right) => textOfValue(left).endsWith(textOfValue(right)),
  matches: (left, right, { sources }) => sources.matches(textOfValue(left), textOfValue(right)),
}
