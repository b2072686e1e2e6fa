import type { Conversion } from './conversion.ts'
import type { Convocation } from './convocation.ts'
import type { Entretien } from './entretien.ts'
import type { Ged } from './ged.ts'
import type { Glaneur } from './glaneur.ts'
import type { Horodatage } from './horodatage.ts'
import type { Mailsec } from './mailsec.ts'
import type { PortailFactures } from './portail-factures.ts'
import type { Reglages } from './reglages.ts'
import type { Sae } from './sae.ts'
import type { Seda } from './seda.ts'
import type { Signature } from './signature.ts'
import type { TdtActes } from './tdt-actes.ts'
import type { TdtHelios } from './tdt-helios.ts'
import type { Transformation } from './transformation.ts'

/**
 * The families of connectors. A plugin that needs another one adds it by declaration merging:
 * `declare module '#core' { interface Capabilities { meteo: Meteo } }`.
 */
export interface Capabilities {
  signature: Signature
  tdtActes: TdtActes
  tdtHelios: TdtHelios
  ged: Ged
  seda: Seda
  sae: Sae
  mailsec: Mailsec
  convocation: Convocation
  portailFactures: PortailFactures
  horodatage: Horodatage
  transformation: Transformation
  conversion: Conversion
  glaneur: Glaneur
  entretien: Entretien
  reglages: Reglages
}

export type CapabilityName = keyof Capabilities

export type * from './conversion.ts'
export type * from './convocation.ts'
export type * from './entretien.ts'
export type * from './ged.ts'
export type * from './glaneur.ts'
export type * from './horodatage.ts'
export type * from './mailsec.ts'
export type * from './portail-factures.ts'
export type * from './reglages.ts'
export type * from './sae.ts'
export type * from './seda.ts'
export type * from './signature.ts'
export type * from './tdt-actes.ts'
export type * from './tdt-helios.ts'
export type * from './transformation.ts'
