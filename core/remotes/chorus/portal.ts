import type { Files } from '../../authoring/context.ts'
import { ConfigurationError } from '../../authoring/errors.ts'
import type { PortailFactures } from '../../contracts/portail-factures.ts'
import { depositPdf, readPdf, type Supplier } from './deposit-pdf.ts'
import { depositFlow, findDeposited, flowReport, SYNTAXES } from './deposit.ts'
import { downloadInvoice } from './download.ts'
import { readHistory } from './history.ts'
import { findReceived } from './search.ts'
import { changeStatus } from './status.ts'
import { findStructure, servicesOf, structureOf } from './structures.ts'
import type { ChorusWire } from './wire.ts'

/**
 * The operations of the contract, for one technical account.
 * @param siret of its structure: as a supplier, it is who deposits
 */
export const chorusPortal = (wire: ChorusWire, files: Files, siret: string | undefined): PortailFactures => {
  const supplier = async (): Promise<Supplier> => {
    if (siret) return structureOf(wire, siret)
    throw new ConfigurationError(
      'Pour déposer une facture PDF, indiquez le SIRET de votre structure dans les réglages du connecteur.',
    )
  }
  return {
    history: id => readHistory(wire, id),
    download: async (id, form) => (await downloadInvoice(wire, files, id, form)).file,
    changeStatus: (id, statut, more) => changeStatus(wire, id, typeof statut === 'string' ? [statut] : statut, more),
    syntaxes: async () => SYNTAXES,
    depositFlow: flux => depositFlow(wire, files, flux),
    flowReport: id => flowReport(wire, id),
    readPdf: pdf => readPdf(wire, files, pdf, supplier),
    depositPdf: pdf => depositPdf(wire, files, pdf, supplier),
    findDeposited: facture => findDeposited(wire, facture),
    findReceived: async ({ numeroFacture, fournisseur }) => {
      const from = await findStructure(wire, fournisseur)
      const found = from && (await findReceived(wire, { supplierId: from.id, numeroFacture }))
      return found && { id: found.id, statut: found.statut, idFournisseur: String(from.id) }
    },
    services: async by => {
      const structure = await findStructure(wire, by.siret)
      return structure ? (await servicesOf(wire, structure)).map(({ value, label }) => ({ value, label })) : []
    },
  }
}
