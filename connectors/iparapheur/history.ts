import { at, childrenOf, localDay, xmlText, type XmlElement } from '#core'

/** One line of the life of a folder in the parapheur (`LogDossier`). */
export interface LogDossier {
  readonly timestamp: string
  readonly nom: string
  readonly status: string
  readonly annotation: string
}

export type Progress =
  | { readonly is: 'pending'; readonly message: string }
  | { readonly is: 'finished'; readonly signedOn: string | undefined }
  | { readonly is: 'rejected'; readonly reason: string }

const LABELS: Readonly<Record<string, string>> = {
  NonLu: 'en attente de lecture',
  Lu: 'lu',
  EnCoursVisa: 'visa en cours',
  Vise: 'visé',
  Signe: 'signé',
  SignatairePapier: 'signé sur papier',
  PretCachet: 'prêt pour le cachet',
  CachetOK: 'cachet apposé',
  EnCoursMailSecPastell: 'mail sécurisé en cours',
}
const SIGNED = new Set(['Signe', 'SignatairePapier', 'CachetOK'])
const REJECTED = new Set([
  'RejetVisa',
  'RejetSignataire',
  'RejetCachet',
  'RejetMailSecPastell',
  'RejetSignataireExterne',
])

const moment = new Intl.DateTimeFormat('fr-FR', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'short' })

const instant = (timestamp: string): Date | undefined => {
  const date = new Date(timestamp.replace(/([+-]\d\d)(\d\d)$/u, '$1:$2'))
  return Number.isNaN(date.getTime()) ? undefined : date
}

export const readLogs = (response: XmlElement): readonly LogDossier[] =>
  childrenOf(response, 'LogDossier').map(log => ({
    timestamp: at(log, 'timestamp')?.text ?? '',
    nom: at(log, 'nom')?.text ?? '',
    status: at(log, 'status')?.text ?? '',
    annotation: at(log, 'annotation')?.text ?? '',
  }))

const said = ({ timestamp, nom, status, annotation }: LogDossier): string => {
  const when = instant(timestamp)
  return `${when ? `${moment.format(when)} : ` : ''}${LABELS[status] ?? status}${nom && ` (${nom})`}${annotation && ` — ${annotation}`}`
}

/** Where the folder stands: its last line decides, and only `Archive` lets it be fetched. */
export const progressOf = (logs: readonly LogDossier[]): Progress => {
  const last = logs.at(-1)
  if (!last) return { is: 'pending', message: 'Dossier reçu par le parapheur' }
  if (REJECTED.has(last.status))
    return {
      is: 'rejected',
      reason: last.annotation || `Dossier rejeté dans le parapheur${last.nom && ` par « ${last.nom} »`}, sans motif.`,
    }
  if (last.status !== 'Archive') return { is: 'pending', message: said(last) }
  const signature = logs.filter(({ status }) => SIGNED.has(status)).at(-1)
  const when = signature && instant(signature.timestamp)
  return { is: 'finished', signedOn: when && localDay(when) }
}

/** The history as a file that people and machines read; the same lines give the same bytes. */
export const historyXml = (id: string, logs: readonly LogDossier[]): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<historique dossier="${xmlText(id)}">`,
    ...logs.map(
      ({ timestamp, nom, status, annotation }) =>
        `  <etape date="${xmlText(timestamp)}" bureau="${xmlText(nom)}" etat="${xmlText(status)}">${xmlText(annotation)}</etape>`,
    ),
    '</historique>',
    '',
  ].join('\n')
