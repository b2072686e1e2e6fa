import { createChorusSimulator, type ChorusSimulator, type ChorusSimulatorOptions } from '#core/testing'

/** The same Chorus Pro, with a file that names its two accounts. */
export const createSimulator = async (options: ChorusSimulatorOptions = {}): Promise<ChorusSimulator> => {
  const simulator = await createChorusSimulator(options)
  const lines = simulator.accounts.map(({ login, password, structures }) =>
    [login, password, structures[0]?.siret, ''].join(';'),
  )
  const { urlPiste, urlApi, clientId, clientSecret, autorite } = simulator.config
  const config = {
    urlPiste,
    urlApi,
    clientId,
    clientSecret,
    ...(autorite ? { autorite } : {}),
    comptes: Buffer.from(lines.join('\r\n')),
  }
  // Copied member by member, `tokens` would stay at what it is now.
  return Object.create(simulator, { config: { value: config } }) as ChorusSimulator
}
