import { createHash } from 'node:crypto'
import { chosenFile, laterFields, longText, signersFields, simulationFields, text, type ConnectContext } from '#core'

export const tdtFields = {
  departement: text('Département', {
    default: '000',
    pattern: { regex: '^\\d[\\dAB]\\d$', message: 'Trois caractères, par exemple « 034 » ou « 02A ».' },
    help: 'Écrit dans l’identifiant des actes.',
  }),
  siren: text('SIREN', { default: '000000000', help: 'Écrit dans l’identifiant des actes.' }),
  matieres: longText('Matières', {
    default: '1.1 Marchés publics\n5.2 Fonctionnement des assemblées\n7.1 Décisions budgétaires',
    help: 'Une par ligne : le code, une espace, le libellé.',
  }),
  typologies: longText('Types de pièces', {
    default: '99_DE Délibération\n99_AI Acte individuel\n99_AR Arrêté\n99_AU Autre document',
    help: 'Un par ligne : le code, une espace, le libellé. Les mêmes pour toutes les natures.',
  }),
  ar: chosenFile('Accusé de la préfecture rendu', 'un accusé marqué « simulation », au numéro de l’acte'),
  acteTamponne: chosenFile('Acte tamponné rendu', 'aucun'),
  bordereau: chosenFile('Bordereau d’acquittement rendu', 'un bordereau marqué « simulation »'),
  acquit: chosenFile('Acquit d’un PES rendu', 'un acquit qui accepte chaque bordereau du PES'),
  ...signersFields,
  ...laterFields,
  ...simulationFields,
}

export type TdtContext = ConnectContext<typeof tdtFields>

/** The same sending always has the same identifier: sent twice, it is there once. */
export const identifierOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16)

export const unknownTransaction = (id: string) =>
  ({ is: 'refused', reason: `Le TdT simulé n'a pas de transaction « ${id} ».` }) as const

export const waiting = (left: number) =>
  ({ is: 'pending', message: `Transmission simulée en cours : encore ${left} interrogation(s).` }) as const
