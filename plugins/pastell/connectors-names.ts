import type { AnyConnector, CapabilityName } from '#core'

/** Pastell's family for each of ours (pastell-domain.md §12.3). A capability that Pastell never had keeps its name. */
const FAMILIES: Readonly<Partial<Record<CapabilityName, string>>> = {
  signature: 'signature',
  tdtActes: 'TdT',
  tdtHelios: 'TdT',
  ged: 'GED',
  seda: 'Bordereau SEDA',
  sae: 'SAE',
  mailsec: 'mailsec',
  transformation: 'transformation',
  portailFactures: 'PortailFacture',
  glaneur: 'Glaneur',
  horodatage: 'horodateur',
  conversion: 'convertisseur-office-pdf',
}

/** Settings of flows: one capability here, a family each in Pastell. */
const SETTINGS: Readonly<Record<string, string>> = {
  'pdf-relance': 'pdf-relance',
  'param-chorus-fournisseur': 'ParamChorusFournisseur',
  'parametrage-flux-facture-cpp': 'ParametrageFlux',
  'parametrage-flux-facture-pivot': 'ParametrageFluxFacturePivot',
  'parametrage-piece-marche': 'ParametragePieceMarche',
}

/** Connectors whose family is not that of what they do. */
const OWN_FAMILIES: Readonly<Record<string, string>> = {
  ...SETTINGS,
  purge: 'Purge',
  stats: 'stats',
  'undelivered-mail': 'UndeliveredMail',
}

/** Families that Pastell configures at the root alone. */
const GLOBAL: ReadonlySet<string> = new Set(['horodateur', 'convertisseur-office-pdf', 'stats', 'UndeliveredMail'])

export const familyOfCapability = (capability: string): string =>
  Object.hasOwn(FAMILIES, capability) ? (FAMILIES[capability as CapabilityName] ?? capability) : capability

/** May a connector of this family stand in a slot of this capability? */
export const isFamilyOf = (family: string, capability: string): boolean =>
  familyOfCapability(capability) === family || (capability === 'reglages' && Object.values(SETTINGS).includes(family))

/** `id_connecteur`: the first name that Pastell gave it, else ours. */
export const connectorName = ({ id, pastell }: Pick<AnyConnector, 'id' | 'pastell'>): string => pastell?.[0] ?? id

export const familyOf = (definition: Pick<AnyConnector, 'id' | 'pastell' | 'provides'>): string => {
  const [capability] = definition.provides
  return OWN_FAMILIES[connectorName(definition)] ?? familyOfCapability(capability ?? definition.id)
}

export const isGlobal = (family: string): boolean => GLOBAL.has(family)

/** Every name of Pastell, and ours, lead to a connector. */
export const connectorNamed = (definitions: readonly AnyConnector[], name: string): AnyConnector | undefined =>
  definitions.find(each => each.pastell?.includes(name)) ?? definitions.find(each => each.id === name)

/** What Pastell calls the tasks of a connector. */
const TASKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s2low: {
    classification: 'recup-classification',
    demanderClassification: 'demande-classification',
    courriers: 'recup-reponse-prefecture',
    pesRetour: 'recup-pes-retour',
  },
  'fast-tdt': { classification: 'recup-classification' },
  'chorus-pro': { relever: 'import-facture' },
  'chorus-csv': { relever: 'import-facture-par-csv' },
  'recup-parapheur': { relever: 'recup' },
  statistiques: { produire: 'get_stats' },
  bounces: { relever: 'process-mailbox' },
}

const taskName = ({ id, provides }: AnyConnector, task: string, rank: number): string => {
  const own = TASKS[id]?.[task]
  if (own !== undefined) return own
  if (id === 'purge' && rank === 0) return 'purge'
  return provides.includes('glaneur') && rank === 0 ? 'go' : task
}

export type ConnectorAction = { readonly is: 'check' } | { readonly is: 'task'; readonly task: string }

const CHECKS: Readonly<Record<string, string>> = { signature: 'test-iparapheur' }

/** The actions of a connector under Pastell's names: trying it, then its tasks. */
export const actionsOf = (definition: AnyConnector): ReadonlyMap<string, ConnectorAction> =>
  new Map<string, ConnectorAction>([
    [CHECKS[familyOf(definition)] ?? 'test', { is: 'check' }],
    ...Object.keys(definition.schedules ?? {}).map((task, rank): [string, ConnectorAction] => [
      taskName(definition, task, rank),
      { is: 'task', task },
    ]),
  ])

/** Every connector of Pastell named its own test: whatever begins so is one. Our names of tasks are understood too. */
export const actionNamed = (definition: AnyConnector, name: string): ConnectorAction | undefined => {
  const known = actionsOf(definition).get(name)
  if (known) return known
  if (/^test(?:$|[-_])/u.test(name)) return { is: 'check' }
  return Object.hasOwn(definition.schedules ?? {}, name) ? { is: 'task', task: name } : undefined
}
