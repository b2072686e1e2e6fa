/** Families of connectors as an administrator reads them. A family that a plugin adds speaks by its own name. */
const LABELS: Readonly<Record<string, string>> = {
  signature: 'parapheur',
  tdtActes: 'télétransmission des actes',
  tdtHelios: 'télétransmission des flux comptables',
  ged: 'dépôt de fichiers',
  seda: 'bordereau SEDA',
  sae: "système d'archivage",
  mailsec: 'courriel sécurisé',
  convocation: 'convocation aux séances',
  portailFactures: 'portail de factures',
  horodatage: 'horodatage',
  transformation: 'transformation',
  conversion: 'conversion en PDF',
  glaneur: 'relève de fichiers',
  entretien: 'entretien des dossiers',
  reglages: 'réglages du flux',
}

export const capabilityLabel = (capability: string): string => LABELS[capability] ?? capability
