import { defineStep } from '#core'
import { agenda } from './agenda.ts'
import { cancelling } from './cancelling.ts'
import { changes } from './changes.ts'
import { creation } from './creation.ts'
import { convocationFields } from './fields.ts'
import { following, held } from './following.ts'
import { states } from './states.ts'

/**
 * A séance in the software that calls the elected members: created with its agenda, followed until the day after, then proven
 * (`core/contracts/convocation.ts`; there is no such step in Pastell).
 */
export const convocation = defineStep({
  id: 'convocation',
  label: 'Convocation',
  needs: 'convocation',
  inputs: {},
  fields: convocationFields,
  initial: 'aCreer',
  states,
  tasks: { ...creation, ...agenda, ...following, ...changes, ...held, ...cancelling },
})
