import { file, files } from '#core'

export const FAMILY = 'Urbanisme'

export const annexe = files('Annexes', { pastell: 'annexe' })

/** The flow reads nothing in it: a transformation does, or the slip of the archive. */
export const metadonnees = file('Fichier de métadonnées', {
  help: 'JSON de préférence, ou XML : la transformation ou le bordereau d’archivage y puisent.',
  pastell: 'metadonnees',
})
