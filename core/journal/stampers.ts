import { ConfigurationError } from '../authoring/errors.ts'
import { capabilitiesOf, type Connections } from '../connectors/connections.ts'
import type { Horodatage } from '../contracts/horodatage.ts'

/** Calls the stamper of an instance as whatever calls a remote does: named in the log, recorded when it was asked for. */
export const stampers =
  (connections: Pick<Connections, 'open' | 'during'>) =>
  <T>(instanceId: string, call: (horodatage: Horodatage) => Promise<T>): Promise<T> =>
    connections.during([instanceId], { occasion: 'Horodatage du journal' }, async () => {
      const { horodatage } = capabilitiesOf(await connections.open(instanceId))
      if (!horodatage)
        throw new ConfigurationError(
          "Ce connecteur n'horodate pas : associez-en un autre à l'emplacement « Horodatage du journal ».",
        )
      return call(horodatage)
    })
