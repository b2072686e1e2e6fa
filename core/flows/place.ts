import type { Back, Document } from '../engine/model.ts'

/** Where a document is and where it went: everything that names a state or a task of its flow. */
export type Place = Pick<Document, 'state' | 'trail' | 'due' | 'back' | 'passages'>

const renamedBack = (back: Back | undefined, name: (of: string) => string): Back | undefined =>
  back && {
    ...back,
    state: name(back.state),
    task: back.task === undefined ? undefined : name(back.task),
    under: renamedBack(back.under, name),
  }

/** The same place under the names that another version gives to its states and tasks. */
export const renamedPlace = ({ state, trail, due, back, passages }: Place, name: (of: string) => string): Place => ({
  state: name(state),
  trail: trail.map(stop => ({ ...stop, state: name(stop.state) })),
  due: due && { ...due, task: name(due.task) },
  back: renamedBack(back, name),
  passages: Object.fromEntries(Object.entries(passages).map(([task, count]) => [name(task), count])),
})
