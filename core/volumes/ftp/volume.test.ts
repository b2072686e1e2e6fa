import { describe, expect, test } from 'vitest'
import { volumeConformance } from '../../testing/conformance-volume.ts'
import { looseDate } from './listing.ts'
import { ftpVolume, type FtpSettings } from './settings.ts'
import { createFtpSimulator, type FtpSimulatorOptions } from './simulator.ts'

const bench = (options: FtpSimulatorOptions) => async () => {
  const simulator = await createFtpSimulator(options)
  const context = {
    config: simulator.config as unknown as FtpSettings,
    network: { resolve: async (host: string) => host },
    clock: { now: () => new Date() },
  }
  return { open: () => ftpVolume(context, '/'), [Symbol.asyncDispose]: () => simulator.close() }
}

volumeConformance('Un serveur FTPS récent', bench({}), { replaces: 'never' })
volumeConformance('Un serveur FTPS implicite', bench({ encryption: 'implicite' }), { replaces: 'never' })
volumeConformance(
  'Un serveur FTP ancien (ni MLST ni EPSV, adresse interne annoncée), en clair',
  bench({ encryption: 'aucun', modern: false }),
  { replaces: 'never' },
)

describe('les dates des listes faites pour les gens', () => {
  const now = new Date('2026-03-02T10:00:00Z')
  test('sans année, sont les dernières possibles', () => {
    expect(looseDate('Mar 02 09:30', now)?.toISOString()).toBe('2026-03-02T09:30:00.000Z')
    expect(looseDate('Nov 21 23:46', now)?.toISOString()).toBe('2025-11-21T23:46:00.000Z')
    expect(looseDate('Jan  3 2019', now)?.toISOString()).toBe('2019-01-03T00:00:00.000Z')
    expect(looseDate('03-02-26 10:00AM', now)).toBeUndefined()
  })
})
