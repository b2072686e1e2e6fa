import { Fault } from './fault.ts'

/** Characters of a result, and of any text on the way to it. */
export const LARGEST_TEXT = 1_000_000
export const LARGEST_SOURCE = 100_000
/** Elements of a list. */
export const LARGEST_LIST = 10_000
const MOST_STEPS = 100_000
/** A thousand characters (or elements) cost as much as one step: time is bounded by the work asked for, whatever the machine. */
const ELEMENTS_PER_STEP = 1_000

/** What one evaluation may still cost. */
export interface Budget {
  step(): void
  /** Charges for one value walked through. */
  touch(): void
  /** Charges for a value about to be read whole. */
  read(value: unknown): void
  /** Charges for a text or a list just made, and gives it back. */
  text(made: string): string
  list<T>(made: readonly T[]): readonly T[]
  /** Refuses before making what would be too large. */
  foresee(characters: number): void
}

/** @throws Fault, from the budget's methods, when the evaluation asks for too much */
export const createBudget = (): Budget => {
  let left = MOST_STEPS
  const spend = (cost: number) => {
    left -= cost
    if (left < 0) throw new Fault("le calcul est trop long : réduire les boucles de l'expression")
  }
  const foresee = (characters: number) => {
    if (characters > LARGEST_TEXT) throw new Fault('le résultat dépasse un million de caractères')
  }
  return {
    step: () => spend(1),
    touch: () => spend(1 / 20),
    read: value => {
      if (typeof value === 'string' || Array.isArray(value)) spend(value.length / ELEMENTS_PER_STEP)
    },
    foresee,
    text: made => {
      foresee(made.length)
      spend(made.length / ELEMENTS_PER_STEP)
      return made
    },
    list: made => {
      if (made.length > LARGEST_LIST) throw new Fault(`une liste dépasse ${LARGEST_LIST} éléments`)
      spend(made.length / ELEMENTS_PER_STEP)
      return made
    },
  }
}
