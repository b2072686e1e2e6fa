import { errors, Problem } from '../errors.ts'

/** How often what happened outside is offered to a document that moves at the same time. */
const OFFERS = 8

/** Does it again, from the reading of the document on, while somebody else was faster. */
export const offered = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (let offer = 1; ; offer += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (offer === OFFERS || !(error instanceof Problem) || error.code !== errors.documentMoved.code) throw error
    }
  }
}
