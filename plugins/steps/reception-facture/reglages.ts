import { isStatutFacture, type StatutFacture } from '#core'

/** What the connector « Paramétrage du flux Facture CPP » settles, by the names of its fields; none when it is not associated. */
export type ReglagesFacture = Readonly<Record<string, unknown>>

/** A visa has a meaning only before the service is declared done. */
export const STATUTS_VISA: readonly string[] = ['MISE_A_DISPOSITION', 'COMPLETEE']

const STATUTS_DEPOT: readonly StatutFacture[] = ['MISE_A_DISPOSITION', 'COMPLETEE', 'SERVICE_FAIT', 'MANDATEE']

/** The statuses in which an invoice may be deposited: those of the administrator, or the usual ones. */
export const statutsDepot = ({ statutsDepot: settled }: ReglagesFacture): readonly string[] => {
  const codes = typeof settled === 'string' ? settled.split(';').map(code => code.trim()) : []
  const known = codes.filter(isStatutFacture)
  return known.length > 0 ? known : STATUTS_DEPOT
}

const BOXES = ['envoiGed', 'miseADisposition', 'envoiSae', 'envoiAuto'] as const

/** The route that an administrator settled for what arrives, as edits of `facture-cpp`. What is ticked already stays ticked. */
export const routeOf = (
  settings: ReglagesFacture,
  held: Readonly<Record<string, unknown>>,
  statut: string,
): Readonly<Record<string, unknown>> => {
  const ticked = BOXES.filter(name => settings[name] === true)
  const { circuit } = settings
  const visa = settings['envoiVisa'] === true && STATUTS_VISA.includes(statut)
  return {
    ...Object.fromEntries(ticked.map(name => [name, true])),
    ...(visa ? { envoiVisa: true } : {}),
    ...(visa && typeof circuit === 'string' && circuit !== '' && held['visa.circuit'] === undefined
      ? { 'visa.circuit': { value: circuit, label: circuit } }
      : {}),
  }
}
