import type { Memory } from '#core'

/**
 * What the instance remembers of an acte. `submitted`: FAST was asked to treat it and has not answered. `over`: refused or cancelled,
 * its number may serve again.
 */
export interface ActeMark {
  readonly key: string
  readonly objet: string
  /** SHA-256 of the acte and of its annexes, as they were sent. */
  readonly pieces: readonly string[]
  readonly state: 'submitted' | 'accepted' | 'acknowledged' | 'over'
}

export type CancellationMark = 'submitted' | 'accepted'

export const marksIn = (memory: Memory) => ({
  acte: (id: string) => memory.get<ActeMark>(`acte/${id}`),
  setActe: (id: string, mark: ActeMark | undefined) => memory.set(`acte/${id}`, mark),
  /** Changes the state of an acte, if it is known. */
  async becomes(id: string, state: ActeMark['state']): Promise<void> {
    const mark = await memory.get<ActeMark>(`acte/${id}`)
    if (mark && mark.state !== state) await memory.set(`acte/${id}`, { ...mark, state })
  },
  cancellation: (id: string) => memory.get<CancellationMark>(`annulation/${id}`),
  setCancellation: (id: string, mark: CancellationMark | undefined) => memory.set(`annulation/${id}`, mark),
})

export type Marks = ReturnType<typeof marksIn>
