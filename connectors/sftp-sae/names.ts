import { cleanName, type Sip } from '#core'

/** Neither slashes nor what Windows servers refuse: an identifier must not choose a folder. */
const flat = (text: string): string => text.replace(/[\\/:*?"<>|]/gu, '-')

/** The name of a file of a transfer, from the administrator's pattern: `%transfert%_ATR.xml`. */
export const fileName = (pattern: string, { transferId, agency }: Pick<Sip, 'transferId' | 'agency'>): string =>
  cleanName(pattern.replaceAll(/%(transfert|service)%/gu, (_, name) => flat(name === 'service' ? agency : transferId)))
