import type { Argument, Callback } from './environment.ts'
import { Fault } from './fault.ts'
import { numberOf, textOfValue, type Value } from './values.ts'

export const isCallback = (argument: Argument): argument is Callback => typeof argument === 'function'

/** @throws Fault when it is an arrow */
export const valueAt = (args: readonly Argument[], rank: number): Value => {
  const argument = args[rank]
  if (argument !== undefined && isCallback(argument)) throw new Fault("une flèche « => » n'a pas de sens ici")
  return argument
}
/** @throws Fault when it is a list */
export const textAt = (args: readonly Argument[], rank: number, otherwise = ''): string =>
  args[rank] === undefined ? otherwise : textOfValue(valueAt(args, rank))
/** @throws Fault when it is no whole number */
export const wholeAt = (args: readonly Argument[], rank: number, otherwise = 0): number => {
  const number = args[rank] === undefined ? otherwise : numberOf(valueAt(args, rank))
  if (!Number.isSafeInteger(number)) throw new Fault('un nombre entier est attendu ici')
  return number
}
/** @throws Fault when it is no arrow */
export const callbackAt = (args: readonly Argument[], rank: number): Callback => {
  const argument = args[rank]
  if (argument === undefined || !isCallback(argument)) throw new Fault('une flèche « x => … » est attendue ici')
  return argument
}
