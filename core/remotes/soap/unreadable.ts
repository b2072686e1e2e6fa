/** The message is not SOAP, or it is cut. The connector says it in its own words: only it knows what was asked. */
export class SoapUnreadable extends Error {
  override readonly name = 'SoapUnreadable'
}
