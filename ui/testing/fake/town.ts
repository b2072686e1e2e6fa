import type { Association, Entity, InstanceView } from '../../src/api/types.ts'
import type { Stored } from './hub.ts'
import { note } from './hub.ts'

export const rights = ['ls-actes:lecture', 'ls-actes:edition', 'connecteur:lecture', 'connecteur:edition']

export const entities: readonly Entity[] = [
  { id: '1', name: 'Ville de Démonstration', siren: '000000000', kind: 'collectivite', parentId: null, active: true },
  { id: '2', name: 'Secrétariat général', siren: null, kind: 'service', parentId: '1', active: true },
  { id: '3', name: 'Assemblées', siren: null, kind: 'service', parentId: '2', active: true },
  { id: '4', name: 'Finances', siren: null, kind: 'service', parentId: '1', active: true },
]

const instance = (id: string, label: string, rest: Partial<InstanceView> = {}): InstanceView => ({
  id,
  entityId: '1',
  connector: 'iparapheur-v5',
  connectorLabel: 'i-Parapheur 5',
  label,
  provides: ['signature'],
  config: { url: 'https://parapheur.exemple.fr', identifiant: 'passeur' },
  secretsSet: ['motDePasse'],
  status: 'ok',
  statusMessage: '',
  inherited: false,
  polling: null,
  patience: null,
  concurrency: 1,
  spacing: null,
  ...rest,
})

export const instances = (): InstanceView[] => [
  instance('p1', 'Parapheur de la ville'),
  instance('s1', 'S²LOW', {
    connector: 's2low',
    connectorLabel: 'S²LOW',
    provides: ['tdtActes'],
    status: 'suspended',
    statusMessage: 'Le certificat du connecteur est expiré depuis le 3 novembre : déposez le nouveau, puis réactivez.',
  }),
]

export const associations = (): Association[] => [
  {
    flow: 'ls-actes',
    slot: 'signature',
    slotLabel: 'Signature',
    capability: 'signature',
    instanceId: 'p1',
    inheritedFrom: null,
  },
  {
    flow: 'ls-actes',
    slot: 'tdt',
    slotLabel: 'Télétransmission',
    capability: 'tdtActes',
    instanceId: null,
    inheritedFrom: null,
  },
]

const HOUR = 3_600_000

export const draft = (id: string, values: Record<string, unknown> = {}, at = new Date().toISOString()): Stored => {
  const document: Stored = {
    id,
    version: 0,
    values,
    createdAt: at,
    updatedAt: at,
    trail: [{ state: 'brouillon', at }],
    message: '',
    journal: [],
  }
  note(document, 'edit', 'Création', 'Document créé', 'Agathe Agent')
  return document
}

const SUBJECTS = [
  'Délibération relative à la convention de mise à disposition de la salle des fêtes',
  'Arrêté portant réglementation du stationnement rue des Écoles',
  'Délibération relative au budget primitif',
  'Arrêté de voirie, place du Marché',
]
const ENDS = [
  { states: ['signature.envoye'], message: 'En attente de signature par le maire.' },
  { states: ['signature.envoye', 'signature.signe', 'tdt.transmis', 'tdt.acquitte', 'termine'], message: '' },
  {
    states: ['tdt.transmis', 'tdt.erreur'],
    message: 'La plate-forme a refusé le certificat : il est expiré. Prévenez votre administrateur.',
  },
  { states: [], message: '' },
] as const

/** Sixty documents in every kind of state, the newest first. */
export const documents = (): Stored[] =>
  Array.from({ length: 60 }, (_, index) => {
    const at = new Date(Date.now() - (index + 1) * 7 * HOUR)
    const end = ENDS[index % ENDS.length] ?? ENDS[3]
    const boxes = {
      envoi_signature: end.states.some(state => state.startsWith('signature')),
      envoi_tdt: index % 4 !== 3,
    }
    const document = draft(
      `d${60 - index}`,
      { objet: `${SUBJECTS[index % SUBJECTS.length]} (n° ${60 - index})`, ...boxes },
      at.toISOString(),
    )
    for (const [rank, state] of end.states.entries()) {
      document.trail.push({ state, at: new Date(at.getTime() + (rank + 1) * HOUR).toISOString() })
      note(document, state.endsWith('erreur') ? 'error' : 'state', state, end.message, null)
    }
    document.message = end.message
    document.updatedAt = document.trail.at(-1)?.at ?? document.createdAt
    return document
  })
