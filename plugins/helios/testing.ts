import type { Flow } from '#core'
import { fakeTown, samplePes, testHub } from '#core/testing'
import { archivage } from '../steps/sae/index.ts'
import { depotGed } from '../steps/ged/index.ts'
import { signature } from '../steps/signature/index.ts'
import { tdtHelios } from '../steps/tdt-helios/index.ts'
import { transformation } from '../steps/transformation/index.ts'
import { extractionMarche } from './pes-marche/extraction.ts'

/** For the tests of the family: a town, a hub with this flow, and a PES in its store. */
export const heliosTown = async (flow: Flow, pes: Uint8Array = samplePes()) => {
  const remotes = fakeTown()
  const steps = [signature, depotGed, archivage, tdtHelios, transformation, extractionMarche]
  const hub = testHub(flow, steps, remotes.capabilities)
  return { ...remotes, hub, pes: await hub.ports.files.save(pes, 'mandats.xml') }
}

export const CIRCUIT = { value: 'finances/pes', label: 'Finances / PES' }
