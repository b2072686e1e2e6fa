/** The content was larger than allowed; nothing of it is kept. HTTP answers 413 with the message. */
export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError'
  readonly code = 'fichier_trop_volumineux'
  /** Bytes. */
  readonly limit: number
  constructor(name: string, limit: number) {
    super(
      `Fichier trop volumineux : « ${name} » dépasse ${readableSize(limit)}. Réduisez-le ou découpez-le, puis déposez-le à nouveau.`,
    )
    this.limit = limit
  }
}

/** The content asked for is not in the store: a restored backup without its files, most often. */
export class FileMissingError extends Error {
  override readonly name = 'FileMissingError'
  readonly code = 'fichier_absent'
  readonly sha256: string
  constructor(sha256: string, options: { readonly cause?: unknown } = {}) {
    super(
      `Le contenu ${sha256.slice(0, 12)}… est absent de l'entrepôt de fichiers. Restaurez-le depuis une sauvegarde, puis relancez.`,
      options,
    )
    this.sha256 = sha256
  }
}

const UNITS = ['octets', 'Ko', 'Mo', 'Go', 'To'] as const

/** `157286400` → `150 Mo`; one decimal at most, binary units as the administrations count. */
export const readableSize = (bytes: number): string => {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1)
  return `${(bytes / 1024 ** power).toLocaleString('fr-FR', { maximumFractionDigits: 1 })} ${UNITS[power]}`
}
