const UNITS = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000, j: 86_400_000 } as const

/** `'30 s'`, `'15 min'`, `'1 h'`, `'30 d'`. */
export type Duration = `${number} ${keyof typeof UNITS}`

/**
 * Milliseconds of a duration.
 * @throws Error with a French sentence when the text is not a duration.
 */
export const milliseconds = (duration: string): number => {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(s|min|h|d|j)$/u.exec(duration.trim()) ?? []
  if (!amount || !unit)
    throw new Error(
      `« ${duration} » n'est pas une durée : écrire par exemple « 30 s », « 15 min », « 2 h » ou « 30 j ».`,
    )
  return Number(amount) * UNITS[unit as keyof typeof UNITS]
}

/** One line of a polling schedule: this pause, so many times (`undefined`: for ever). */
interface Pace {
  readonly pause: number
  readonly times: number | undefined
}

const paces = (schedule: string): readonly Pace[] =>
  schedule
    .split(/[,\n]/u)
    .map(line => line.trim())
    .filter(Boolean)
    .map(line => {
      const [, pause, times] = /^(.+?)(?:\s*[xX]\s*(\d+))?$/u.exec(line) ?? []
      return { pause: milliseconds(pause ?? line), times: times === undefined ? undefined : Number(times) }
    })

/**
 * Pause before the next try of a schedule such as `'30 s x 10, 5 min x 12, 1 h'`: the lines are consumed in order, the last
 * one for ever (Pastell suspends the job there; we would rather keep asking and let `within` decide).
 * @param done tries already made since the state was entered
 * @returns milliseconds
 */
export const pauseAfter = (schedule: string, done: number): number => {
  const lines = paces(schedule)
  let left = done
  for (const { pause, times } of lines) {
    if (times === undefined || left < times) return pause
    left -= times
  }
  const last = lines.at(-1)
  if (!last)
    throw new Error(`Le rythme « ${schedule} » est vide : écrire par exemple « 5 min » ou « 30 s x 10, 5 min ».`)
  return last.pause
}
