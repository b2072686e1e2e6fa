import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createSimulator as asalae } from '../../connectors/asalae/simulator.ts'
import { createSimulator as iparapheur } from '../../connectors/iparapheur-v5/simulator.ts'
import { createSimulator as s2low } from '../../connectors/s2low/simulator.ts'
import { createSimulator as sftp } from '../../connectors/sftp/simulator.ts'
import type { Cradle } from '../../core/container.ts'
import type { CapabilityName } from '../../core/contracts/index.ts'
import type { Simulator } from '../../core/testing/simulator.ts'
import { authorityIn } from '../../core/testing/pki.ts'
import type { Town } from './town.ts'

/** A remote of the demonstration: its simulator, and the family of steps that it serves, in every flow and under any name. */
export interface Remote {
  readonly connector: string
  readonly label: string
  readonly config: Readonly<Record<string, unknown>>
  readonly serves: CapabilityName
}

/** One folder per acte, named by its number: two actes may share a subject. */
const DEPOSIT = { titre: 'expression', titreExpression: '%tdtActes.numero% - %objet%', metadonnees: 'json' } as const

const SEDA = {
  version: '2.1',
  serviceArchives: 'FRAD034',
  serviceVersant: 'VILLE_DEMONSTRATION',
  serviceProducteur: 'VILLE_DEMONSTRATION',
  accord: 'ACCORD_ACTES',
} as const

/** Settings as an administrator would send them: files are in base64. */
export const asSent = (config: Simulator['config']): Remote['config'] =>
  Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ]),
  )

/**
 * Starts a simulator of every remote, each on a free port of the loopback: real TLS with certificates of a demonstration
 * authority, a real SFTP server over a folder.
 * @param progress milliseconds in which a remote takes one step of its own; only on command when left out
 */
export const startRemotes = async (folder: string, options: { readonly progress?: number } = {}) => {
  const deposits = join(folder, 'ged')
  await mkdir(deposits, { recursive: true })
  const authority = await authorityIn(join(folder, 'autorite'))
  const [parapheur, tdt, ged, sae] = await Promise.all([
    iparapheur({ ...options, authority }),
    s2low({ ...options, authority }),
    sftp({ folder: deposits }),
    asalae({ ...options, authority }),
  ])
  const remote = (connector: string, name: string, serves: CapabilityName, simulator: Simulator): Remote => ({
    connector,
    label: `${name} (démonstration)`,
    config: asSent(simulator.config),
    serves,
  })
  const all: readonly Remote[] = [
    remote('iparapheur-v5', 'i-Parapheur', 'signature', parapheur),
    remote('s2low', 'S²LOW', 'tdtActes', tdt),
    { ...remote('sftp', 'GED par SFTP', 'ged', ged), config: { ...asSent(ged.config), ...DEPOSIT } },
    { connector: 'seda', label: 'Bordereau SEDA (démonstration)', config: SEDA, serves: 'seda' },
    remote('asalae', 'as@lae', 'sae', sae),
  ]
  const close = async () => {
    await Promise.all([parapheur, tdt, ged, sae].map(each => each.close()))
  }
  return { all, parapheur, tdt, ged, sae, close }
}

export type Remotes = Awaited<ReturnType<typeof startRemotes>>

/**
 * Gives the town its connectors, associated. Ports and certificates change with each start, so the settings are written
 * again; what an administrator named, paced or associated otherwise is left alone.
 */
export const settleRemotes = async (
  cradle: Cradle,
  town: Town,
  remotes: readonly Remote[],
  { polling, concurrency }: { readonly polling: string; readonly concurrency: number },
): Promise<void> => {
  const acting = { entityId: town.entityId, userId: town.adminId }
  const known = await cradle.connectors.list(town.entityId)
  const associations = await cradle.connectors.associations(town.entityId)
  for (const { connector, label, config, serves } of remotes) {
    const before = known.find(each => each.connector === connector && each.label === label)
    const instance = before
      ? await cradle.connectors.update(acting, before.id, { config })
      : await cradle.connectors.create(acting, { connector, label, config })
    if (!before) await cradle.connectors.update(acting, instance.id, { polling, concurrency })
    if (before?.status === 'suspended') await cradle.connectors.resume(acting, instance.id)
    for (const { flow, slot, capability, instanceId } of associations)
      if (capability === serves && instanceId === null)
        await cradle.connectors.associate(acting, { flow, slot, instanceId: instance.id })
    if (connector === 's2low') await cradle.connectors.run(acting, instance.id, 'classification')
  }
}
