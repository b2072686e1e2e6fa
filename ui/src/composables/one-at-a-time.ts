/** Runs what it is given one at a time, in the order asked, whatever each one's outcome. */
export const oneAtATime = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.then(
      () => undefined,
      // Its own caller hears of the failure; the next in line only needs to know that its turn has come.
      () => undefined,
    )
    return mine
  }
}
