/** Families of connectors as an administrator reads them. A family that a plugin adds speaks by its own name. */
const LABELS: Readonly<Record<string, string>> = {
  signature: 'parapheur',
  tdtActes: 'télétransmission des actes',
  ged: 'dépôt de fichiers',
  seda: 'bordereau SEDA',
  sae: "système d'archivage",
}

export const capabilityLabel = (capability: string): string => LABELS[capability] ?? capability
