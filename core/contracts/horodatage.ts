/** What a verified token says. */
export interface Horodate {
  /** `genTime`. */
  readonly at: Date
  readonly serial: string
  /** Subject of the certificate of the authority. */
  readonly authority: string
}

/** A time-stamping authority (RFC 3161). */
export interface Horodatage {
  /** @param digest SHA-256 of what is stamped. @returns the token (DER of the CMS), verified before it is returned */
  stamp(digest: Uint8Array): Promise<Uint8Array>
  /**
   * Checks the signature, the imprint, the chain and the extended key usage.
   * @throws PermanentError saying what does not hold
   */
  verify(digest: Uint8Array, token: Uint8Array): Promise<Horodate>
}
