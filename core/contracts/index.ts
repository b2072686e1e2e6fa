import type { Ged } from './ged.ts'
import type { Sae } from './sae.ts'
import type { Seda } from './seda.ts'
import type { Signature } from './signature.ts'
import type { TdtActes } from './tdt-actes.ts'

/**
 * The families of connectors. A plugin that needs another one adds it by declaration merging:
 * `declare module '#core' { interface Capabilities { convocation: Convocation } }`.
 */
export interface Capabilities {
  signature: Signature
  tdtActes: TdtActes
  ged: Ged
  seda: Seda
  sae: Sae
}

export type CapabilityName = keyof Capabilities

export type * from './ged.ts'
export type * from './sae.ts'
export type * from './seda.ts'
export type * from './signature.ts'
export type * from './tdt-actes.ts'
