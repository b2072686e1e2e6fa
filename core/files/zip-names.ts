import type { Entry } from 'yauzl'

/** Windows writes names in the code page of its console (850), the standard reads them in another (437): letters that differ. */
const AS_CP437 = [...'╡╢╖╞╟╨╥╙╘╓╫╪▐αΓπΣσΘΩδφ']
const AS_CP850 = [...'ÁÂÀãÃðÊËÈÍÎÏÌÓÔÒõÕÚÛÙÝ']
const CORRECTED = new Map(AS_CP437.map((sign, at) => [sign, AS_CP850[at] ?? sign]))

const UTF8_FLAG = 0x800
/** Info-ZIP's extra field, where the name is in UTF-8 whatever the flag says. */
const UNICODE_PATH = 0x7075

type Named = Pick<Entry, 'fileName' | 'fileNameRaw' | 'generalPurposeBitFlag' | 'extraFields'>

const isSaid = ({ fileName, generalPurposeBitFlag, extraFields }: Named): boolean =>
  (generalPurposeBitFlag & UTF8_FLAG) !== 0 ||
  extraFields.some(({ id }) => id === UNICODE_PATH) ||
  /^[\x20-\x7e]*$/u.test(fileName)

/**
 * The path of an entry as its author wrote it, in NFC. Old tools write UTF-8 without saying so, and Windows its own code page; the library
 * only knows what the standard says. It has refused paths that lead out of the archive: no byte of UTF-8 beyond ASCII makes one.
 */
export const zipPath = (entry: Named): string => {
  if (isSaid(entry)) return entry.fileName.normalize('NFC')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(entry.fileNameRaw).replaceAll('\\', '/').normalize('NFC')
  } catch {
    // Not UTF-8: what the library read, with the capitals of Windows.
    return [...entry.fileName].map(sign => CORRECTED.get(sign) ?? sign).join('')
  }
}
