import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createSimulator as asalae } from '../../connectors/asalae/simulator.ts'
import { createSimulator as chorus } from '../../connectors/chorus-pro/simulator.ts'
import { createSimulator as idelibre } from '../../connectors/idelibre/simulator.ts'
import { createSimulator as iparapheur } from '../../connectors/iparapheur-v5/simulator.ts'
import { createSimulator as s2low } from '../../connectors/s2low/simulator.ts'
import { createSimulator as sftp } from '../../connectors/sftp/simulator.ts'
import { createSimulator as smtp, type SimMessage } from '../../connectors/smtp/simulator.ts'
import type { Cradle } from '../../core/container.ts'
import type { CapabilityName } from '../../core/contracts/index.ts'
import type { Simulator } from '../../core/testing/simulator.ts'
import { authorityIn } from '../../core/testing/pki.ts'
import { settleStamper } from './stamper.ts'
import type { Town } from './town.ts'

/** A remote of the demonstration: its simulator, and the families of steps that it serves, in every flow and under any name. */
export interface Remote {
  readonly connector: string
  readonly label: string
  readonly config: Readonly<Record<string, unknown>>
  readonly serves: readonly CapabilityName[]
}

/** One folder per document, named by it: two documents may share a title. */
const DEPOSIT = { titre: 'id', metadonnees: 'json' } as const

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

export interface RemotesOptions {
  /** Milliseconds in which a remote takes one step of its own; only on command when left out. */
  readonly progress?: number
  /** Invoices that wait at Chorus Pro; none unless told. */
  readonly invoices?: number
  /** Told of each letter that the mail relay took: it delivers none. */
  readonly onMail?: (message: SimMessage) => void
}

/**
 * Starts a simulator of every remote, each on a free port of the loopback: real TLS with certificates of a demonstration
 * authority, a real SFTP server over a folder.
 */
export const startRemotes = async (folder: string, { invoices = 0, onMail, ...options }: RemotesOptions = {}) => {
  const deposits = join(folder, 'ged')
  await mkdir(deposits, { recursive: true })
  const authority = await authorityIn(join(folder, 'autorite'))
  const [parapheur, tdt, ged, sae, seances, portail, relais] = await Promise.all([
    iparapheur({ ...options, authority }),
    s2low({ ...options, authority }),
    sftp({ folder: deposits }),
    asalae({ ...options, authority }),
    idelibre({ ...options, authority }),
    chorus({ ...options, authority, invoices }),
    smtp({ authority, ...(onMail ? { onMail } : {}) }),
  ])
  const simulators = [parapheur, tdt, ged, sae, seances, portail, relais]
  const remote = (
    connector: string,
    name: string,
    serves: readonly CapabilityName[],
    simulator: Simulator,
  ): Remote => ({
    connector,
    label: `${name} (démonstration)`,
    config: asSent(simulator.config),
    serves,
  })
  const all: readonly Remote[] = [
    remote('iparapheur-v5', 'i-Parapheur', ['signature'], parapheur),
    remote('s2low', 'S²LOW', ['tdtActes', 'tdtHelios'], tdt),
    { ...remote('sftp', 'GED par SFTP', ['ged'], ged), config: { ...asSent(ged.config), ...DEPOSIT } },
    { connector: 'seda', label: 'Bordereau SEDA (démonstration)', config: SEDA, serves: ['seda'] },
    remote('asalae', 'as@lae', ['sae'], sae),
    remote('idelibre', 'i-delibRE', ['convocation'], seances),
    remote('chorus-pro', 'Chorus Pro', ['portailFactures'], portail),
    remote('smtp', 'Courriel', ['mailsec'], relais),
    await settleStamper(join(folder, 'horodateur')),
  ]
  const close = async () => {
    await Promise.all(simulators.map(each => each.close()))
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
      if (instanceId === null && serves.some(served => served === capability))
        await cradle.connectors.associate(acting, { flow, slot, instanceId: instance.id })
    if (connector === 's2low') await cradle.connectors.run(acting, instance.id, 'classification')
  }
}
