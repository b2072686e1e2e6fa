import { defineConnector, simulationCheck } from '#core'
import { simulatedActes } from './actes.ts'
import { simulatedHelios } from './helios.ts'
import { tdtFields } from './settings.ts'

/** A trusted third party that transmits nothing: acknowledged or refused, as the settings say. */
export default defineConnector({
  id: 'fake-tdt',
  version: 1,
  label: 'Simulation — TdT (actes et flux comptables)',
  provides: ['tdtActes', 'tdtHelios'],
  simulation: true,
  pastell: ['fakeTdt'],
  config: tdtFields,
  connect: context => ({
    check: () => simulationCheck(context),
    tdtActes: simulatedActes(context),
    tdtHelios: simulatedHelios(context),
  }),
})
