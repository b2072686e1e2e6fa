import { files } from '#core'

export const FAMILY = 'Urbanisme'

export const annexe = files('Annexes', { pastell: 'annexe' })
