/** What a verified token says. */
export interface Horodate {
  /** `genTime`. */
  readonly at: Date
  /** Hexadecimal. */
  readonly serial: string
  /** OID of the policy under which the authority stamps. */
  readonly policy: string
  /** Common name of the certificate that signed. */
  readonly authority: string
}

/** A time-stamping authority (RFC 3161). */
export interface Horodatage {
  /**
   * Stamps a content of a few kilobytes at most (the head of a chain, the digest of a file): it is hashed here, with the algorithm of
   * the settings, and never leaves. Stamping twice is harmless: keep the first token.
   * @returns the token (DER of the CMS), verified before it is returned
   * @throws PermanentError when the authority refuses or answers a token that does not hold, TemporaryError when it cannot answer now
   */
  stamp(content: Uint8Array): Promise<Uint8Array>
  /**
   * Checks the imprint (with the algorithm that the token names), the signature, the extended key usage, and the chain as it was at
   * `genTime`: a token outlives the certificate that signed it.
   * @throws PermanentError saying what does not hold
   */
  verify(content: Uint8Array, token: Uint8Array): Promise<Horodate>
}
